// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The chunks phase of a kernel whose innermost dim is kept: a record a chunk.

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/ColumnShape.h"
#include "bnc/Conversion/KernelToVector/Interleave.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/NarrowColumns.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Vectors of channels whose steps are walked together: as many neighbouring
/// bytes as the accumulators of two sums leave registers for.
static constexpr int64_t stripeVectors = 2;

/// As few panels of at most `most` channels as serve, of one size if that comes
/// out even.
static int64_t getPanelSize(int64_t channels, int64_t most) {
  int64_t panels = llvm::divideCeil(channels, most);
  return channels % panels == 0 ? channels / panels : most;
}

namespace {

/// Vectors of lanes side by side, and where they begin in their panel.
struct Stripe {
  SmallVector<Point> vectors;
  SmallVector<Value> positions;
  /// If set, terms are added up in vectors of the even and of the odd lanes of
  /// these two, as 32 bits hold one bf16 of each: no lane has to move.
  bool inPairs = false;

  /// The points whose terms are added up.
  SmallVector<Point> getTermPoints() const {
    SmallVector<Point> points(vectors);
    if (inPairs) {
      points[1] = points[0];
      points[0].parity = 0;
      points[1].parity = 1;
    }
    return points;
  }
};

using StripeBody = llvm::function_ref<void(OpBuilder &b, const Stripe &stripe)>;

/// Emits the records of one chunk for all lanes.
class ChunkEmitter {
public:
  ChunkEmitter(PhaseContext &phase, unsigned stage, const ColumnShape &shape)
      : phase(phase), loc(phase.loc), stage(stage), shape(shape),
        reductions(phase.structure.getReductions(stage)),
        recordArrays(phase, stage),
        narrow(NarrowColumns::get(phase, stage, shape)) {
    SmallVector<Value> terms;
    for (Operation *reduction : reductions)
      terms.push_back(reduction->getOperand(0));
    inputs = listInputs(phase, terms);
    for (Operation *op : reductions)
      panelTypes.append(makeRecords(1).getFirstSums(),
                        getElementTypeOrSelf(getVectorType(phase, op)));
    panelSize = getTableSize(phase, panelTypes, tableBytes);
    if (std::optional<int64_t> lanes =
            phase.structure.getStaticExtent(shape.laneGroup);
        lanes && *lanes != 0)
      panelSize = getPanelSize(*lanes, panelSize);
  }

  /// How many panels of lanes are work items of their own: all if they are
  /// known to be of one size, otherwise one item has them all.
  int64_t getPanelItems() const {
    std::optional<int64_t> lanes =
        phase.structure.getStaticExtent(shape.laneGroup);
    bool areEven = lanes && *lanes != 0 && *lanes % panelSize == 0;
    return areEven ? *lanes / panelSize : 1;
  }

  /// Steps [first, first + steps) of the point whose outer dims `outer` fixes,
  /// of the panel or panels of item `panel`.
  void emit(OpBuilder &b, const Point &outer, Value panel, Value chunk,
            Value first, Value steps);

private:
  struct Panel {
    const Point &outer;
    Value begin, length;
    /// Of every sum of the first pass, one value a lane.
    SmallVector<Value> sums;
  };

  void emitPanel(OpBuilder &b, const Panel &panel, Value chunk, Value first,
                 Value steps);
  /// Whether the terms come from bf16 alone.
  bool canPair() const;
  void emitStripes(OpBuilder &b, const Panel &panel, StripeBody body);
  /// Adds the steps [from, from + length), at most a block, to `sums`, and
  /// prefetches the steps that are `ahead` of them, if that is not 0.
  SmallVector<Value> emitBlock(OpBuilder &b, ArrayRef<Point> vectors,
                               Value from, Value length, unsigned sumsPerTerm,
                               AddTerm add, ValueRange sums, int64_t ahead = 0);
  /// Calls `body` with the first step and the number of steps of every block.
  SmallVector<Value>
  emitBlocks(OpBuilder &b, Value first, Value steps, ValueRange inits,
             llvm::function_ref<SmallVector<Value>(OpBuilder &, Value, Value,
                                                   ValueRange)>
                 body);
  SmallVector<Value> makeZeros(OpBuilder &b, unsigned vectors,
                               unsigned sumsPerTerm);
  /// How far the first pass prefetches.
  int64_t getStepsAhead() const {
    return phase.getStatisticsSchedule().getPrefetch() * phase.plan.getBlock();
  }
  /// A term is the reduction of one vector.
  ChunkRecords makeRecords(unsigned vectors) {
    SmallVector<Operation *> terms;
    for (unsigned v = 0; v < vectors; ++v)
      llvm::append_range(terms, reductions);
    return ChunkRecords(phase, std::move(terms));
  }

  PhaseContext &phase;
  Location loc;
  unsigned stage;
  const ColumnShape &shape;
  ArrayRef<Operation *> reductions;
  RecordArrays recordArrays;
  SmallVector<const KernelArray *> inputs;
  std::optional<NarrowColumns> narrow;
  /// Of the sums of a panel, and how many lanes it has at most.
  SmallVector<Type> panelTypes;
  int64_t panelSize;
};

} // namespace

SmallVector<Value> ChunkEmitter::makeZeros(OpBuilder &b, unsigned vectors,
                                           unsigned sumsPerTerm) {
  SmallVector<Value> zeros;
  for (unsigned v = 0; v < vectors; ++v)
    for (Operation *reduction : reductions)
      zeros.append(sumsPerTerm,
                   makeFloat(b, loc, getVectorType(phase, reduction), 0.0));
  return zeros;
}

bool ChunkEmitter::canPair() const {
  return stage == 0 && !narrow && phase.structure.getComputeType().isF32() &&
         llvm::all_of(inputs, [&](const KernelArray *input) {
           return input->element.isBF16() ||
                  !(input->getDimSet() & shape.laneGroup);
         });
}

/// `values` of the vectors of `stripe`, as many of each, put by
/// emitDeinterleave in the order in which terms are added up, or by
/// emitInterleave back; a null value stays.
static SmallVector<Value> reorder(OpBuilder &b, Location loc,
                                  const Stripe &stripe, ArrayRef<Value> values,
                                  decltype(emitInterleave) &emitReordered) {
  SmallVector<Value> result(values);
  if (!stripe.inPairs)
    return result;
  size_t half = values.size() / 2;
  for (size_t i = 0; i < half; ++i)
    if (values[i]) {
      SmallVector<Value> both =
          emitReordered(b, loc, {values[i], values[half + i]});
      result[i] = both[0];
      result[half + i] = both[1];
    }
  return result;
}

SmallVector<Value> ChunkEmitter::emitBlock(OpBuilder &b,
                                           ArrayRef<Point> vectors, Value from,
                                           Value length, unsigned sumsPerTerm,
                                           AddTerm add, ValueRange sums,
                                           int64_t ahead) {
  if (narrow)
    return emitBlockSums(b, loc,
                         narrow->emitSlotSums(b, vectors.front(), from, length,
                                              sumsPerTerm, add),
                         sums);
  unsigned slots = phase.plan.getAccumulators();
  unsigned perVector = reductions.size() * sumsPerTerm;
  unsigned perSlot = vectors.size() * perVector;
  auto addStep = [&](OpBuilder &body, Value step, MutableArrayRef<Value> sums) {
    LoopMath math(body, loc);
    SmallVector<std::unique_ptr<PointEmitter>> emitters;
    for (auto [v, vector] : llvm::enumerate(vectors)) {
      Point point = vector;
      emitCoordinates(body, loc, phase.frame, shape.stepGroups, step,
                      point.coordinates);
      if (ahead != 0) {
        SmallVector<Value> later = point.coordinates;
        emitCoordinates(body, loc, phase.frame, shape.stepGroups,
                        math.add(step, ahead), later);
        // Lines of one set of L1 lie a power of two apart, as steps often do.
        emitPrefetch(body, phase, inputs, later, v, PrefetchInto::L2);
      }
      PointEmitter &emitter = *emitters.emplace_back(
          std::make_unique<PointEmitter>(body, phase, point));
      emitter.useKeptArrays(phase.keptArrays, stage);
      if (point.parity)
        emitter.sharePairs(*emitters.front());
      // Lanes out of use load zeros and are never stored.
      for (auto [t, reduction] : llvm::enumerate(reductions))
        add(
            body, v * reductions.size() + t,
            emitter.emitVector(reduction->getOperand(0)),
            [](Value x) { return x; },
            sums.slice(v * perVector + t * sumsPerTerm, sumsPerTerm));
    }
  };
  SmallVector<Value> slotSums;
  for (unsigned slot = 0; slot < slots; ++slot)
    llvm::append_range(slotSums, makeZeros(b, vectors.size(), sumsPerTerm));
  LoopMath math(b, loc);
  Value groups = math.div(length, slots);
  slotSums = emitLoop(
      b, loc, math.constant(0), groups, 1, slotSums,
      [&](OpBuilder &body, Value iv, ValueRange carried) {
        SmallVector<Value> next(carried);
        LoopMath inner(body, loc);
        Value base = inner.add(from, inner.mul(iv, slots));
        for (unsigned slot = 0; slot < slots; ++slot)
          addStep(body, inner.add(base, slot),
                  MutableArrayRef<Value>(next).slice(slot * perSlot, perSlot));
        return next;
      });
  // The steps that are left, one a slot.
  Value done = math.mul(groups, slots);
  slotSums = emitRotating(
      b, loc, slots - 1, slots, slotSums,
      [&](OpBuilder &nested, Value slot, MutableArrayRef<Value> first) {
        LoopMath inner(nested, loc);
        Value at = inner.add(done, slot);
        emitIfSome(nested, loc, inner.sub(length, at), first,
                   [&](OpBuilder &some, MutableArrayRef<Value> sums) {
                     addStep(some, LoopMath(some, loc).add(from, at), sums);
                   });
      });
  return emitBlockSums(b, loc, slotSums, sums);
}

SmallVector<Value> ChunkEmitter::emitBlocks(
    OpBuilder &b, Value first, Value steps, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, Value, Value,
                                          ValueRange)>
        body) {
  int64_t blockSize = phase.plan.getBlock();
  LoopMath math(b, loc);
  return emitLoop(
      b, loc, math.constant(0), math.ceilDiv(steps, blockSize), 1, inits,
      [&](OpBuilder &nested, Value index, ValueRange carried) {
        LoopMath inner(nested, loc);
        Value offset = inner.mul(index, blockSize);
        Value length =
            inner.min(inner.sub(steps, offset), inner.constant(blockSize));
        return body(nested, inner.add(first, offset), length, carried);
      });
}

void ChunkEmitter::emitStripes(OpBuilder &b, const Panel &panel,
                               StripeBody body) {
  int64_t lanes = phase.target.lanes;
  auto addVector = [&](OpBuilder &inside, Stripe &stripe, Value position,
                       Value count) {
    Point &vector = stripe.vectors.emplace_back(panel.outer);
    vector.setLanes(inside, phase, shape.laneGroup,
                    LoopMath(inside, loc).add(panel.begin, position), count);
    stripe.positions.push_back(position);
  };
  LoopMath math(b, loc);
  // Dynamic extents make the most code: keep it small there.
  int64_t together = getConstantIndex(panel.length) ? stripeVectors : 1;
  Value stripes = math.div(panel.length, together * lanes);
  emitLoop(b, loc, math.constant(0), stripes, 1, {},
           [&](OpBuilder &inside, Value index, ValueRange) {
             LoopMath inner(inside, loc);
             Value begin = inner.mul(index, together * lanes);
             Stripe stripe;
             for (int64_t v = 0; v < together; ++v)
               addVector(inside, stripe, inner.add(begin, v * lanes), Value());
             stripe.inPairs = together == 2 && canPair();
             body(inside, stripe);
             return SmallVector<Value>();
           });
  Value done = math.mul(stripes, together * lanes);
  Value left = math.sub(panel.length, done);
  auto emitRest = [&](OpBuilder &inside, Value position, Value count, unsigned,
                      MutableArrayRef<Value>) {
    Stripe stripe;
    addVector(inside, stripe, LoopMath(inside, loc).add(done, position), count);
    body(inside, stripe);
  };
  if (getConstantIndex(left))
    emitLaneLoop(b, loc, left, lanes, 1, {}, emitRest);
  else
    emitMaskedLoop(b, loc, left, lanes, {}, emitRest);
}

void ChunkEmitter::emitPanel(OpBuilder &b, const Panel &panel, Value chunk,
                             Value first, Value steps) {
  unsigned perVector = panel.sums.size();
  unsigned sumsPerTerm = perVector / reductions.size();
  auto store = [&](OpBuilder &body, const Stripe &stripe, ValueRange sums) {
    for (auto [i, sum] : llvm::enumerate(sums))
      vector::StoreOp::create(body, loc, sum, panel.sums[i % perVector],
                              stripe.positions[i / perVector]);
  };
  auto load = [&](OpBuilder &body, const Stripe &stripe) {
    SmallVector<Value> sums =
        makeZeros(body, stripe.vectors.size(), sumsPerTerm);
    for (auto [i, sum] : llvm::enumerate(sums))
      sum = vector::LoadOp::create(body, loc, cast<VectorType>(sum.getType()),
                                   panel.sums[i % perVector],
                                   stripe.positions[i / perVector]);
    return sums;
  };
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    store(body, stripe, makeZeros(body, stripe.vectors.size(), sumsPerTerm));
  });
  emitBlocks(
      b, first, steps, {},
      [&](OpBuilder &blockBuilder, Value from, Value length, ValueRange) {
        emitStripes(blockBuilder, panel,
                    [&](OpBuilder &body, const Stripe &stripe) {
                      ChunkRecords records = makeRecords(stripe.vectors.size());
                      auto add = [&](auto &&...arguments) {
                        records.addFirst(arguments...);
                      };
                      store(body, stripe,
                            emitBlock(body, stripe.getTermPoints(), from,
                                      length, sumsPerTerm, add,
                                      load(body, stripe), getStepsAhead()));
                    });
        return SmallVector<Value>();
      });
  Value count = LoopMath(b, loc).toF64(steps);
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    ChunkRecords chunkRecords = makeRecords(stripe.vectors.size());
    auto emitSecond = [&](OpBuilder &nested, ArrayRef<Value> ofChannels) {
      SmallVector<Value> pivots =
          reorder(nested, loc, stripe, ofChannels, emitDeinterleave);
      for (Value &pivot : pivots)
        if (narrow && pivot)
          pivot = narrow->repeat(nested, pivot);
      auto add = [&](OpBuilder &step, unsigned term, auto &&...rest) {
        chunkRecords.addCentred(step, term, pivots[term], rest...);
      };
      SmallVector<Value> centred = emitBlocks(
          nested, first, steps, makeZeros(nested, stripe.vectors.size(), 2),
          [&](OpBuilder &blockBuilder, Value from, Value length,
              ValueRange sums) {
            return emitBlock(blockBuilder, stripe.getTermPoints(), from, length,
                             /*sumsPerTerm=*/2, add, sums);
          });
      return reorder(nested, loc, stripe, centred, emitInterleave);
    };
    SmallVector<Value> inUse;
    for (const Point &vector : stripe.vectors)
      inUse.append(reductions.size(), vector.count);
    SmallVector<Value> firstSums =
        reorder(body, loc, stripe, load(body, stripe), emitInterleave);
    SmallVector<Record> records =
        chunkRecords.emit(body, firstSums, count, inUse, emitSecond);
    for (auto [v, vector] : llvm::enumerate(stripe.vectors)) {
      PointEmitter out(body, phase, vector);
      for (auto [t, reduction] : llvm::enumerate(reductions))
        for (auto [field, array] :
             llvm::zip_equal(records[v * reductions.size() + t].getFields(),
                             recordArrays.get(reduction, chunk)))
          out.store(field, array);
    }
  });
}

void ChunkEmitter::emit(OpBuilder &b, const Point &outer, Value panel,
                        Value chunk, Value first, Value steps) {
  LoopMath math(b, loc);
  Value length = emitTotalExtent(b, loc, phase.frame, shape.laneGroup);
  // Sums of a panel of channels stay in L1 from one block of steps to the next:
  // memory is read in the order it lies in, a block at a time, not a stripe.
  SmallVector<Value> sums;
  for (Type type : panelTypes)
    sums.push_back(allocateOnStack(
        b, loc, {int64_t(llvm::alignTo(panelSize, phase.target.lanes))}, type));
  auto emitAt = [&](OpBuilder &body, Value begin, Value panelLength) {
    emitPanel(body, {outer, begin, panelLength, sums}, chunk, first, steps);
  };
  if (getPanelItems() > 1)
    return emitAt(b, math.mul(panel, panelSize), math.constant(panelSize));
  std::optional<int64_t> known = getConstantIndex(length);
  Value whole =
      known ? math.div(length, panelSize) : math.ceilDiv(length, panelSize);
  emitLoop(b, loc, math.constant(0), whole, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, loc);
             Value begin = inner.mul(index, panelSize);
             emitAt(body, begin,
                    known ? inner.constant(panelSize)
                          : inner.min(inner.sub(length, begin),
                                      inner.constant(panelSize)));
             return SmallVector<Value>();
           });
  if (known && *known % panelSize != 0)
    emitAt(b, math.constant(*known / panelSize * panelSize),
           math.constant(*known % panelSize));
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
  emitEachItem(phase, [&](OpBuilder &body, Value item) {
    LoopMath inner(body, phase.loc);
    Value panels = inner.constant(chunks.getPanelItems());
    Value panel = inner.rem(item, panels);
    item = inner.div(item, panels);
    Value outer = inner.div(item, perOuter);
    Value chunk = inner.rem(item, perOuter);
    Point point = ColumnShape::makePoint(phase);
    emitCoordinates(body, phase.loc, phase.frame, shape.outerGroups, outer,
                    point.coordinates);
    Value first = inner.mul(chunk, chunkSize);
    Value steps =
        inner.min(inner.sub(totalSteps, first), inner.constant(chunkSize));
    chunks.emit(body, point, panel, chunk, first, steps);
  });
}

Value bnc::emitChunksItems(PhaseContext &phase, OpBuilder &b, unsigned stage) {
  ColumnShape shape(phase);
  LoopMath math(b, phase.loc);
  Value chunks =
      math.ceilDiv(emitTotalExtent(b, phase.loc, phase.frame, shape.stepGroups),
                   phase.plan.getChunk());
  Value outer = emitTotalExtent(b, phase.loc, phase.frame, shape.outerGroups);
  return math.mul(math.mul(outer, chunks),
                  ChunkEmitter(phase, stage, shape).getPanelItems());
}
