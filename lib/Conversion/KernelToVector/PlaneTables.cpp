// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What is the same all over a short plane, as tables along the lanes.

#include "bnc/Conversion/KernelToVector/PlaneTables.h"

#include "MapSweep.h"
#include "RowRange.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PairTables.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

std::optional<PlaneTables> PlaneTables::get(const PhaseContext &phase) {
  const KernelStructure &structure = phase.structure;
  MapShape shape(phase);
  if (!phase.schedule.getTables() || structure.isColumns() ||
      shape.rowGroups.size() != 2)
    return std::nullopt;
  PlaneTables planes;
  planes.samples = shape.rowGroups[0];
  planes.channels = shape.rowGroups[1];
  planes.plane = shape.laneGroup;
  if (collapseDims(structure.getAllDims(), listFullMapArrays(phase)).size() !=
      1)
    return std::nullopt;
  listNarrowValues(phase, planes.values);
  bool areOfChannels =
      !planes.values.empty() &&
      llvm::all_of(planes.values, [&](const KeptValue &value) {
        return structure.getDims(value.value) == planes.channels;
      });
  planes.inPairs = canTakePairs(phase, planes.values);
  std::optional<int64_t> rows = structure.getStaticExtent(planes.samples),
                         plane = structure.getStaticExtent(planes.plane);
  if (!areOfChannels || !structure.getStaticExtent(planes.channels) || !rows ||
      !plane)
    return std::nullopt;
  planes.rows = *rows;
  planes.planeSize = *plane;
  return planes;
}

bool PlaneTables::cut(const PhaseContext &phase, int64_t length,
                      int64_t bytes) {
  // Whole vectors, or two of them, and whole lines.
  int64_t unit = 2 * phase.target.lanes;
  for (const MapOutput &output : listMapOutputs(phase))
    unit = std::lcm(unit, lineBytes * 8 /
                              output.array->element.getIntOrFloatBitWidth());
  // The last plane is filled in whole vectors.
  int64_t most = getTableSize(phase, values, bytes) - phase.target.lanes;
  partSize = most < unit ? 0 : getEvenPart(length, unit, most);
  return partSize != 0;
}

void PlaneTables::fillPlane(OpBuilder &b, PhaseContext &phase,
                            PointEmitter &row, const KeptArrays *kept,
                            const KeptArrays &tables, Value channel,
                            Value from) const {
  Location loc = phase.loc;
  LoopMath math(b, loc);
  Point point = row.getPoint();
  point.setElement(b, phase, channels, channel);
  PointEmitter emitter(b, phase, point, &row);
  emitter.useKeptArrays(kept, phase.structure.getNumStages() + 1);
  SmallVector<Value> vectors;
  for (const KeptValue &value : values) {
    Value one = emitKeptValue(emitter, value);
    Type storage = getStorageType(value.type);
    one = b.createOrFold<arith::BitcastOp>(loc, storage, one);
    auto type = VectorType::get({phase.target.lanes}, storage);
    vectors.push_back(vector::BroadcastOp::create(b, loc, type, one));
  }
  Value start = math.mul(channel, planeSize);
  Value begin = math.sub(math.max(start, from), from);
  Value end = math.min(math.sub(math.add(start, planeSize), from),
                       math.constant(partSize));
  // The last vector reaches into the next plane, which is filled after this.
  emitLoop(b, loc, begin, end, phase.target.lanes, {},
           [&](OpBuilder &body, Value at, ValueRange) {
             for (auto [value, vector] : llvm::zip_equal(values, vectors))
               vector::StoreOp::create(
                   body, loc, vector,
                   tables.find(value.value, value.field)->memref, at);
             return SmallVector<Value>();
           });
}

KeptArrays PlaneTables::emitTables(OpBuilder &b, PhaseContext &phase,
                                   Value from, const KeptArrays *kept) const {
  LoopMath math(b, phase.loc);
  KeptArrays tables =
      allocateStackTables(b, phase.loc, channels | plane, values,
                          partSize + phase.target.lanes, from);
  PointEmitter row(b, phase, makeOrigin(b, phase));
  row.moveTo(b);
  Value last = math.add(from, partSize - 1);
  Value begin = math.div(from, planeSize);
  Value end = math.add(math.div(last, planeSize), 1);
  emitLoop(b, phase.loc, begin, end, 1, {},
           [&](OpBuilder &body, Value channel, ValueRange) {
             fillPlane(body, phase, row, kept, tables, channel, from);
             return SmallVector<Value>();
           });
  if (inPairs)
    putInPairs(b, phase, values, tables, partSize);
  return tables;
}

void PlaneTables::emitPart(OpBuilder &b, PhaseContext &phase, Value from,
                           Value begin, Value end, int64_t atOnce,
                           const KeptArrays *kept,
                           const FetchRow &fetch) const {
  MapShape shape(phase);
  shape.rowGroups = {samples};
  shape.laneGroup = channels | plane;
  KeptArrays tables = emitTables(b, phase, from, kept);
  MakePairTables givePairs;
  if (inPairs)
    givePairs = [&](OpBuilder &, PointEmitter &) { return tables; };
  RowRange range(phase, shape, from, LoopMath(b, phase.loc).constant(partSize),
                 inPairs ? nullptr : &tables, givePairs);
  range.takeAtOnce(atOnce);
  range.keepWholeLines();
  range.fetchBy(fetch);
  range.emit(b, begin, end);
}
