// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The rows that a rows phase has in work, and their outputs.

#include "bnc/Conversion/KernelToVector/Rows.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Spans.h"
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
  point.coordinates.assign(phase.frame.getKernel().getNumDims(),
                           LoopMath(b, phase.loc).constant(0));
  emitCoordinates(b, phase.loc, phase.frame, keptGroups, item,
                  point.coordinates);
  auto emitter = std::make_unique<PointEmitter>(b, phase, point);
  emitter->moveTo(b);
  return {item, std::move(emitter)};
}

RowShape::RowShape(const EmissionContext &context,
                   ArrayRef<const KernelArray *> arrays)
    : groups(collapseDims(context.structure.getReducedDims(), arrays)) {
  laneGroup = groups.pop_back_val();
  // A group of one position is no run.
  llvm::erase_if(groups, [&](DimSet group) {
    return context.structure.getStaticExtent(group) == 1;
  });
}

Span RowShape::getWhole(OpBuilder &b, const EmissionContext &context) const {
  Value zero = LoopMath(b, context.loc).constant(0);
  return {zero, emitTotalExtent(b, context.loc, context.frame, groups), zero,
          emitTotalExtent(b, context.loc, context.frame, laneGroup)};
}

Point RowShape::getRun(OpBuilder &b, const EmissionContext &context,
                       Point point, Value run) const {
  if (groups.empty())
    return point;
  emitCoordinates(b, context.loc, context.frame, groups, run,
                  point.coordinates);
  for (DimSet group : groups)
    point.ownDims |= group;
  return point;
}

/// The outputs of a row in parts that threads share.
static SpanParts getOutputParts(OpBuilder &b, const EmissionContext &context,
                                const RowShape &shape) {
  return SpanParts(b, context.loc, shape.getWhole(b, context), mapBlock,
                   /*unit=*/1);
}

/// What is prefetched past the caches.
static Prefetch getNontemporalPrefetch(OpBuilder &b, PhaseContext &phase) {
  norm::CPUCaseAttr schedule = phase.nontemporalSchedule;
  Prefetch prefetch{schedule.getPrefetch(), schedule.getMapAhead()};
  Value extent = emitTotalExtent(b, phase.loc, phase.frame,
                                 phase.structure.getReducedDims());
  if (prefetch.bytes == 0 || getConstantIndex(extent))
    return prefetch;
  int64_t bits = 0;
  for (const MapOutput &output : listMapOutputs(phase))
    bits =
        std::max<int64_t>(bits, output.array->element.getIntOrFloatBitWidth());
  LoopMath math(b, phase.loc);
  if (bits)
    prefetch.when =
        math.less(extent, math.constant(prefetch.bytes * 8 / bits + 1));
  return prefetch;
}

/// Emits the outputs of `span` of each of `rows`.
static void emitSpanOutputs(OpBuilder &b, PhaseContext &phase,
                            const RowShape &shape, MutableArrayRef<Row> rows,
                            const Span &span, const Prefetch &prefetch,
                            const Prefetch &nontemporalPrefetch,
                            int64_t writeAhead) {
  Location loc = phase.loc;
  auto emitRun = [&](OpBuilder &body, Value index, ValueRange) {
    SmallVector<std::unique_ptr<PointEmitter>> owned;
    SmallVector<PointEmitter *> emitters;
    for (Row &row : rows) {
      if (shape.groups.empty()) {
        emitters.push_back(row.emitter.get());
        continue;
      }
      Point point = shape.getRun(body, phase, row.emitter->getPoint(), index);
      owned.push_back(std::make_unique<PointEmitter>(body, phase, point,
                                                     row.emitter.get()));
      emitters.push_back(owned.back().get());
    }
    MapRun run{shape.laneGroup, span.begin, span.length, phase.nontemporal};
    run.prefetch = prefetch;
    run.nontemporalPrefetch = nontemporalPrefetch;
    run.writeAhead = writeAhead;
    run.isOfSeveral = !shape.groups.empty();
    emitMapSweep(body, phase, emitters, run);
    return SmallVector<Value>();
  };
  for (Row &row : rows)
    row.emitter->moveTo(b);
  if (shape.groups.empty())
    emitRun(b, Value(), {});
  else
    emitLoop(b, loc, span.runBegin, span.runEnd, 1, {}, emitRun);
}

static SmallVector<Value> emitKeptValues(OpBuilder &b, Row &row,
                                         ArrayRef<MapOutput> outputs) {
  row.emitter->moveTo(b);
  return llvm::map_to_vector(outputs, [&](const MapOutput &output) {
    return row.emitter->emit(output.value);
  });
}

static void storeKeptValues(OpBuilder &b, Row &row, ArrayRef<MapOutput> outputs,
                            ArrayRef<Value> values) {
  row.emitter->moveTo(b);
  for (auto [output, value] : llvm::zip_equal(outputs, values))
    row.emitter->store(value, *output.array);
}

void bnc::emitRowMaps(OpBuilder &b, PhaseContext &phase,
                      MutableArrayRef<Row> rows) {
  RowShape shape(phase, listMapArrays(phase));
  emitSpanOutputs(b, phase, shape, rows, shape.getWhole(b, phase),
                  {phase.schedule.getPrefetch()},
                  getNontemporalPrefetch(b, phase),
                  phase.nontemporalSchedule.getWriteAhead());
}

void bnc::emitRowOutputs(OpBuilder &b, PhaseContext &phase,
                         MutableArrayRef<Row> rows) {
  // Kept results are computed before the outputs and stored after them: they
  // may share memory with an argument that the outputs read.
  SmallVector<MapOutput> kept = listKeptOutputs(phase);
  SmallVector<SmallVector<Value>> values;
  for (Row &row : rows)
    values.push_back(emitKeptValues(b, row, kept));
  emitRowMaps(b, phase, rows);
  for (auto [row, rowValues] : llvm::zip_equal(rows, values))
    storeKeptValues(b, row, kept, rowValues);
}

void bnc::emitKeptResults(OpBuilder &b, PhaseContext &phase, Row &row) {
  SmallVector<MapOutput> kept = listKeptOutputs(phase);
  storeKeptValues(b, row, kept, emitKeptValues(b, row, kept));
}

void bnc::emitRowPart(OpBuilder &b, PhaseContext &phase, Row &row, Value part) {
  RowShape shape(phase, listMapArrays(phase));
  emitSpanOutputs(b, phase, shape, row,
                  getOutputParts(b, phase, shape).get(b, part),
                  /*prefetch=*/{}, /*nontemporalPrefetch=*/{},
                  /*writeAhead=*/0);
}

Value bnc::emitNumRowParts(OpBuilder &b, EmissionContext &context) {
  RowShape shape(context, listMapArrays(context));
  return getOutputParts(b, context, shape).getTotal();
}
