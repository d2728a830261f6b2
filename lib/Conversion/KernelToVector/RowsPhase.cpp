// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase of a rows kernel: rows of reductions, kept values and outputs.

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/RowStatistics.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

Row bnc::makeRow(OpBuilder &b, PhaseContext &phase, Value item) {
  DimSet keptDims = phase.structure.getKeptDims();
  SmallVector<DimSet> keptGroups;
  for (unsigned dim = 0; dim < 64; ++dim)
    if (keptDims >> dim & 1)
      keptGroups.push_back(DimSet(1) << dim);
  Point point;
  point.coordinates.resize(phase.frame.getKernel().getNumDims());
  emitCoordinates(b, phase.loc, phase.frame, keptGroups, item,
                  point.coordinates);
  auto emitter = std::make_unique<PointEmitter>(b, phase, point);
  emitter->moveTo(b);
  return {item, std::move(emitter)};
}

void bnc::emitRowOutputs(OpBuilder &b, PhaseContext &phase,
                         MutableArrayRef<Row> rows) {
  Location loc = phase.loc;
  // Kept results are computed before the outputs and stored after them: they
  // may share memory with an argument that the outputs read.
  SmallVector<MapOutput> keptOutputs = listKeptOutputs(phase);
  SmallVector<SmallVector<Value>> keptValues(rows.size());
  for (auto [r, row] : llvm::enumerate(rows)) {
    row.emitter->moveTo(b);
    for (const MapOutput &output : keptOutputs)
      keptValues[r].push_back(row.emitter->emit(output.value));
  }

  SmallVector<DimSet> groups =
      collapseDims(phase.structure.getReducedDims(), listMapArrays(phase));
  DimSet laneGroup = groups.pop_back_val();
  Value zero = LoopMath(b, loc).constant(0);
  Value length = emitTotalExtent(b, loc, phase.frame, laneGroup);
  Value runs = emitTotalExtent(b, loc, phase.frame, groups);
  auto emitRun = [&](OpBuilder &body, Value index, ValueRange) {
    SmallVector<std::unique_ptr<PointEmitter>> owned;
    SmallVector<PointEmitter *> emitters;
    for (Row &row : rows) {
      if (groups.empty()) {
        emitters.push_back(row.emitter.get());
        continue;
      }
      Point point = row.emitter->getPoint();
      emitCoordinates(body, loc, phase.frame, groups, index, point.coordinates);
      for (DimSet group : groups)
        point.ownDims |= group;
      owned.push_back(std::make_unique<PointEmitter>(body, phase, point,
                                                     row.emitter.get()));
      emitters.push_back(owned.back().get());
    }
    MapRun run{laneGroup, zero, length, phase.nontemporal};
    run.prefetch = phase.schedule.getPrefetch();
    run.nontemporalPrefetch = phase.nontemporalSchedule.getPrefetch();
    emitMapSweep(body, phase, emitters, run);
    return SmallVector<Value>();
  };
  for (Row &row : rows)
    row.emitter->moveTo(b);
  if (groups.empty())
    emitRun(b, Value(), {});
  else
    emitLoop(b, loc, zero, runs, 1, {}, emitRun);
  for (auto [r, row] : llvm::enumerate(rows)) {
    row.emitter->moveTo(b);
    for (auto [i, output] : llvm::enumerate(keptOutputs))
      row.emitter->store(keptValues[r][i], *output.array);
  }
}

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
  LoopMath math(phase.b, phase.loc);
  Value batches = math.ceilDiv(math.sub(phase.end, phase.begin), lanes);
  emitLoop(phase.b, phase.loc, math.constant(0), batches, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value first = inner.add(phase.begin, inner.mul(index, lanes));
             Value count =
                 inner.min(inner.sub(phase.end, first), inner.constant(lanes));
             emitRowBatch(body, phase, first, count);
             return SmallVector<Value>();
           });
}

void bnc::emitRowsPhase(PhaseContext &phase) {
  if (phase.schedule.getBatch() && canBatchRows(phase))
    return emitRowBatches(phase);
  OpBuilder &b = phase.b;
  LoopMath math(b, phase.loc);
  int64_t atOnce = phase.schedule.getRows();
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

Value bnc::emitRowsItems(EmissionContext &context, OpBuilder &b) {
  return emitTotalExtent(b, context.loc, context.frame,
                         context.structure.getKeptDims());
}
