// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Records of reductions: how chunks become records and records merge.

#include "bnc/Conversion/KernelToVector/Records.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

Value bnc::allocateOnStack(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
                           Type element) {
  auto func =
      b.getInsertionBlock()->getParent()->getParentOfType<func::FuncOp>();
  if (!func)
    func = cast<func::FuncOp>(b.getInsertionBlock()->getParentOp());
  OpBuilder start = OpBuilder::atBlockBegin(&func.getBody().front());
  auto alloca =
      memref::AllocaOp::create(start, loc, MemRefType::get(shape, element));
  alloca.setAlignment(64);
  return alloca;
}

unsigned bnc::getNumFields(Operation *reduction) {
  if (!isa<norm::MomentsOp>(reduction))
    return 1;
  return reduction->getOperand(0).getType().isF64() ? 3 : 2;
}

Value bnc::emitAddSquare(OpBuilder &b, Location loc, bool fma, Value x,
                         Value sum) {
  if (fma)
    return math::FmaOp::create(b, loc, x, x, sum);
  Value square = arith::MulFOp::create(b, loc, x, x);
  return arith::AddFOp::create(b, loc, sum, square);
}

SmallVector<Value> Record::getFields() const {
  SmallVector<Value> fields;
  for (Value field : {mean, meanLow, m2})
    if (field)
      fields.push_back(field);
  return fields;
}

Record Record::get(Value count, ValueRange fields) {
  Record record;
  record.count = count;
  record.m2 = fields.back();
  if (fields.size() > 1)
    record.mean = fields[0];
  if (fields.size() > 2)
    record.meanLow = fields[1];
  return record;
}

Value RecordMath::toF64(Value value) {
  if (getElementTypeOrSelf(value.getType()).isF64())
    return value;
  return arith::ExtFOp::create(
      b, loc, withElement(value.getType(), b.getF64Type()), value);
}

Value RecordMath::like(Value scalar, Value shape) {
  if (!isa<VectorType>(shape.getType()))
    return scalar;
  return vector::BroadcastOp::create(b, loc, shape.getType(), scalar);
}

static Value round(OpBuilder &b, Location loc, Value value, Type element) {
  if (getElementTypeOrSelf(value.getType()) == element)
    return value;
  return arith::TruncFOp::create(b, loc, withElement(value.getType(), element),
                                 value);
}

Value RecordMath::roundedMean(Value sum, Value count) {
  Value wide = toF64(sum);
  Value mean = arith::DivFOp::create(b, loc, wide, like(count, wide));
  return round(b, loc, mean, getElementTypeOrSelf(sum.getType()));
}

Record RecordMath::fromCentred(Value count, Value high, Value c, Value q) {
  bool wide = getElementTypeOrSelf(high.getType()).isF64();
  Value high64 = toF64(high), c64 = toF64(c), q64 = toF64(q);
  Value correction = arith::DivFOp::create(b, loc, c64, like(count, c64));
  Record record;
  record.count = count;
  record.mean = arith::AddFOp::create(b, loc, high64, correction);
  if (wide) {
    // Fast two-sum: |high| is the mean to half an ulp, so it dominates.
    Value taken = arith::SubFOp::create(b, loc, record.mean, high64);
    record.meanLow = arith::SubFOp::create(b, loc, correction, taken);
  }
  Value product = arith::MulFOp::create(b, loc, c64, correction);
  Value m2 = arith::SubFOp::create(b, loc, q64, product);
  record.m2 = arith::MaximumFOp::create(b, loc, m2,
                                        makeFloat(b, loc, m2.getType(), 0.0));
  return record;
}

/// One pass serves where s * (s/n) is at most this part of q, that is where the
/// mean is below 0.38 standard deviations: the difference then has 8/7 of the
/// relative error of q, less than what centring costs (docs/Numerics.md).
static constexpr double meanShare = 0.125;

Record RecordMath::fromSums(Value count, Value s, Value q, Value &cancels) {
  Value s64 = toF64(s), q64 = toF64(q);
  Record record;
  record.count = count;
  record.mean = arith::DivFOp::create(b, loc, s64, like(count, s64));
  Value product = arith::MulFOp::create(b, loc, s64, record.mean);
  record.m2 = arith::SubFOp::create(b, loc, q64, product);
  Type type = q64.getType();
  Value share =
      arith::MulFOp::create(b, loc, q64, makeFloat(b, loc, type, meanShare));
  // Unordered: NaN takes the second pass too.
  Value isLarge =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UGT, product, share);
  Value isSmall = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ULT, q64,
                                        makeFloat(b, loc, type, leastSquares));
  cancels = arith::OrIOp::create(b, loc, isLarge, isSmall);
  return record;
}

Record RecordMath::fromSum(Value count, Value sum) {
  Record record;
  record.count = count;
  record.m2 = toF64(sum);
  return record;
}

Record RecordMath::merge(const Record &first, const Record &second) {
  Record merged;
  merged.count = arith::AddFOp::create(b, loc, first.count, second.count);
  merged.m2 = arith::AddFOp::create(b, loc, first.m2, second.m2);
  if (!first.mean)
    return merged;
  Value share = arith::DivFOp::create(b, loc, second.count, merged.count);
  Value weight = arith::MulFOp::create(b, loc, first.count, share);
  Value delta = arith::SubFOp::create(b, loc, second.mean, first.mean);
  if (first.meanLow)
    delta = arith::AddFOp::create(
        b, loc, delta,
        arith::SubFOp::create(b, loc, second.meanLow, first.meanLow));
  Value step = arith::MulFOp::create(b, loc, delta, like(share, delta));
  Value mean = arith::AddFOp::create(b, loc, first.mean, step);
  if (first.meanLow) {
    // Two-sum of first.mean and step; its error joins the low half.
    Value back = arith::SubFOp::create(b, loc, mean, first.mean);
    Value errorA = arith::SubFOp::create(
        b, loc, first.mean, arith::SubFOp::create(b, loc, mean, back));
    Value errorB = arith::SubFOp::create(b, loc, step, back);
    Value low = arith::AddFOp::create(
        b, loc, first.meanLow, arith::AddFOp::create(b, loc, errorA, errorB));
    merged.mean = arith::AddFOp::create(b, loc, mean, low);
    merged.meanLow = arith::SubFOp::create(
        b, loc, low, arith::SubFOp::create(b, loc, merged.mean, mean));
  } else {
    merged.mean = mean;
  }
  Value square = arith::MulFOp::create(b, loc, delta, delta);
  Value between = arith::MulFOp::create(b, loc, square, like(weight, square));
  merged.m2 = arith::AddFOp::create(b, loc, merged.m2, between);
  return merged;
}

Value RecordMath::meanHigh(const Record &record, Type type) {
  return round(b, loc, record.mean, type);
}

Value RecordMath::meanLow(const Record &record, Type type) {
  if (record.meanLow)
    return record.meanLow;
  Value high = toF64(meanHigh(record, type));
  Value low = arith::SubFOp::create(b, loc, record.mean, high);
  return round(b, loc, low, type);
}
