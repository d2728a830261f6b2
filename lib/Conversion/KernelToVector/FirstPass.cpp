// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The first pass over a chunk of a columns kernel: the order in which steps and
// channels are added up.

#include "bnc/Conversion/KernelToVector/FirstPass.h"

#include "bnc/Conversion/KernelToVector/Interleave.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;

/// Bytes of stack for the sums of a panel whose blocks are walked in turns.
static constexpr int64_t turnBytes = 6144;
/// Step by step memory is read in order, and fetched so far ahead.
static constexpr int64_t stepsAheadBytes = 8192;

/// Vectors of a stripe: as many neighbouring bytes as the accumulators of two
/// sums, four of each, leave registers for.
static int64_t getStripeVectors(const VectorTarget &target) {
  return target.registers >= 32 ? 2 : 1;
}

/// Where that is one vector, accumulators may have `mostSums` registers: all of
/// it, a part of a line that comes from L1 again for the next; or one slot of a
/// wide stripe at a time.
static constexpr int64_t mostSums = 8, wideStripe = 4;

/// As few panels of at most `most` channels as serve, of one size if that comes
/// out even.
static int64_t divideEvenly(int64_t channels, int64_t most) {
  int64_t panels = llvm::divideCeil(channels, most);
  return channels % panels == 0 ? channels / panels : most;
}

FirstPass::FirstPass(PhaseContext &phase, const ColumnShape &shape,
                     const ColumnBlocks &blocks)
    : phase(phase), loc(phase.loc), shape(shape), blocks(blocks),
      sumTypes(blocks.getSumTypes()),
      sumsPerTerm(blocks.makeRecords(1).getFirstSums()) {
  auto getSize = [&](unsigned copies, int64_t bytes) {
    SmallVector<Type> types;
    for (VectorType type : sumTypes)
      types.append(copies, type.getElementType());
    return getTableSize(phase, types, bytes);
  };
  unsigned count = phase.plan.getAccumulators();
  int64_t most = getSize(1 + count, turnBytes);
  std::optional<int64_t> lanes =
      phase.structure.getStaticExtent(shape.laneGroup);
  turn = phase.getStatisticsSchedule().getTurn();
  if (turn != 1)
    turn = llvm::alignTo(turn, count);
  bool isInOrder = lanes && *lanes <= most;
  if (blocks.getNarrow() || turn >= phase.plan.getBlock() ||
      (turn == 1 && !isInOrder))
    turn = 0;
  if (turn == 0)
    most = getSize(1, tableBytes);
  else if (!isInOrder)
    most = llvm::bit_floor<uint64_t>(most);
  panelSize = lanes && *lanes != 0 ? divideEvenly(*lanes, most) : most;
  if (turn == 0 && !blocks.getNarrow() && getStripeVectors(phase.target) == 1)
    wideVectors =
        std::clamp<int64_t>(mostSums / sumTypes.size(), 1, wideStripe);
}

void FirstPass::emitStripes(
    OpBuilder &b, const PanelLanes &panel,
    llvm::function_ref<void(OpBuilder &, const Stripe &)> body) const {
  int64_t together = wideVectors;
  if (getConstantIndex(panel.length))
    together = std::max(wideVectors, getStripeVectors(phase.target));
  bnc::emitStripes(b, phase, shape, panel, together, blocks.canPair(), body);
}

void FirstPass::allocate(OpBuilder &b) {
  sums.emplace(b, loc, sumTypes, panelSize);
  if (turn)
    slots.emplace(b, loc, sumTypes, panelSize, phase.plan.getAccumulators());
  else if (wideVectors > 1)
    slots.emplace(b, loc, sumTypes, wideVectors * phase.target.lanes,
                  phase.plan.getAccumulators());
}

void FirstPass::emit(OpBuilder &b, const PanelLanes &panel, Value first,
                     Value steps) {
  emitLoop(b, loc, LoopMath(b, loc).constant(0), panel.length,
           phase.target.lanes, {},
           [&](OpBuilder &body, Value position, ValueRange) {
             Stripe vector;
             vector.positions.push_back(position);
             sums->store(body, vector, blocks.makeZeros(body, 1, sumsPerTerm));
             return SmallVector<Value>();
           });
  blocks.emitBlocks(b, first, steps, {},
                    [&](OpBuilder &body, Value from, Value length, ValueRange) {
                      if (turn == 1)
                        emitSteps(body, panel, from, length);
                      else if (turn)
                        emitTurns(body, panel, from, length);
                      else
                        emitBlock(body, panel, from, length);
                      return SmallVector<Value>();
                    });
  if (blocks.canPair())
    emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
      if (stripe.inPairs)
        putInOrder(body, stripe);
    });
}

void FirstPass::putInOrder(OpBuilder &b, const Stripe &stripe) {
  SmallVector<Value> held = sums->load(b, stripe);
  size_t perVector = sumTypes.size();
  for (size_t even = 0; even < held.size(); even += 2 * perVector)
    for (size_t i = even; i < even + perVector; ++i) {
      Value &first = held[i], &second = held[i + perVector];
      SmallVector<Value> both = emitInterleave(b, loc, {first, second});
      first = both[0];
      second = both[1];
    }
  sums->store(b, stripe, held);
}

void FirstPass::emitBlock(OpBuilder &b, const PanelLanes &panel, Value from,
                          Value length) {
  auto emitStripe = [&](OpBuilder &body, const Stripe &stripe) {
    int64_t together = stripe.vectors.size();
    // Of a dynamic count the last lanes have little code so; without masks all
    // that is left over has to: slower by less than a tenth.
    bool isDynamic = !getConstantIndex(panel.length);
    bool isLeft =
        isDynamic && (stripe.vectors.front().count || !phase.target.masks32);
    if (wideVectors > 1 && (together == wideVectors || isLeft))
      return emitSlotBySlot(body, panel, stripe, from, length);
    ChunkRecords records = blocks.makeRecords(stripe.vectors.size());
    auto add = [&](auto &&...arguments) { records.addFirst(arguments...); };
    sums->store(body, stripe,
                blocks.emitBlock(body, stripe.getTermPoints(), from, length,
                                 sumsPerTerm, add, sums->load(body, stripe),
                                 getStepsAhead()));
  };
  emitStripes(b, panel, emitStripe);
}

void FirstPass::emitSlotBySlot(OpBuilder &b, const PanelLanes &panel,
                               const Stripe &stripe, Value from, Value length) {
  ChunkRecords records = blocks.makeRecords(stripe.vectors.size());
  auto add = [&](auto &&...arguments) { records.addFirst(arguments...); };
  int64_t count = phase.plan.getAccumulators();
  int64_t vectors = stripe.vectors.size();
  int64_t lanes = vectors * phase.target.lanes;
  LoopMath math(b, loc);
  // Where the sums of the slots wait.
  Stripe held = stripe;
  for (auto [v, position] : llvm::enumerate(held.positions))
    position = math.constant(v * phase.target.lanes);
  emitLoop(b, loc, math.constant(0), math.constant(count), 1, {},
           [&](OpBuilder &body, Value slot, ValueRange) {
             LoopMath inner(body, loc);
             Value left = length;
             if (!blocks.areMultipleOf(count))
               left = inner.add(inner.sub(length, slot), count - 1);
             Value steps = inner.div(left, count);
             Value first = inner.add(from, slot);
             // What is read of the block before this slot, a line after the
             // other.
             Value ofStripes =
                 inner.mul(stripe.positions.front(), phase.plan.getBlock());
             Value ofSlots =
                 inner.mul(slot, phase.plan.getBlock() / count * lanes);
             Value read = inner.add(ofStripes, ofSlots);
             SmallVector<Value> added = emitLoop(
                 body, loc, inner.constant(0), steps, 1,
                 blocks.makeZeros(body, stripe.vectors.size(), sumsPerTerm),
                 [&](OpBuilder &step, Value i, ValueRange carried) {
                   LoopMath inStep(step, loc);
                   if (int64_t ahead = getStepsAhead()) {
                     Value next = inStep.add(from, ahead);
                     Value at = inStep.add(read, inStep.mul(i, lanes));
                     blocks.fetchInOrder(step, panel, next, at, lanes);
                   }
                   SmallVector<Value> next(carried);
                   blocks.addStep(step, stripe.getTermPoints(),
                                  inStep.add(first, inStep.mul(i, count)),
                                  sumsPerTerm, add, next, /*prefetch=*/{});
                   return next;
                 });
             slots->store(body, held, added, slot);
             return SmallVector<Value>();
           });
  emitLoop(
      b, loc, math.constant(0), math.constant(vectors), 1, {},
      [&](OpBuilder &body, Value vector, ValueRange) {
        LoopMath inner(body, loc);
        Stripe from, to;
        from.positions.push_back(inner.mul(vector, phase.target.lanes));
        to.positions.push_back(
            inner.add(stripe.positions.front(), from.positions.front()));
        SmallVector<Value> slotSums;
        for (int64_t slot = 0; slot < count; ++slot)
          llvm::append_range(slotSums,
                             slots->load(body, from, inner.constant(slot)));
        sums->store(body, to,
                    emitBlockSums(body, loc, slotSums, sums->load(body, to)));
        return SmallVector<Value>();
      });
}

SmallVector<Value> FirstPass::loadSlot(OpBuilder &b, const Stripe &stripe,
                                       Value slot, Value isEmpty) {
  SmallVector<Value> held = slots->load(b, stripe, slot);
  if (isEmpty)
    for (Value &sum : held) {
      Value zero = makeFloat(b, loc, sum.getType(), 0.0);
      sum = arith::SelectOp::create(b, loc, isEmpty, zero, sum);
    }
  return held;
}

void FirstPass::emitTurn(OpBuilder &b, const PanelLanes &panel, Value from,
                         Value length, Value offset, Value steps) {
  LoopMath math(b, loc);
  Value isFirst = math.less(offset, math.constant(1));
  Value isLast =
      math.less(math.sub(length, math.constant(1)), math.add(offset, steps));
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    ChunkRecords records = blocks.makeRecords(stripe.vectors.size());
    auto add = [&](auto &&...arguments) { records.addFirst(arguments...); };
    SmallVector<Value> slotSums;
    int64_t count = phase.plan.getAccumulators();
    for (int64_t slot = 0; slot < count; ++slot)
      llvm::append_range(
          slotSums,
          loadSlot(body, stripe, LoopMath(body, loc).constant(slot), isFirst));
    slotSums = blocks.emitSlots(body, stripe.getTermPoints(),
                                LoopMath(body, loc).add(from, offset), steps,
                                sumsPerTerm, add, slotSums, getStepsAhead());
    auto branch = scf::IfOp::create(body, loc, TypeRange(), isLast,
                                    /*withElseRegion=*/true);
    OpBuilder last = branch.getThenBodyBuilder();
    sums->store(last, stripe,
                emitBlockSums(last, loc, slotSums, sums->load(last, stripe)));
    OpBuilder other = branch.getElseBodyBuilder();
    size_t perSlot = slotSums.size() / count;
    for (int64_t slot = 0; slot < count; ++slot)
      slots->store(other, stripe,
                   ArrayRef(slotSums).slice(slot * perSlot, perSlot),
                   LoopMath(other, loc).constant(slot));
  });
}

void FirstPass::emitTurns(OpBuilder &b, const PanelLanes &panel, Value from,
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

void FirstPass::emitSteps(OpBuilder &b, const PanelLanes &panel, Value from,
                          Value length) {
  LoopMath math(b, loc);
  int64_t count = phase.plan.getAccumulators();
  Prefetch prefetch;
  if (phase.getStatisticsSchedule().getPrefetch() != 0)
    prefetch = {/*rows=*/0, stepsAheadBytes, /*when=*/{}, PrefetchInto::L1};
  emitLoop(b, loc, math.constant(0), length, 1, {},
           [&](OpBuilder &stepBuilder, Value offset, ValueRange) {
             LoopMath inStep(stepBuilder, loc);
             Value slot = inStep.rem(offset, inStep.constant(count));
             Value isFirst = inStep.less(offset, inStep.constant(count));
             emitStripes(stepBuilder, panel,
                         [&](OpBuilder &body, const Stripe &stripe) {
                           ChunkRecords records =
                               blocks.makeRecords(stripe.vectors.size());
                           auto add = [&](auto &&...arguments) {
                             records.addFirst(arguments...);
                           };
                           SmallVector<Value> added =
                               loadSlot(body, stripe, slot, isFirst);
                           blocks.addStep(body, stripe.getTermPoints(),
                                          LoopMath(body, loc).add(from, offset),
                                          sumsPerTerm, add, added, prefetch);
                           slots->store(body, stripe, added, slot);
                         });
             return SmallVector<Value>();
           });
  emitStripes(b, panel, [&](OpBuilder &body, const Stripe &stripe) {
    SmallVector<Value> slotSums;
    for (int64_t slot = 0; slot < count; ++slot) {
      LoopMath inner(body, loc);
      Value isUnused;
      if (!blocks.areMultipleOf(count))
        isUnused = inner.less(length, inner.constant(slot + 1));
      llvm::append_range(
          slotSums, loadSlot(body, stripe, inner.constant(slot), isUnused));
    }
    sums->store(body, stripe,
                emitBlockSums(body, loc, slotSums, sums->load(body, stripe)));
  });
}
