// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase of a rows kernel: rows of reductions, kept values and outputs.

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PlaneGroup.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/RowStatistics.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Emits `count` neighbouring rows from `item` on, in lockstep.
static void emitRows(OpBuilder &b, PhaseContext &phase, Value item,
                     int64_t count) {
  SmallVector<Row> rows;
  for (int64_t i = 0; i < count; ++i)
    rows.push_back(makeRow(b, phase, LoopMath(b, phase.loc).add(item, i)));
  for (unsigned stage = 0; stage < phase.structure.getNumStages(); ++stage)
    emitRowStatistics(b, phase, rows, stage);
  emitRowOutputs(b, phase, rows);
}

/// Rows phase.begin to phase.end in batches.
static void emitRowBatches(PhaseContext &phase) {
  int64_t lanes = phase.target.lanes;
  auto emitEach = [&](Value from, Value to,
                      llvm::function_ref<void(OpBuilder &, Value)> emitBatch) {
    emitLoop(phase.b, phase.loc, from, to, 1, {},
             [&](OpBuilder &body, Value index, ValueRange) {
               LoopMath inner(body, phase.loc);
               emitBatch(body, inner.add(phase.begin, inner.mul(index, lanes)));
               return SmallVector<Value>();
             });
  };
  LoopMath math(phase.b, phase.loc);
  Value rows = math.sub(phase.end, phase.begin);
  Value batches = math.ceilDiv(rows, lanes), done = math.constant(0);
  if (canTransposeRows(phase)) {
    Value whole = math.div(rows, lanes);
    emitEach(done, whole, [&](OpBuilder &body, Value first) {
      emitTransposedRows(body, phase, first);
    });
    done = whole;
  }
  emitEach(done, batches, [&](OpBuilder &body, Value first) {
    LoopMath inner(body, phase.loc);
    emitRowBatch(body, phase, first,
                 inner.min(inner.sub(phase.end, first), inner.constant(lanes)));
  });
}

/// The same in batches of up to `planes`, which is more than 1.
static void emitPlaneBatches(PhaseContext &phase, int64_t planes) {
  emitLoop(phase.b, phase.loc, phase.begin, phase.end, planes, {},
           [&](OpBuilder &body, Value first, ValueRange) {
             LoopMath math(body, phase.loc);
             Value left = math.sub(phase.end, first);
             emitPlaneBatch(body, phase, first,
                            math.min(left, math.constant(planes)));
             return SmallVector<Value>();
           });
}

void bnc::emitRowsPhase(PhaseContext &phase) {
  OpBuilder &b = phase.b;
  LoopMath math(b, phase.loc);
  if (std::optional<PlaneGroup> group = PlaneGroup::get(phase))
    return group->emitPhase(b, phase);
  if (int64_t planes = getPlanesAtOnce(phase); planes > 1)
    return emitPlaneBatches(phase, planes);
  if (phase.schedule.getBatch() && canBatchRows(phase))
    return emitRowBatches(phase);
  // A batch that cannot be is left to single rows.
  int64_t atOnce = phase.schedule.getBatch() ? 1 : phase.schedule.getRows();
  Value begin = phase.begin;
  if (atOnce > 1) {
    Value groups = math.div(math.sub(phase.end, begin), atOnce);
    emitLoop(b, phase.loc, math.constant(0), groups, 1, {},
             [&](OpBuilder &body, Value group, ValueRange) {
               LoopMath inner(body, phase.loc);
               Value item = inner.add(begin, inner.mul(group, atOnce));
               emitRows(body, phase, item, atOnce);
               return SmallVector<Value>();
             });
    begin = math.add(begin, math.mul(groups, atOnce));
  }
  emitLoop(b, phase.loc, begin, phase.end, 1, {},
           [&](OpBuilder &body, Value item, ValueRange) {
             emitRows(body, phase, item, 1);
             return SmallVector<Value>();
           });
}

Value bnc::emitRowsPhaseItems(PhaseContext &phase, OpBuilder &b) {
  if (std::optional<PlaneGroup> group = PlaneGroup::get(phase))
    return group->emitItems(phase, b);
  return emitRowsItems(phase, b);
}

Value bnc::emitRowsItems(EmissionContext &context, OpBuilder &b) {
  return emitTotalExtent(b, context.loc, context.frame,
                         context.structure.getKeptDims());
}
