// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The rows that a rows phase has in work, and their outputs.

#include "bnc/Conversion/KernelToVector/Rows.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

using namespace mlir;
using namespace bnc;

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
