// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Extents, strides and reach of the tensors of a signature at run time.

#include "ArgumentChecks.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnc;

using Kind = Parameter::Kind;
using Predicate = CodeBuilder::Predicate;

Value bnc::buildExtent(CodeBuilder &b, const Signature &signature,
                       ValueRange arguments, norm::DimAttr dim) {
  if (!dim.isDynamic())
    return b.i64(dim.getSize());
  Value extent = arguments[signature.getExtentIndex(dim.getSymbol())];
  if (dim.getDivisor() == 1)
    return extent;
  return LLVM::SDivOp::create(b, extent, b.i64(dim.getDivisor()));
}

SmallVector<TensorSpan> bnc::collectSpans(CodeBuilder &b, norm::FuncOp func,
                                          const Signature &signature,
                                          ValueRange arguments) {
  SmallVector<TensorSpan> spans;
  auto argument = [&](unsigned i) {
    return i < arguments.size() ? arguments[i] : Value();
  };
  for (auto [i, parameter] : llvm::enumerate(signature.getParameters())) {
    if (parameter.kind == Kind::Stride)
      spans.back().strides.push_back(argument(i));
    if (!parameter.isPointer())
      continue;
    norm::PortAttr port = getPort(func, parameter);
    TensorSpan span;
    span.index = i;
    span.isWritten = parameter.kind != Kind::Input;
    span.elementBytes = parameter.element.getIntOrFloatBitWidth() / 8;
    span.pointer = argument(i);
    auto tensor = cast<RankedTensorType>(port.getType());
    for (auto [axis, extent] : llvm::enumerate(tensor.getShape())) {
      if (!ShapedType::isDynamic(extent)) {
        span.extents.push_back(b.i64(extent));
        if (extent == 0)
          span.hasElements = b.both(span.hasElements, b.i1(false));
        continue;
      }
      Value value = arguments[signature.getExtentIndex(port.getDimName(axis))];
      span.extents.push_back(value);
      span.hasElements =
          b.both(span.hasElements, b.compare(Predicate::ne, value, b.i64(0)));
    }
    spans.push_back(span);
  }
  return spans;
}

void bnc::buildBytes(CodeBuilder &b, TensorSpan &span, bool strided,
                     int64_t elementBytes) {
  span.overflow = Value();
  Value size = b.i64(elementBytes);
  if (!strided) {
    span.bytes = size;
    for (Value extent : span.extents)
      span.bytes = b.multiply(span.bytes, extent, span.overflow);
    return;
  }
  // The innermost run, then one step less than the extent along every other.
  Value elements = span.extents.back();
  for (auto [extent, stride] : llvm::zip(span.extents, span.strides)) {
    Value steps = LLVM::SubOp::create(b, extent, b.i64(1));
    elements = b.add(elements, b.multiply(steps, stride, span.overflow),
                     span.overflow);
  }
  span.bytes = b.multiply(elements, size, span.overflow);
}
