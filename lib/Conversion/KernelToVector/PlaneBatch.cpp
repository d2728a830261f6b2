// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A batch of rows of several short runs: channels, with a plane of each image.

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "SharedLines.h"

#include <list>

using namespace mlir;
using namespace bnc;

namespace {

class PlaneBatch : public SerialBatch {
public:
  PlaneBatch(OpBuilder &b, PhaseContext &phase, Value first, Value count)
      : SerialBatch(b, phase, first, count),
        shape(phase, listMapArrays(phase)) {}

protected:
  void emitResults(Fields fields) override;

private:
  RowShape shape;
};

} // namespace

/// How many rows the schedule finishes together.
static int64_t getBatchSize(const PhaseContext &phase) {
  return std::min(phase.schedule.getRows(), phase.target.lanes);
}

/// One plane of a row.
static MapRun makeRun(OpBuilder &b, PhaseContext &phase,
                      const RowShape &shape) {
  Span whole = shape.getWhole(b, phase);
  return {shape.laneGroup, whole.begin, whole.length, phase.nontemporal};
}

void PlaneBatch::emitResults(Fields) {
  KeptArrays arrays = spillKept();
  Value end = LoopMath(b, loc).add(first, count);
  Span whole = shape.getWhole(b, phase);
  MapRun run = makeRun(b, phase, shape);
  run.nontemporalPrefetch.rows =
      phase.schedule.getPrefetch() * getBatchSize(phase);
  emitLoop(b, loc, whole.runBegin, whole.runEnd, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             std::list<KeptArrays> ofRows;
             auto makePlane = [&](OpBuilder &at, Value item) {
               Row row = makeRow(at, phase, item);
               auto plane = std::make_unique<PointEmitter>(
                   at, phase,
                   shape.getRun(at, phase, row.emitter->getPoint(), index));
               Value lane = LoopMath(at, loc).sub(item, first);
               plane->useKeptArrays(
                   &ofRows.emplace_back(arrays.atLeading(lane)), /*stage=*/1);
               return plane;
             };
             emitSharedLines(body, phase, first, end, makePlane, run);
             return SmallVector<Value>();
           });
}

int64_t bnc::getPlanesAtOnce(PhaseContext &phase) {
  if (getConstantIndex(phase.nontemporal).value_or(0) == 0 ||
      !phase.schedule.getBatch() || !canFinishInLanes(phase.structure) ||
      !canKeepInLanes(phase))
    return 1;
  RowShape shape(phase, listMapArrays(phase));
  bool canStore = !shape.groups.empty() &&
                  canShareLines(phase, phase.structure.getKeptDims(),
                                makeRun(phase.b, phase, shape));
  return canStore ? getBatchSize(phase) : 1;
}

void bnc::emitPlaneBatch(OpBuilder &b, PhaseContext &phase, Value first,
                         Value count) {
  PlaneBatch(b, phase, first, count).emit();
}
