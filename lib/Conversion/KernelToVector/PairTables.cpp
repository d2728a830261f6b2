// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a map of bf16 reads of f32 along the lanes, in the order in which it
// takes them.

#include "bnc/Conversion/KernelToVector/PairTables.h"

#include "MapSweep.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"
#include "bnc/Conversion/KernelToVector/Prefetches.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include <numeric>

using namespace mlir;
using namespace bnc;

/// Bytes of stack for the tables: five values of 352 channels. A task has 8
/// KiB.
static constexpr int64_t pairTableBytes = 7168;
/// Filling them takes as long as they save in two or three rows.
static constexpr int64_t leastRows = 8;

bool bnc::canTakePairs(const PhaseContext &phase, ArrayRef<KeptValue> values) {
  return !phase.target.bf16 && phase.structure.getComputeType().isF32() &&
         listMapOutputs(phase).size() == 1 &&
         areRowsOf(phase, [](Type element) { return element.isBF16(); }) &&
         llvm::all_of(values, [](const KeptValue &value) {
           return value.type.getIntOrFloatBitWidth() <= 32;
         });
}

int64_t bnc::getPairTableSize(const PhaseContext &phase,
                              ArrayRef<KeptValue> values) {
  return getTableSize(phase, values, pairTableBytes);
}

std::optional<PairTables> PairTables::get(const PhaseContext &phase,
                                          DimSet laneGroup, DimSet rows) {
  PairTables tables;
  listNarrowValues(phase, tables.values);
  llvm::erase_if(tables.values, [&](const KeptValue &value) {
    return !(phase.structure.getDims(value.value) & laneGroup);
  });
  if (!canTakePairs(phase, tables.values))
    return std::nullopt;
  const KernelArray *output = listMapOutputs(phase)[0].array;
  int64_t unit = 2 * phase.target.lanes;
  if (phase.mayBeNontemporal) {
    unit = std::lcm(unit, lineBytes / 2);
    if (collapseDims(phase.structure.getAllDims(), output).size() > 1)
      return std::nullopt;
  }
  bool areOfRows = llvm::all_of(tables.values, [&](const KeptValue &value) {
    return !(phase.structure.getDims(value.value) & rows);
  });
  std::optional<int64_t> count = phase.structure.getStaticExtent(rows);
  if (tables.values.empty() || !areOfRows || (count && *count < leastRows))
    return std::nullopt;
  int64_t length = phase.structure.getStaticExtent(laneGroup).value_or(0);
  tables.block =
      getEvenPart(length, unit, getPairTableSize(phase, tables.values));
  if (tables.block == 0)
    return std::nullopt;
  return tables;
}

KeptArrays PairTables::emit(OpBuilder &b, PhaseContext &phase,
                            PointEmitter &row, DimSet laneGroup,
                            Value from) const {
  Location loc = phase.loc;
  int64_t lanes = phase.target.lanes;
  KeptArrays tables =
      allocateStackTables(b, loc, laneGroup, values, block, from);
  tables.setInPairs();
  row.moveTo(b);
  LoopMath outside(b, loc);
  emitLoop(b, loc, outside.constant(0), outside.constant(block), 2 * lanes, {},
           [&](OpBuilder &body, Value position, ValueRange) {
             LoopMath math(body, loc);
             Value at = math.add(from, position);
             SmallVector<Point> neighbours(2, row.getPoint());
             neighbours[0].setLanes(body, phase, laneGroup, at, Value());
             neighbours[1].setLanes(body, phase, laneGroup, math.add(at, lanes),
                                    Value());
             fillTablesInPairs(body, phase, neighbours, row, values, tables,
                               position, math.add(position, lanes));
             return SmallVector<Value>();
           });
  return tables;
}
