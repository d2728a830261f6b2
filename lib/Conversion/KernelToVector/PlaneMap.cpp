// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The map of an elementwise kernel of short planes.

#include "bnc/Conversion/KernelToVector/PlaneMap.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Bytes of stack for the tables: of four values 448 lanes and a vector. A task
/// has 8 KiB.
static constexpr int64_t mapTableBytes = 7424;
/// Rows ahead of which inputs are fetched: parts are too short for a
/// prefetcher.
static constexpr int64_t rowsAhead = 6;

std::optional<PlaneMap> PlaneMap::get(const PhaseContext &phase) {
  if (phase.structure.getForm() != KernelForm::Elementwise)
    return std::nullopt;
  std::optional<PlaneTables> tables = PlaneTables::get(phase);
  if (!tables)
    return std::nullopt;
  int64_t length =
      *phase.structure.getStaticExtent(phase.structure.getAllDims()) /
      tables->getRows();
  if (!tables->cut(phase, length, mapTableBytes))
    return std::nullopt;
  PlaneMap map;
  map.parts = length / tables->getPartSize();
  map.tables = std::move(*tables);
  return map;
}

Value PlaneMap::emitItems(PhaseContext &phase, OpBuilder &b) const {
  return LoopMath(b, phase.loc).constant(parts * tables.getRows());
}

void PlaneMap::emitPhase(OpBuilder &b, PhaseContext &phase) const {
  int64_t rows = tables.getRows(), partSize = tables.getPartSize();
  // The same lanes of a later row, after the last one the next part of the
  // first ones.
  auto fetch = [&](OpBuilder &inside, Value row) {
    LoopMath math(inside, phase.loc);
    Value later = math.add(row, rowsAhead), all = math.constant(rows);
    Value isSamePart = math.less(later, all);
    auto choose = [&](Value same, Value next) -> Value {
      return arith::SelectOp::create(inside, phase.loc, isSamePart, same, next);
    };
    Value target = choose(later, math.sub(later, all));
    Value shift = choose(math.constant(0), math.constant(partSize));
    return RowFetch{target, shift};
  };
  LoopMath outside(b, phase.loc);
  Value count = outside.constant(rows);
  Value firstPart = outside.div(phase.begin, count);
  Value endPart = outside.ceilDiv(phase.end, count);
  emitLoop(b, phase.loc, firstPart, endPart, 1, {},
           [&](OpBuilder &body, Value part, ValueRange) {
             LoopMath math(body, phase.loc);
             Value start = math.mul(part, rows);
             Value first =
                 math.max(math.sub(phase.begin, start), math.constant(0));
             Value last =
                 math.min(math.sub(phase.end, start), math.constant(rows));
             tables.emitPart(body, phase, math.mul(part, partSize), first, last,
                             phase.schedule.getRows(),
                             /*kept=*/nullptr, fetch);
             return SmallVector<Value>();
           });
}
