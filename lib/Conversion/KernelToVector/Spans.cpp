// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A part of a row: some of its runs, or a piece of one.

#include "bnc/Conversion/KernelToVector/Spans.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

using namespace mlir;
using namespace bnc;

SpanParts::SpanParts(OpBuilder &b, Location loc, const Span &span, int64_t size,
                     int64_t unit)
    : loc(loc), span(span), size(size) {
  LoopMath math(b, loc);
  Value one = math.constant(1);
  Value padded = math.mul(math.ceilDiv(math.max(span.length, one), unit), unit);
  runsPerPart = math.max(math.div(math.constant(size), padded), one);
  piecesPerRun = math.ceilDiv(span.length, size);
  Value runs = math.sub(span.runEnd, span.runBegin);
  total = math.mul(math.ceilDiv(runs, runsPerPart), piecesPerRun);
}

Span SpanParts::get(OpBuilder &b, Value index) const {
  LoopMath math(b, loc);
  Value group = math.div(index, piecesPerRun);
  Value piece = math.rem(index, piecesPerRun);
  Span part;
  part.runBegin = math.add(span.runBegin, math.mul(group, runsPerPart));
  part.runEnd = math.min(math.add(part.runBegin, runsPerPart), span.runEnd);
  Value offset = math.mul(piece, size);
  part.begin = math.add(span.begin, offset);
  std::optional<int64_t> known = getConstantIndex(span.length);
  part.length =
      known && *known % size == 0
          ? math.constant(size)
          : math.min(math.sub(span.length, offset), math.constant(size));
  return part;
}

SmallVector<Value> SpanParts::emit(OpBuilder &b, ValueRange inits,
                                   Body body) const {
  Value zero = LoopMath(b, loc).constant(0);
  if (getConstantIndex(total) == 1)
    return body(b, span, zero, inits);
  return emitRange(b, zero, total, inits, body);
}

SmallVector<Value> SpanParts::emitRange(OpBuilder &b, Value begin, Value end,
                                        ValueRange inits, Body body) const {
  return emitLoop(b, loc, begin, end, 1, inits,
                  [&](OpBuilder &nested, Value index, ValueRange carried) {
                    return body(nested, get(nested, index), index, carried);
                  });
}
