// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The loop over the vectors of one contiguous run.

#include "bnc/Conversion/KernelToVector/LaneLoop.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

/// iv + offset, as an affine map where `iv` allows it.
static Value advance(OpBuilder &b, Location loc, Value iv, int64_t offset) {
  if (offset == 0 || !affine::isValidDim(iv))
    return LoopMath(b, loc).add(iv, offset);
  AffineExpr expr = b.getAffineDimExpr(0) + offset;
  return affine::AffineApplyOp::create(b, loc, AffineMap::get(1, 0, expr),
                                       ValueRange{iv});
}

SmallVector<Value> bnc::emitLaneLoop(OpBuilder &b, Location loc, Value length,
                                     int64_t lanes, unsigned slots,
                                     ValueRange inits, LaneBody body) {
  unsigned perSlot = inits.size() / slots;
  int64_t stride = lanes * slots;
  LoopMath math(b, loc);
  Value zero = math.constant(0);
  // Steps are elements: they are indices as they are.
  Value turns = math.mul(math.div(length, stride), stride);
  SmallVector<Value> carried = emitLoop(
      b, loc, zero, turns, stride, inits,
      [&](OpBuilder &nested, Value iv, ValueRange values) {
        SmallVector<Value> next(values);
        for (unsigned slot = 0; slot < slots; ++slot)
          body(nested, advance(nested, loc, iv, slot * lanes), Value(), slot,
               MutableArrayRef<Value>(next).slice(slot * perSlot, perSlot));
        return next;
      });
  auto slotValues = [&](unsigned slot) {
    return MutableArrayRef<Value>(carried).slice(slot * perSlot, perSlot);
  };
  if (std::optional<int64_t> known = getConstantIndex(length)) {
    int64_t start = *known / stride * stride;
    for (unsigned slot = 0; slot < slots; ++slot, start += lanes) {
      int64_t left = *known - start;
      if (left <= 0)
        break;
      Value count = left < lanes ? math.constant(left) : Value();
      body(b, math.constant(start), count, slot, slotValues(slot));
    }
    return carried;
  }
  Value start = turns, vector = math.constant(lanes);
  if (perSlot == 0) {
    // Nothing depends on the slot: whole vectors, then one masked.
    if (slots > 1) {
      Value whole = math.mul(math.div(length, lanes), lanes);
      emitLoop(b, loc, start, whole, lanes, {},
               [&](OpBuilder &nested, Value position, ValueRange) {
                 body(nested, position, Value(), 0, {});
                 return SmallVector<Value>();
               });
      start = whole;
    }
    Value rest = math.sub(length, start);
    emitIfSome(b, loc, rest, {},
               [&](OpBuilder &nested, MutableArrayRef<Value>) {
                 body(nested, start, rest, 0, {});
               });
    return carried;
  }
  // Most parts of a long row end with a whole turn.
  emitIfSome(
      b, loc, math.sub(length, start), carried,
      [&](OpBuilder &rest, MutableArrayRef<Value> values) {
        llvm::copy(
            emitRotating(
                rest, loc, LoopMath(rest, loc).constant(slots), slots, values,
                [&](OpBuilder &nested, Value slot,
                    MutableArrayRef<Value> first) {
                  LoopMath inner(nested, loc);
                  Value position = inner.add(start, inner.mul(slot, lanes));
                  Value count = inner.min(inner.sub(length, position), vector);
                  emitIfSome(nested, loc, count, first,
                             [&](OpBuilder &some, MutableArrayRef<Value> sums) {
                               body(some, position, count, 0, sums);
                             });
                }),
            values.begin());
      });
  return carried;
}

SmallVector<Value> bnc::emitMaskedLoop(OpBuilder &b, Location loc, Value length,
                                       int64_t lanes, ValueRange inits,
                                       LaneBody body) {
  LoopMath math(b, loc);
  return emitLoop(b, loc, math.constant(0), length, lanes, inits,
                  [&](OpBuilder &nested, Value position, ValueRange values) {
                    LoopMath inner(nested, loc);
                    Value left = inner.sub(length, position);
                    Value count = inner.min(left, inner.constant(lanes));
                    SmallVector<Value> next(values);
                    body(nested, position, count, 0, next);
                    return next;
                  });
}

void bnc::emitIfSome(OpBuilder &b, Location loc, Value count,
                     MutableArrayRef<Value> carried, SomeBody body) {
  Value zero = LoopMath(b, loc).constant(0);
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(carried)),
                                  LoopMath(b, loc).less(zero, count),
                                  /*withElseRegion=*/!carried.empty());
  OpBuilder yes = branch.getThenBodyBuilder();
  SmallVector<Value> next(carried.begin(), carried.end());
  body(yes, next);
  if (carried.empty())
    return;
  scf::YieldOp::create(yes, loc, next);
  OpBuilder no = branch.getElseBodyBuilder();
  scf::YieldOp::create(no, loc, ValueRange(carried));
  llvm::copy(branch.getResults(), carried.begin());
}

SmallVector<Value> bnc::emitRotating(OpBuilder &b, Location loc, Value times,
                                     unsigned slots, ArrayRef<Value> carried,
                                     RotatingBody body) {
  unsigned perSlot = carried.size() / slots;
  SmallVector<Value> rotated = emitLoop(
      b, loc, LoopMath(b, loc).constant(0), times, 1, carried,
      [&](OpBuilder &nested, Value slot, ValueRange values) {
        SmallVector<Value> next(values);
        body(nested, slot, MutableArrayRef<Value>(next).take_front(perSlot));
        std::rotate(next.begin(), next.begin() + perSlot, next.end());
        return next;
      });
  int64_t moved = getConstantIndex(times).value_or(0) % slots;
  std::rotate(rotated.begin(),
              rotated.begin() + (slots - moved) % slots * perSlot,
              rotated.end());
  return rotated;
}

/// Sums accumulators pairwise, lane by lane.
static Value emitPairwiseSum(OpBuilder &b, Location loc,
                             ValueRange accumulators) {
  SmallVector<Value> level(accumulators);
  while (level.size() > 1) {
    SmallVector<Value> next;
    for (unsigned i = 0; i + 1 < level.size(); i += 2)
      next.push_back(arith::AddFOp::create(b, loc, level[i], level[i + 1]));
    level = next;
  }
  return level[0];
}

Value bnc::emitLaneSum(OpBuilder &b, Location loc, Value sum) {
  for (int64_t half = cast<VectorType>(sum.getType()).getNumElements() / 2;
       half > 0; half /= 2) {
    Value low = vector::ExtractStridedSliceOp::create(
        b, loc, sum, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{half},
        ArrayRef<int64_t>{1});
    Value high = vector::ExtractStridedSliceOp::create(
        b, loc, sum, ArrayRef<int64_t>{half}, ArrayRef<int64_t>{half},
        ArrayRef<int64_t>{1});
    sum = arith::AddFOp::create(b, loc, low, high);
  }
  return vector::ExtractOp::create(b, loc, sum, ArrayRef<int64_t>{0});
}

/// The lanes of two vectors, one after the other, that are the first or second
/// halves of parts of `size` lanes: those of one vector before those of the
/// other, in small parts within each 4 lanes, which take no permutation.
static SmallVector<int64_t> listHalves(int64_t lanes, int64_t size,
                                       bool second) {
  int64_t group = size > 4 ? lanes : std::min<int64_t>(lanes, 4);
  SmallVector<int64_t> mask;
  for (int64_t begin = 0; begin < lanes; begin += group)
    for (int64_t vector = 0; vector < 2; ++vector)
      for (int64_t part = 0; part < group; part += size)
        for (int64_t i = 0; i < size / 2; ++i)
          mask.push_back(vector * lanes + begin + part + i +
                         (second ? size / 2 : 0));
  return mask;
}

Value bnc::emitPackedLaneSums(OpBuilder &b, Location loc,
                              ArrayRef<Value> vectors) {
  int64_t lanes = vectors.size();
  // Which vector's sum ends up in a lane if vectors are taken in this order.
  SmallVector<SmallVector<int64_t>> held;
  for (int64_t i = 0; i < lanes; ++i)
    held.push_back(SmallVector<int64_t>(lanes, i));
  for (int64_t size = lanes; size > 1; size /= 2)
    for (unsigned i = 0; i < held.size(); ++i) {
      SmallVector<int64_t> merged;
      for (int64_t lane : listHalves(lanes, size, /*second=*/false))
        merged.push_back(held[i + lane / lanes][lane % lanes]);
      held[i] = merged;
      held.erase(held.begin() + i + 1);
    }
  SmallVector<Value> level(lanes);
  for (int64_t lane = 0; lane < lanes; ++lane)
    level[held[0][lane]] = vectors[lane];
  for (int64_t size = lanes; size > 1; size /= 2) {
    SmallVector<Value> next;
    for (unsigned i = 0; i < level.size(); i += 2) {
      Value low = vector::ShuffleOp::create(b, loc, level[i], level[i + 1],
                                            listHalves(lanes, size, false));
      Value high = vector::ShuffleOp::create(b, loc, level[i], level[i + 1],
                                             listHalves(lanes, size, true));
      next.push_back(arith::AddFOp::create(b, loc, low, high));
    }
    level = next;
  }
  return level[0];
}

SmallVector<Value> bnc::emitBlockSums(OpBuilder &b, Location loc,
                                      ValueRange slotSums, ValueRange sums) {
  SmallVector<Value> totals;
  for (auto [i, sum] : llvm::enumerate(sums)) {
    SmallVector<Value> accumulators;
    for (unsigned at = i; at < slotSums.size(); at += sums.size())
      accumulators.push_back(slotSums[at]);
    Value block = emitPairwiseSum(b, loc, accumulators);
    totals.push_back(arith::AddFOp::create(b, loc, sum, block));
  }
  return totals;
}
