// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Index arithmetic and counted loops of the lowering.

#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;

Value LoopMath::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value LoopMath::add(Value lhs, Value rhs) {
  return b.createOrFold<arith::AddIOp>(loc, lhs, rhs);
}
Value LoopMath::add(Value lhs, int64_t rhs) { return add(lhs, constant(rhs)); }
Value LoopMath::sub(Value lhs, Value rhs) {
  return b.createOrFold<arith::SubIOp>(loc, lhs, rhs);
}
Value LoopMath::mul(Value lhs, Value rhs) {
  return b.createOrFold<arith::MulIOp>(loc, lhs, rhs);
}
Value LoopMath::mul(Value lhs, int64_t rhs) { return mul(lhs, constant(rhs)); }
Value LoopMath::div(Value lhs, Value rhs) {
  return b.createOrFold<arith::DivUIOp>(loc, lhs, rhs);
}
Value LoopMath::div(Value lhs, int64_t rhs) { return div(lhs, constant(rhs)); }
Value LoopMath::ceilDiv(Value lhs, int64_t rhs) {
  return div(add(lhs, rhs - 1), rhs);
}
Value LoopMath::ceilDiv(Value lhs, Value rhs) {
  return div(sub(add(lhs, rhs), constant(1)), rhs);
}
Value LoopMath::evenPart(Value whole, Value unit, int64_t parts) {
  return mul(div(whole, mul(unit, parts)), unit);
}

/// Streams a multiple of this apart are slower than one stream: on a Zen 3 two
/// took 2.7 times as long as two that are 320 bytes further apart.
static constexpr int64_t clashingDistance = 4096;

Value LoopMath::streamPart(Value whole, Value unit, int64_t parts,
                           int64_t bytes) {
  Value part = evenPart(whole, unit, parts);
  // Nor may the first and the third of four be.
  int64_t distance =
      2 * clashingDistance / int64_t(llvm::bit_ceil(uint64_t(parts)));
  Value apart = mul(part, bytes);
  Value past = rem(apart, constant(distance));
  Value doClash = less(past, constant(1));
  Value shorter = sub(max(part, unit), unit);
  return b.createOrFold<arith::SelectOp>(loc, doClash, shorter, part);
}
Value LoopMath::rem(Value lhs, Value rhs) {
  return b.createOrFold<arith::RemUIOp>(loc, lhs, rhs);
}
Value LoopMath::shiftRight(Value value, Value by) {
  return b.createOrFold<arith::ShRUIOp>(loc, value, by);
}
Value LoopMath::min(Value lhs, Value rhs) {
  return b.createOrFold<arith::MinSIOp>(loc, lhs, rhs);
}
Value LoopMath::max(Value lhs, Value rhs) {
  return b.createOrFold<arith::MaxSIOp>(loc, lhs, rhs);
}
Value LoopMath::less(Value lhs, Value rhs) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, lhs,
                                       rhs);
}
Value LoopMath::toF64(Value value) {
  Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(), value);
  return arith::SIToFPOp::create(b, loc, b.getF64Type(), integer);
}

std::optional<int64_t> bnc::getConstantIndex(Value value) {
  return getConstantIntValue(value);
}

static bool isAffineOperand(Value value) {
  return affine::isValidDim(value) || affine::isValidSymbol(value);
}

SmallVector<Value> bnc::emitLoop(
    OpBuilder &b, Location loc, Value begin, Value end, int64_t step,
    ValueRange inits,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, Value, ValueRange)>
        body) {
  std::optional<int64_t> from = getConstantIndex(begin),
                         to = getConstantIndex(end);
  if (from && to && *from < *to && *to <= *from + step)
    return body(b, begin, inits);
  OpBuilder::InsertionGuard guard(b);
  // The loop is in place before its body is made: what is emitted there looks
  // for the function around it.
  auto fill = [&](Block *block, Value iv, ValueRange carried,
                  llvm::function_ref<void(OpBuilder &, ValueRange)> yield) {
    bool hasTerminator = block->mightHaveTerminator();
    OpBuilder nested = hasTerminator ? OpBuilder(block->getTerminator())
                                     : OpBuilder::atBlockEnd(block);
    SmallVector<Value> next = body(nested, iv, carried);
    if (!hasTerminator)
      yield(nested, next);
  };
  if (isAffineOperand(begin) && isAffineOperand(end)) {
    MLIRContext *context = b.getContext();
    auto getBound = [&](Value bound, SmallVectorImpl<Value> &operands) {
      if (std::optional<int64_t> constant = getConstantIndex(bound))
        return AffineMap::getConstantMap(*constant, context);
      operands.push_back(bound);
      return affine::isValidSymbol(bound)
                 ? AffineMap::get(0, 1, getAffineSymbolExpr(0, context))
                 : AffineMap::get(1, 0, getAffineDimExpr(0, context));
    };
    SmallVector<Value> lower, upper;
    AffineMap lowerMap = getBound(begin, lower);
    AffineMap upperMap = getBound(end, upper);
    auto loop = affine::AffineForOp::create(b, loc, lower, lowerMap, upper,
                                            upperMap, step, inits);
    fill(loop.getBody(), loop.getInductionVar(), loop.getRegionIterArgs(),
         [&](OpBuilder &nested, ValueRange next) {
           affine::AffineYieldOp::create(nested, loc, next);
         });
    return SmallVector<Value>(loop.getResults());
  }
  Value stepValue = arith::ConstantIndexOp::create(b, loc, step);
  auto loop = scf::ForOp::create(b, loc, begin, end, stepValue, inits);
  fill(loop.getBody(), loop.getInductionVar(), loop.getRegionIterArgs(),
       [&](OpBuilder &nested, ValueRange next) {
         scf::YieldOp::create(nested, loc, next);
       });
  return SmallVector<Value>(loop.getResults());
}

void bnc::emitTwice(OpBuilder &b, Location loc,
                    llvm::function_ref<void(
                        OpBuilder &, llvm::function_ref<Value(Value, Value)>)>
                        body) {
  LoopMath math(b, loc);
  Value none = math.constant(0), both = math.constant(2);
  emitLoop(b, loc, none, both, 1, {},
           [&](OpBuilder &nested, Value time, ValueRange) {
             LoopMath inner(nested, loc);
             Value isFirst = inner.less(time, inner.constant(1));
             body(nested, [&](Value first, Value second) -> Value {
               return arith::SelectOp::create(nested, loc, isFirst, first,
                                              second);
             });
             return SmallVector<Value>();
           });
}

/// Whether `array` treats neighbouring dims `dim` and `dim + 1` as one run.
static bool isOneRun(const KernelArray &array, unsigned dim) {
  DimSet set = array.getDimSet();
  bool hasOuter = set >> dim & 1, hasInner = set >> (dim + 1) & 1;
  if (!hasOuter || !hasInner)
    return !hasOuter && !hasInner;
  for (auto [i, own] : llvm::enumerate(array.dims))
    if (own == dim)
      return array.contiguousWithNext[i];
  return false;
}

SmallVector<DimSet> bnc::collapseDims(DimSet dims,
                                      ArrayRef<const KernelArray *> arrays) {
  SmallVector<DimSet> groups;
  int previous = -2;
  for (unsigned dim = 0; dim < 64; ++dim) {
    if (!(dims >> dim & 1))
      continue;
    bool joins = previous == int(dim) - 1 &&
                 llvm::all_of(arrays, [&](const KernelArray *array) {
                   return isOneRun(*array, dim - 1);
                 });
    if (joins)
      groups.back() |= DimSet(1) << dim;
    else
      groups.push_back(DimSet(1) << dim);
    previous = dim;
  }
  return groups;
}

unsigned bnc::getLastDim(DimSet dims) { return 63 - llvm::countl_zero(dims); }

Value bnc::emitTotalExtent(OpBuilder &b, Location loc, const KernelFrame &frame,
                           ArrayRef<DimSet> groups) {
  LoopMath math(b, loc);
  Value extent = math.constant(1);
  for (DimSet group : groups)
    for (unsigned dim = 0; dim < 64; ++dim)
      if (group >> dim & 1)
        extent = math.mul(extent, frame.getExtent(dim));
  return extent;
}

void bnc::emitCoordinates(OpBuilder &b, Location loc, KernelFrame &frame,
                          ArrayRef<DimSet> groups, Value flat,
                          MutableArrayRef<Value> coordinates) {
  LoopMath math(b, loc);
  for (auto [i, group] : llvm::enumerate(llvm::reverse(groups))) {
    Value position = flat;
    if (i + 1 != groups.size()) {
      Value extent = emitTotalExtent(b, loc, frame, group);
      position = math.rem(flat, extent);
      flat = math.div(flat, extent);
    }
    for (unsigned dim = 0; dim < 64; ++dim)
      if (group >> dim & 1)
        coordinates[dim] = math.constant(0);
    coordinates[getLastDim(group)] = position;
  }
}
