// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The chunks phase of a kernel whose innermost dim is kept: a record a chunk.

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/ColumnShape.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

/// Vectors of channels whose steps are walked together: as many neighbouring
/// bytes as the accumulators of two sums leave registers for.
static constexpr int64_t stripeVectors = 2;

/// Emits the records of one chunk for all lanes.
class ChunkEmitter {
public:
  ChunkEmitter(PhaseContext &phase, unsigned stage, const ColumnShape &shape)
      : phase(phase), loc(phase.loc), stage(stage), shape(shape),
        reductions(phase.structure.getReductions(stage)),
        recordArrays(phase, stage) {}

  /// Steps [first, first + steps) of the point whose outer dims `outer` fixes.
  void emit(OpBuilder &b, const Point &outer, Value chunk, Value first,
            Value steps);

private:
  /// Neighbouring vectors of lanes together.
  void emitStripe(OpBuilder &b, ArrayRef<Point> vectors, Value chunk,
                  Value first, Value steps);
  SmallVector<Value> emitPass(OpBuilder &b, ArrayRef<Point> vectors,
                              Value first, Value steps, unsigned sumsPerTerm,
                              AddTerm add);

  PhaseContext &phase;
  Location loc;
  unsigned stage;
  const ColumnShape &shape;
  ArrayRef<Operation *> reductions;
  RecordArrays recordArrays;
};

} // namespace

SmallVector<Value> ChunkEmitter::emitPass(OpBuilder &b, ArrayRef<Point> vectors,
                                          Value first, Value steps,
                                          unsigned sumsPerTerm, AddTerm add) {
  unsigned slots = phase.plan.getAccumulators();
  unsigned perVector = reductions.size() * sumsPerTerm;
  unsigned perSlot = vectors.size() * perVector;
  SmallVector<Value> zeros;
  for (unsigned v = 0; v < vectors.size(); ++v)
    for (Operation *reduction : reductions)
      zeros.append(sumsPerTerm,
                   makeFloat(b, loc, getVectorType(phase, reduction), 0.0));
  auto addStep = [&](OpBuilder &body, Value step, MutableArrayRef<Value> sums) {
    for (auto [v, vector] : llvm::enumerate(vectors)) {
      Point point = vector;
      emitCoordinates(body, loc, phase.frame, shape.stepGroups, step,
                      point.coordinates);
      PointEmitter emitter(body, phase, point);
      emitter.useKeptArrays(phase.keptArrays, stage);
      // Lanes out of use load zeros and are never stored.
      for (auto [t, reduction] : llvm::enumerate(reductions))
        add(
            body, v * reductions.size() + t,
            emitter.emitVector(reduction->getOperand(0)),
            [](Value x) { return x; },
            sums.slice(v * perVector + t * sumsPerTerm, sumsPerTerm));
    }
  };
  auto emitBlock = [&](OpBuilder &blockBuilder, Value from, Value length,
                       ValueRange sums) {
    SmallVector<Value> slotSums;
    for (unsigned slot = 0; slot < slots; ++slot)
      llvm::append_range(slotSums, zeros);
    LoopMath math(blockBuilder, loc);
    Value groups = math.div(length, slots);
    slotSums =
        emitLoop(blockBuilder, loc, math.constant(0), groups, 1, slotSums,
                 [&](OpBuilder &body, Value iv, ValueRange carried) {
                   SmallVector<Value> next(carried);
                   LoopMath inner(body, loc);
                   Value base = inner.add(from, inner.mul(iv, slots));
                   for (unsigned slot = 0; slot < slots; ++slot)
                     addStep(body, inner.add(base, slot),
                             MutableArrayRef<Value>(next).slice(slot * perSlot,
                                                                perSlot));
                   return next;
                 });
    // The steps that are left, one a slot.
    Value done = math.mul(groups, slots);
    slotSums = emitRotating(
        blockBuilder, loc, slots - 1, slots, slotSums,
        [&](OpBuilder &nested, Value slot, MutableArrayRef<Value> first) {
          LoopMath inner(nested, loc);
          Value at = inner.add(done, slot);
          emitIfSome(nested, loc, inner.sub(length, at), first,
                     [&](OpBuilder &some, MutableArrayRef<Value> sums) {
                       addStep(some, LoopMath(some, loc).add(from, at), sums);
                     });
        });
    return emitBlockSums(blockBuilder, loc, slotSums, sums);
  };
  int64_t blockSize = phase.plan.getBlock();
  LoopMath math(b, loc);
  return emitLoop(
      b, loc, math.constant(0), math.ceilDiv(steps, blockSize), 1, zeros,
      [&](OpBuilder &body, Value index, ValueRange sums) {
        LoopMath inner(body, loc);
        Value offset = inner.mul(index, blockSize);
        Value length =
            inner.min(inner.sub(steps, offset), inner.constant(blockSize));
        return emitBlock(body, inner.add(first, offset), length, sums);
      });
}

void ChunkEmitter::emitStripe(OpBuilder &b, ArrayRef<Point> vectors,
                              Value chunk, Value first, Value steps) {
  Value count = LoopMath(b, loc).toF64(steps);
  SmallVector<Operation *> terms;
  for (unsigned v = 0; v < vectors.size(); ++v)
    llvm::append_range(terms, reductions);
  SmallVector<Record> records = emitChunkRecords(
      b, phase, terms, count,
      [&](OpBuilder &nested, unsigned sumsPerTerm, AddTerm add, AddPairs) {
        return emitPass(nested, vectors, first, steps, sumsPerTerm, add);
      });
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    PointEmitter out(b, phase, vector);
    for (auto [t, reduction] : llvm::enumerate(reductions))
      for (auto [field, array] :
           llvm::zip_equal(records[v * reductions.size() + t].getFields(),
                           recordArrays.get(reduction, chunk)))
        out.store(field, array);
  }
}

void ChunkEmitter::emit(OpBuilder &b, const Point &outer, Value chunk,
                        Value first, Value steps) {
  int64_t lanes = phase.target.lanes;
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  auto makeVector = [&](OpBuilder &body, Value position, Value count) {
    Point vector = outer;
    vector.setLanes(body, phase, shape.laneGroup, position, count);
    return vector;
  };
  LoopMath math(b, loc);
  // Dynamic extents make the most code: keep it small there.
  int64_t together = getConstantIndex(length) ? stripeVectors : 1;
  Value stripes = math.div(length, together * lanes);
  emitLoop(b, loc, math.constant(0), stripes, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, loc);
             Value begin = inner.mul(index, together * lanes);
             SmallVector<Point> vectors;
             for (int64_t v = 0; v < together; ++v)
               vectors.push_back(
                   makeVector(body, inner.add(begin, v * lanes), Value()));
             emitStripe(body, vectors, chunk, first, steps);
             return SmallVector<Value>();
           });
  Value done = math.mul(stripes, together * lanes);
  Value left = math.sub(length, done);
  auto emitRest = [&](OpBuilder &body, Value position, Value count, unsigned,
                      MutableArrayRef<Value>) {
    Value at = LoopMath(body, loc).add(done, position);
    emitStripe(body, makeVector(body, at, count), chunk, first, steps);
  };
  if (getConstantIndex(left))
    emitLaneLoop(b, loc, left, lanes, 1, {}, emitRest);
  else
    emitMaskedLoop(b, loc, left, lanes, {}, emitRest);
}

void bnc::emitChunksPhase(PhaseContext &phase, unsigned stage) {
  OpBuilder &b = phase.b;
  LoopMath math(b, phase.loc);
  ColumnShape shape(phase);
  ChunkEmitter chunks(phase, stage, shape);
  int64_t chunkSize = phase.plan.getChunk();
  Value totalSteps =
      emitTotalExtent(b, phase.loc, phase.frame, shape.stepGroups);
  Value perOuter = math.ceilDiv(totalSteps, chunkSize);
  emitLoop(b, phase.loc, phase.begin, phase.end, 1, {},
           [&](OpBuilder &body, Value item, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value outer = inner.div(item, perOuter);
             Value chunk = inner.rem(item, perOuter);
             Point point = ColumnShape::makePoint(phase);
             emitCoordinates(body, phase.loc, phase.frame, shape.outerGroups,
                             outer, point.coordinates);
             Value first = inner.mul(chunk, chunkSize);
             Value steps = inner.min(inner.sub(totalSteps, first),
                                     inner.constant(chunkSize));
             chunks.emit(body, point, chunk, first, steps);
             return SmallVector<Value>();
           });
}

Value bnc::emitChunksItems(EmissionContext &context, OpBuilder &b,
                           PlanAttr plan) {
  ColumnShape shape(context);
  LoopMath math(b, context.loc);
  Value chunks = math.ceilDiv(
      emitTotalExtent(b, context.loc, context.frame, shape.stepGroups),
      plan.getChunk());
  return math.mul(
      emitTotalExtent(b, context.loc, context.frame, shape.outerGroups),
      chunks);
}
