// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The chunks phase of a kernel whose innermost dim is kept: a record a chunk.

#include "bnc/Conversion/KernelToVector/ColumnBlocks.h"
#include "bnc/Conversion/KernelToVector/ColumnStripes.h"
#include "bnc/Conversion/KernelToVector/Interleave.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Bytes of stack for the sums of a panel whose blocks are walked in turns.
static constexpr int64_t turnBytes = 6144;

/// As few panels of at most `most` channels as serve, of one size if that comes
/// out even.
static int64_t getPanelSize(int64_t channels, int64_t most) {
  int64_t panels = llvm::divideCeil(channels, most);
  return channels % panels == 0 ? channels / panels : most;
}

namespace {

/// Emits the records of one chunk for all lanes.
class ChunkEmitter {
public:
  ChunkEmitter(PhaseContext &phase, unsigned stage, const ColumnShape &shape);

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
    PanelLanes lanes;
    /// What the first pass adds up, and where it stops within a block what each
    /// slot holds.
    PanelSums sums;
    SmallVector<PanelSums> slots;
  };

  void emitPanel(OpBuilder &b, const Panel &panel, Value chunk, Value first,
                 Value steps);
  void emitStripes(OpBuilder &b, const Panel &panel,
                   llvm::function_ref<void(OpBuilder &, const Stripe &)> body) {
    bnc::emitStripes(b, phase, shape, panel.lanes, blocks.canPair(), body);
  }
  /// The first pass over the steps of a block: those of a stripe, then of the
  /// next.
  void emitBlock(OpBuilder &b, const Panel &panel, Value from, Value length);
  /// The same in turns of a few steps, all stripes in each.
  void emitTurns(OpBuilder &b, const Panel &panel, Value from, Value length);
  /// [offset, offset + steps) of these, which begin at `from`.
  void emitTurn(OpBuilder &b, const Panel &panel, Value from, Value length,
                Value offset, Value steps);
  /// How far the first pass prefetches.
  int64_t getStepsAhead() const {
    return phase.getStatisticsSchedule().getPrefetch() * phase.plan.getBlock();
  }

  PhaseContext &phase;
  Location loc;
  const ColumnShape &shape;
  ArrayRef<Operation *> reductions;
  RecordArrays recordArrays;
  ColumnBlocks blocks;
  /// Of the sums of a vector.
  SmallVector<VectorType> sumTypes;
  unsigned sumsPerTerm;
  /// Steps of a turn, a multiple of the slots, 0 for none; how many lanes a
  /// panel has at most.
  int64_t turn = 0, panelSize;
};

} // namespace

ChunkEmitter::ChunkEmitter(PhaseContext &phase, unsigned stage,
                           const ColumnShape &shape)
    : phase(phase), loc(phase.loc), shape(shape),
      reductions(phase.structure.getReductions(stage)),
      recordArrays(phase, stage), blocks(phase, stage, shape),
      sumTypes(blocks.getSumTypes()),
      sumsPerTerm(sumTypes.size() / reductions.size()) {
  unsigned slots = phase.plan.getAccumulators();
  int64_t wanted =
      llvm::alignTo(phase.getStatisticsSchedule().getTurn(), slots);
  if (wanted < phase.plan.getBlock() && !blocks.getNarrow())
    turn = wanted;
  auto getSize = [&](unsigned copies, int64_t bytes) {
    SmallVector<Type> types;
    for (VectorType type : sumTypes)
      types.append(copies, type.getElementType());
    return getTableSize(phase, types, bytes);
  };
  panelSize = turn ? llvm::bit_floor<uint64_t>(getSize(1 + slots, turnBytes))
                   : getSize(1, tableBytes);
  if (std::optional<int64_t> lanes =
          phase.structure.getStaticExtent(shape.laneGroup);
      lanes && *lanes != 0)
    panelSize = getPanelSize(*lanes, panelSize);
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

void ChunkEmitter::emitBlock(OpBuilder &b, const Panel &panel, Value from,
                             Value length) {
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    ChunkRecords records = blocks.makeRecords(stripe.vectors.size());
    auto add = [&](auto &&...arguments) { records.addFirst(arguments...); };
    panel.sums.store(body, stripe,
                     blocks.emitBlock(body, stripe.getTermPoints(), from,
                                      length, sumsPerTerm, add,
                                      panel.sums.load(body, stripe),
                                      getStepsAhead()));
  });
}

void ChunkEmitter::emitTurn(OpBuilder &b, const Panel &panel, Value from,
                            Value length, Value offset, Value steps) {
  LoopMath math(b, loc);
  Value isFirst = math.less(offset, math.constant(1));
  Value isLast =
      math.less(math.sub(length, math.constant(1)), math.add(offset, steps));
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    unsigned vectors = stripe.vectors.size();
    ChunkRecords records = blocks.makeRecords(vectors);
    auto add = [&](auto &&...arguments) { records.addFirst(arguments...); };
    SmallVector<Value> zeros = blocks.makeZeros(body, vectors, sumsPerTerm);
    SmallVector<Value> slotSums;
    for (const PanelSums &slot : panel.slots)
      for (auto [zero, sum] : llvm::zip_equal(zeros, slot.load(body, stripe)))
        slotSums.push_back(
            arith::SelectOp::create(body, loc, isFirst, zero, sum));
    slotSums = blocks.emitSlots(body, stripe.getTermPoints(),
                                LoopMath(body, loc).add(from, offset), steps,
                                sumsPerTerm, add, slotSums, getStepsAhead());
    auto branch = scf::IfOp::create(body, loc, TypeRange(), isLast,
                                    /*withElseRegion=*/true);
    OpBuilder last = branch.getThenBodyBuilder();
    panel.sums.store(
        last, stripe,
        emitBlockSums(last, loc, slotSums, panel.sums.load(last, stripe)));
    OpBuilder other = branch.getElseBodyBuilder();
    for (auto [i, slot] : llvm::enumerate(panel.slots))
      slot.store(other, stripe,
                 ArrayRef(slotSums).slice(i * zeros.size(), zeros.size()));
  });
}

void ChunkEmitter::emitTurns(OpBuilder &b, const Panel &panel, Value from,
                             Value length) {
  LoopMath math(b, loc);
  Value whole = math.mul(math.div(length, turn), turn);
  emitLoop(b, loc, math.constant(0), whole, turn, {},
           [&](OpBuilder &body, Value offset, ValueRange) {
             emitTurn(body, panel, from, length, offset,
                      LoopMath(body, loc).constant(turn));
             return SmallVector<Value>();
           });
  Value left = math.sub(length, whole);
  emitIfSome(b, loc, left, {}, [&](OpBuilder &some, MutableArrayRef<Value>) {
    emitTurn(some, panel, from, length, whole, left);
  });
}

void ChunkEmitter::emitPanel(OpBuilder &b, const Panel &panel, Value chunk,
                             Value first, Value steps) {
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    panel.sums.store(
        body, stripe,
        blocks.makeZeros(body, stripe.vectors.size(), sumsPerTerm));
  });
  blocks.emitBlocks(b, first, steps, {},
                    [&](OpBuilder &body, Value from, Value length, ValueRange) {
                      if (turn)
                        emitTurns(body, panel, from, length);
                      else
                        emitBlock(body, panel, from, length);
                      return SmallVector<Value>();
                    });
  Value count = LoopMath(b, loc).toF64(steps);
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    ChunkRecords chunkRecords = blocks.makeRecords(stripe.vectors.size());
    auto emitSecond = [&](OpBuilder &nested, ArrayRef<Value> ofChannels) {
      SmallVector<Value> pivots =
          reorder(nested, loc, stripe, ofChannels, emitDeinterleave);
      for (Value &pivot : pivots)
        if (blocks.getNarrow() && pivot)
          pivot = blocks.getNarrow()->repeat(nested, pivot);
      auto add = [&](OpBuilder &step, unsigned term, auto &&...rest) {
        chunkRecords.addCentred(step, term, pivots[term], rest...);
      };
      SmallVector<Value> centred = blocks.emitBlocks(
          nested, first, steps,
          blocks.makeZeros(nested, stripe.vectors.size(), 2),
          [&](OpBuilder &blockBuilder, Value from, Value length,
              ValueRange sums) {
            return blocks.emitBlock(blockBuilder, stripe.getTermPoints(), from,
                                    length,
                                    /*sumsPerTerm=*/2, add, sums);
          });
      return reorder(nested, loc, stripe, centred, emitInterleave);
    };
    SmallVector<Value> inUse;
    for (const Point &vector : stripe.vectors)
      inUse.append(reductions.size(), vector.count);
    SmallVector<Value> firstSums = reorder(
        body, loc, stripe, panel.sums.load(body, stripe), emitInterleave);
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
  PanelSums sums(b, loc, sumTypes, panelSize);
  SmallVector<PanelSums> slots;
  if (turn)
    for (unsigned slot = 0; slot < phase.plan.getAccumulators(); ++slot)
      slots.emplace_back(b, loc, sumTypes, panelSize);
  auto emitAt = [&](OpBuilder &body, Value begin, Value panelLength) {
    emitPanel(body, {{outer, begin, panelLength}, sums, slots}, chunk, first,
              steps);
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
