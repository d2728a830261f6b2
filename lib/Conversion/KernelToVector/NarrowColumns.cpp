// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Columns of few channels: vectors of several steps.

#include "bnc/Conversion/KernelToVector/NarrowColumns.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

std::optional<NarrowColumns> NarrowColumns::get(PhaseContext &phase,
                                                unsigned stage,
                                                const ColumnShape &shape) {
  NarrowColumns narrow(phase, stage);
  std::optional<int64_t> channels = getConstantIndex(
      emitTotalExtent(phase.b, phase.loc, phase.frame, shape.laneGroup));
  int64_t lanes = phase.target.lanes;
  if (!channels || *channels == 0 || 2 * *channels > lanes ||
      shape.stepGroups.size() != 1)
    return std::nullopt;
  narrow.channels = *channels;
  narrow.laneGroup = shape.laneGroup | shape.stepGroups.front();
  SmallVector<Value> terms;
  for (Operation *reduction : phase.structure.getReductions(stage))
    terms.push_back(reduction->getOperand(0));
  SmallVector<const KernelArray *> inputs = listInputs(phase, terms);
  // What varies over channels alone would have to be repeated.
  if (stage > 0 || llvm::any_of(inputs, [&](const KernelArray *input) {
        return input->getDimSet() != phase.structure.getAllDims();
      }))
    return std::nullopt;
  if (collapseDims(narrow.laneGroup, inputs).size() != 1)
    return std::nullopt;
  narrow.together = phase.plan.getAccumulators();
  while (narrow.together * narrow.channels > lanes)
    narrow.together /= 2;
  return narrow;
}

SmallVector<Value> NarrowColumns::emitSlotSums(OpBuilder &b, const Point &outer,
                                               Value from, Value length,
                                               unsigned sumsPerTerm,
                                               AddTerm add) const {
  Location loc = phase.loc;
  ArrayRef<Operation *> reductions = phase.structure.getReductions(stage);
  unsigned slots = phase.plan.getAccumulators();
  unsigned vectors = slots / together;
  unsigned perVector = reductions.size() * sumsPerTerm;
  int64_t lanes = phase.target.lanes;
  auto addVector = [&](OpBuilder &body, Value step, Value count, bool isRest,
                       MutableArrayRef<Value> sums) {
    Point point = outer;
    point.setLanes(body, phase, laneGroup,
                   LoopMath(body, loc).mul(step, channels), count);
    PointEmitter emitter(body, phase, point);
    for (auto [t, reduction] : llvm::enumerate(reductions))
      add(
          body, t, emitter.emitVector(reduction->getOperand(0)),
          // What is past the channels of whole groups no slot takes.
          [&](Value x) { return isRest ? emitter.maskOff(x) : x; },
          sums.slice(t * sumsPerTerm, sumsPerTerm));
  };

  SmallVector<Value> sums;
  for (unsigned v = 0; v < vectors; ++v)
    for (Operation *reduction : reductions)
      sums.append(sumsPerTerm,
                  makeFloat(b, loc, getVectorType(phase, reduction), 0.0));
  LoopMath math(b, loc);
  Value done = math.mul(math.div(length, slots), slots);
  sums = emitLoop(b, loc, from, math.add(from, done), slots, sums,
                  [&](OpBuilder &body, Value first, ValueRange carried) {
                    SmallVector<Value> next(carried);
                    LoopMath inner(body, loc);
                    Value count;
                    if (together * channels < lanes)
                      count = inner.constant(together * channels);
                    for (unsigned v = 0; v < vectors; ++v)
                      addVector(body, inner.add(first, v * together), count,
                                /*isRest=*/false,
                                MutableArrayRef<Value>(next).slice(
                                    v * perVector, perVector));
                    return next;
                  });
  Value left = math.sub(length, done);
  for (unsigned v = 0; v < vectors; ++v) {
    Value before = math.constant(v * together);
    Value steps = math.min(math.sub(math.max(left, before), before),
                           math.constant(together));
    emitIfSome(b, loc, steps,
               MutableArrayRef<Value>(sums).slice(v * perVector, perVector),
               [&](OpBuilder &some, MutableArrayRef<Value> values) {
                 LoopMath inner(some, loc);
                 Value step = inner.add(from, inner.add(done, before));
                 addVector(some, step, inner.mul(steps, channels),
                           /*isRest=*/true, values);
               });
  }

  SmallVector<Value> slotSums;
  for (unsigned slot = 0; slot < slots; ++slot)
    for (unsigned i = 0; i < perVector; ++i) {
      Value vector = sums[slot / together * perVector + i];
      Value zero = makeFloat(b, loc, vector.getType(), 0.0);
      SmallVector<int64_t> places;
      for (int64_t lane = 0; lane < lanes; ++lane)
        places.push_back(lane < channels ? slot % together * channels + lane
                                         : lanes + lane);
      slotSums.push_back(
          vector::ShuffleOp::create(b, loc, vector, zero, places));
    }
  return slotSums;
}

Value NarrowColumns::repeat(OpBuilder &b, Value vector) const {
  SmallVector<int64_t> places;
  for (int64_t lane = 0; lane < phase.target.lanes; ++lane)
    places.push_back(lane % channels);
  return vector::ShuffleOp::create(b, phase.loc, vector, vector, places);
}
