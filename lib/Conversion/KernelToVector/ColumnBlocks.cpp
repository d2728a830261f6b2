// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A block of steps of a columns kernel, added up.

#include "bnc/Conversion/KernelToVector/ColumnBlocks.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

using namespace mlir;
using namespace bnc;

ColumnBlocks::ColumnBlocks(PhaseContext &phase, unsigned stage,
                           const ColumnShape &shape)
    : phase(phase), loc(phase.loc), stage(stage), shape(shape),
      reductions(phase.structure.getReductions(stage)),
      narrow(NarrowColumns::get(phase, stage, shape)) {
  SmallVector<Value> terms;
  for (Operation *reduction : reductions)
    terms.push_back(reduction->getOperand(0));
  inputs = listInputs(phase, terms);
}

ChunkRecords ColumnBlocks::makeRecords(unsigned vectors) const {
  SmallVector<Operation *> terms;
  for (unsigned v = 0; v < vectors; ++v)
    llvm::append_range(terms, reductions);
  return ChunkRecords(phase, std::move(terms));
}

SmallVector<VectorType> ColumnBlocks::getSumTypes() const {
  SmallVector<VectorType> types;
  for (Operation *reduction : reductions)
    types.append(makeRecords(1).getFirstSums(),
                 getVectorType(phase, reduction));
  return types;
}

bool ColumnBlocks::areMultipleOf(int64_t steps) const {
  DimSet dims = 0;
  for (DimSet group : shape.stepGroups)
    dims |= group;
  std::optional<int64_t> total = phase.structure.getStaticExtent(dims);
  return total && *total % steps == 0;
}

Value ColumnBlocks::getLength(OpBuilder &b, Value steps, Value offset,
                              int64_t size) const {
  LoopMath math(b, loc);
  Value whole = math.constant(size);
  if (areMultipleOf(size))
    return whole;
  return math.min(math.sub(steps, offset), whole);
}

SmallVector<Value> ColumnBlocks::makeZeros(OpBuilder &b, unsigned vectors,
                                           unsigned sumsPerTerm) const {
  SmallVector<Value> zeros;
  for (unsigned v = 0; v < vectors; ++v)
    for (Operation *reduction : reductions)
      zeros.append(sumsPerTerm,
                   makeFloat(b, loc, getVectorType(phase, reduction), 0.0));
  return zeros;
}

bool ColumnBlocks::canPair() const {
  return stage == 0 && !narrow && phase.structure.getComputeType().isF32() &&
         llvm::all_of(inputs, [&](const KernelArray *input) {
           return input->element.isBF16() ||
                  !(input->getDimSet() & shape.laneGroup);
         });
}

SmallVector<Value> ColumnBlocks::emitBlock(OpBuilder &b,
                                           ArrayRef<Point> vectors, Value from,
                                           Value length, unsigned sumsPerTerm,
                                           AddTerm add, ValueRange sums,
                                           int64_t ahead) const {
  if (narrow)
    return emitBlockSums(b, loc,
                         narrow->emitSlotSums(b, vectors.front(), from, length,
                                              sumsPerTerm, add),
                         sums);
  SmallVector<Value> slotSums =
      makeZeros(b, phase.plan.getAccumulators() * vectors.size(), sumsPerTerm);
  return emitBlockSums(
      b, loc,
      emitSlots(b, vectors, from, length, sumsPerTerm, add, slotSums, ahead),
      sums);
}

SmallVector<Value>
ColumnBlocks::emitSmallBlock(OpBuilder &b, const Point &vector, Value from,
                             Value length, unsigned sumsPerTerm, AddTerm add,
                             ValueRange sums) const {
  unsigned slots = phase.plan.getAccumulators();
  if (narrow || areMultipleOf(slots))
    return emitBlock(b, vector, from, length, sumsPerTerm, add, sums);
  // Steps that are left over would double the code of the slots.
  LoopMath math(b, loc);
  Value times = math.mul(math.ceilDiv(length, slots), slots);
  SmallVector<Value> slotSums = emitRotating(
      b, loc, times, slots, makeZeros(b, slots, sumsPerTerm),
      [&](OpBuilder &body, Value offset, MutableArrayRef<Value> slot) {
        emitIfSome(body, loc, LoopMath(body, loc).sub(length, offset), slot,
                   [&](OpBuilder &some, MutableArrayRef<Value> values) {
                     addStep(some, vector,
                             LoopMath(some, loc).add(from, offset), sumsPerTerm,
                             add, values, /*prefetch=*/{});
                   });
      });
  return emitBlockSums(b, loc, slotSums, sums);
}

void ColumnBlocks::addStep(OpBuilder &b, ArrayRef<Point> vectors, Value step,
                           unsigned sumsPerTerm, AddTerm add,
                           MutableArrayRef<Value> sums,
                           const Prefetch &prefetch) const {
  unsigned perVector = reductions.size() * sumsPerTerm;
  LoopMath math(b, loc);
  SmallVector<std::unique_ptr<PointEmitter>> emitters;
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    Point point = vector;
    emitCoordinates(b, loc, phase.frame, shape.stepGroups, step,
                    point.coordinates);
    if (prefetch.rows != 0) {
      SmallVector<Value> later = point.coordinates;
      emitCoordinates(b, loc, phase.frame, shape.stepGroups,
                      math.add(step, prefetch.rows), later);
      // Lines of one set of L1 lie a power of two apart, as steps often do.
      emitPrefetch(b, phase, inputs, later, v, PrefetchInto::L2);
    }
    if (prefetch.bytes != 0)
      emitReadAhead(b, phase, inputs, point, shape.laneGroup, v, prefetch);
    PointEmitter &emitter =
        *emitters.emplace_back(std::make_unique<PointEmitter>(b, phase, point));
    emitter.useKeptArrays(phase.keptArrays, stage);
    if (point.parity)
      emitter.sharePairs(*emitters[v - *point.parity]);
    // Lanes out of use load zeros and are never stored.
    for (auto [t, reduction] : llvm::enumerate(reductions))
      add(
          b, v * reductions.size() + t,
          emitter.emitVector(reduction->getOperand(0)),
          [](Value x) { return x; },
          sums.slice(v * perVector + t * sumsPerTerm, sumsPerTerm));
  }
}

bool ColumnBlocks::followsOn(const PanelLanes &panel) const {
  DimSet step = shape.stepGroups.empty() ? 0 : shape.stepGroups.back();
  std::optional<int64_t> lanes =
      phase.structure.getStaticExtent(shape.laneGroup);
  if (lanes && getConstantIndex(panel.length) != lanes)
    return false;
  return step && collapseDims(shape.laneGroup | step, inputs).size() == 1;
}

void ColumnBlocks::fetchInOrder(OpBuilder &b, const PanelLanes &panel,
                                Value step, Value position,
                                int64_t lanes) const {
  LoopMath math(b, loc);
  Value rows = math.constant(0);
  if (!followsOn(panel)) {
    rows = math.div(position, panel.length);
    position = math.sub(position, math.mul(rows, panel.length));
  }
  Point point = panel.outer;
  emitCoordinates(b, loc, phase.frame, shape.stepGroups, math.add(step, rows),
                  point.coordinates);
  point.setElement(b, phase, shape.laneGroup, math.add(panel.begin, position));
  for (const KernelArray *input : inputs)
    for (int64_t done = 0; done < lanes;
         done += lineBytes * 8 / input->element.getIntOrFloatBitWidth())
      emitReadAhead(b, phase, input, point, shape.laneGroup, /*slot=*/0,
                    {/*rows=*/0,
                     done * input->element.getIntOrFloatBitWidth() / 8,
                     /*when=*/{}, PrefetchInto::L2});
}

SmallVector<Value> ColumnBlocks::emitSlots(OpBuilder &b,
                                           ArrayRef<Point> vectors, Value from,
                                           Value length, unsigned sumsPerTerm,
                                           AddTerm add, ValueRange initial,
                                           int64_t ahead) const {
  unsigned slots = phase.plan.getAccumulators();
  unsigned perSlot = vectors.size() * reductions.size() * sumsPerTerm;
  auto addTo = [&](OpBuilder &body, Value step, MutableArrayRef<Value> sums) {
    addStep(body, vectors, step, sumsPerTerm, add, sums, {/*rows=*/ahead});
  };
  LoopMath math(b, loc);
  Value done = math.mul(math.div(length, slots), slots);
  SmallVector<Value> slotSums = emitLoop(
      b, loc, from, math.add(from, done), slots, initial,
      [&](OpBuilder &body, Value base, ValueRange carried) {
        SmallVector<Value> next(carried);
        LoopMath inner(body, loc);
        for (unsigned slot = 0; slot < slots; ++slot)
          addTo(body, inner.add(base, slot),
                MutableArrayRef<Value>(next).slice(slot * perSlot, perSlot));
        return next;
      });
  std::optional<int64_t> known = getConstantIndex(length);
  if (areMultipleOf(slots) || (known && *known % slots == 0))
    return slotSums;
  // The steps that are left, one a slot.
  return emitRotating(
      b, loc, math.constant(slots - 1), slots, slotSums,
      [&](OpBuilder &nested, Value slot, MutableArrayRef<Value> first) {
        LoopMath inner(nested, loc);
        Value at = inner.add(done, slot);
        emitIfSome(nested, loc, inner.sub(length, at), first,
                   [&](OpBuilder &some, MutableArrayRef<Value> sums) {
                     addTo(some, LoopMath(some, loc).add(from, at), sums);
                   });
      });
}

SmallVector<Value> ColumnBlocks::emitBlocks(
    OpBuilder &b, Value first, Value steps, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, Value, Value,
                                          ValueRange)>
        body) const {
  int64_t blockSize = phase.plan.getBlock();
  LoopMath math(b, loc);
  return emitLoop(
      b, loc, math.constant(0), math.ceilDiv(steps, blockSize), 1, inits,
      [&](OpBuilder &nested, Value index, ValueRange carried) {
        LoopMath inner(nested, loc);
        Value offset = inner.mul(index, blockSize);
        Value length = getLength(nested, steps, offset, blockSize);
        return body(nested, inner.add(first, offset), length, carried);
      });
}
