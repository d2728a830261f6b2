// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A batch of rows of several short runs: channels, with a plane of each image.

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "MapSweep.h"
#include "SharedLines.h"

#include <list>

using namespace mlir;
using namespace bnc;

/// Planes of fewer bytes are stored together though each is whole lines: 8x8
/// f32 measured 1.7 times faster, 16x16 no more.
static constexpr int64_t mostPlaneBytes = 1024;

namespace {

class PlaneBatch : public RowBatch {
public:
  PlaneBatch(OpBuilder &b, PhaseContext &phase, Value first, Value count)
      : RowBatch(b, phase, first, count), shape(phase) {}

  /// Whether rows have planes that are better stored together.
  bool canShare();

protected:
  SmallVector<SmallVector<Value>> emitFields() override;
  void emitResults(ArrayRef<SmallVector<Value>> fields) override;

private:
  MapRun makeRun(OpBuilder &builder);

  RowShape shape;
};

} // namespace

MapRun PlaneBatch::makeRun(OpBuilder &builder) {
  Span whole = shape.getWhole(builder, phase);
  return {shape.laneGroup, whole.begin, whole.length, phase.nontemporal};
}

bool PlaneBatch::canShare() {
  MapRun run = makeRun(b);
  if (shape.groups.empty() || !keepsInLanes() ||
      !canShareLines(phase, phase.structure.getKeptDims(), run))
    return false;
  int64_t bits =
      listMapOutputs(phase).front().array->element.getIntOrFloatBitWidth();
  return *getConstantIndex(run.length) * bits / 8 < mostPlaneBytes ||
         getConstantIndex(emitIsShort(b, phase, run)).value_or(0) != 0;
}

SmallVector<SmallVector<Value>> PlaneBatch::emitFields() {
  SmallVector<SmallVector<Value>> fields;
  for (Operation *reduction : reductions) {
    auto &arrays = fields.emplace_back();
    for (unsigned i = 0; i < getNumFields(reduction); ++i)
      arrays.push_back(allocateOnStack(b, loc, {lanes}, b.getF64Type()));
  }
  emitLoop(b, loc, LoopMath(b, loc).constant(0), count, 1, {},
           [&](OpBuilder &body, Value lane, ValueRange) {
             Row row =
                 makeRow(body, phase, LoopMath(body, loc).add(first, lane));
             emitRowStatistics(body, phase, row, /*stage=*/0);
             storeRecords(body, row, fields, lane);
             return SmallVector<Value>();
           });
  return fields;
}

void PlaneBatch::emitResults(ArrayRef<SmallVector<Value>>) {
  KeptArrays kept = spillKept();
  Value end = LoopMath(b, loc).add(first, count);
  Span whole = shape.getWhole(b, phase);
  MapRun run = makeRun(b);
  run.nontemporalPrefetch.rows =
      phase.schedule.getPrefetch() * getPlanesAtOnce(phase);
  emitLoop(b, loc, whole.runBegin, whole.runEnd, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             std::list<KeptArrays> ofRows;
             emitSharedLines(
                 body, phase, first, end,
                 [&](OpBuilder &at, Value item) {
                   Row row = makeRow(at, phase, item);
                   Point point = row.emitter->getPoint();
                   emitCoordinates(at, loc, phase.frame, shape.groups, index,
                                   point.coordinates);
                   Value lane = LoopMath(at, loc).sub(item, first);
                   auto emitter =
                       std::make_unique<PointEmitter>(at, phase, point);
                   emitter->useKeptArrays(
                       &ofRows.emplace_back(kept.atLeading(lane)), /*stage=*/1);
                   return emitter;
                 },
                 run);
             return SmallVector<Value>();
           });
}

int64_t bnc::getPlanesAtOnce(PhaseContext &phase) {
  if (getConstantIndex(phase.nontemporal).value_or(0) == 0 ||
      !phase.schedule.getBatch() || !canFinishInLanes(phase.structure) ||
      !PlaneBatch(phase.b, phase, Value(), Value()).canShare())
    return 1;
  return std::min(phase.schedule.getRows(), phase.target.lanes);
}

void bnc::emitPlaneBatch(OpBuilder &b, PhaseContext &phase, Value first,
                         Value count) {
  PlaneBatch(b, phase, first, count).emit();
}
