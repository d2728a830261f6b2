// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The values of a kernel body at one point, as scalars.

#include "ScalarEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static Value constant(OpBuilder &b, Location loc, Type type, double value) {
  return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
}

/// f64 to a 16-bit float by way of f32: rounding the first step to odd keeps
/// what the second needs to round as if it were the only one.
static Value roundToOdd(OpBuilder &b, Location loc, Value wide) {
  Type i32 = b.getI32Type();
  Value nearest = arith::TruncFOp::create(b, loc, b.getF32Type(), wide);
  Value back = arith::ExtFOp::create(b, loc, wide.getType(), nearest);
  // Ordered, so that a NaN passes unchanged.
  Value isInexact =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ONE, back, wide);
  Value size = math::AbsFOp::create(b, loc, wide);
  Value backSize = math::AbsFOp::create(b, loc, back);
  Value isAway =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, backSize, size);
  Value bits = arith::BitcastOp::create(b, loc, i32, nearest);
  Value step = arith::ExtUIOp::create(b, loc, i32, isAway);
  Value towardsZero = arith::SubIOp::create(b, loc, bits, step);
  Value odd = arith::ExtUIOp::create(b, loc, i32, isInexact);
  Value rounded = arith::OrIOp::create(b, loc, towardsZero, odd);
  return arith::BitcastOp::create(b, loc, b.getF32Type(), rounded);
}

Value bnc::convertScalar(OpBuilder &b, Location loc, Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from == 64 && to == 16)
    value = roundToOdd(b, loc, value);
  else if (from == 16 && to == 64)
    value = arith::ExtFOp::create(b, loc, b.getF32Type(), value);
  if (value.getType() == type)
    return value;
  if (value.getType().getIntOrFloatBitWidth() < to)
    return arith::ExtFOp::create(b, loc, type, value);
  return arith::TruncFOp::create(b, loc, type, value);
}

Value bnc::emitCount(OpBuilder &b, Location loc, KernelFrame &frame,
                     DimSet dims) {
  Value count = constant(b, loc, b.getF64Type(), 1);
  for (unsigned i = 0, e = frame.getKernel().getNumDims(); i < e; ++i) {
    if (!(dims >> i & 1))
      continue;
    Value extent =
        arith::IndexCastOp::create(b, loc, b.getI64Type(), frame.getExtent(i));
    Value factor = arith::SIToFPOp::create(b, loc, b.getF64Type(), extent);
    count = arith::MulFOp::create(b, loc, count, factor);
  }
  return count;
}

SmallVector<Value> ScalarEmitter::getIndices(const KernelArray &array) const {
  SmallVector<Value> indices;
  for (unsigned dim : array.dims)
    indices.push_back(coordinates[dim]);
  return indices;
}

Value ScalarEmitter::load(const KernelArray &array) {
  return loadElement(b, loc, array, getIndices(array));
}

void ScalarEmitter::store(unsigned i, Value value) {
  for (const KernelArray &array : frame.getResult(i))
    storeElement(b, loc, value, array, getIndices(array));
}

Value ScalarEmitter::emit(Value value) {
  if (Value known = values.lookup(value))
    return known;
  Value emitted;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    unsigned i = argument.getArgNumber();
    unsigned numInputs = frame.getKernel().getInputs().size();
    emitted = i < numInputs ? load(frame.getInput(i))
                            : frame.getScalar(i - numInputs);
  } else {
    emitted = compute(value.getDefiningOp());
  }
  return values[value] = emitted;
}

Value ScalarEmitter::getMean(const ScalarRecord &record, Type type) {
  return convertScalar(b, loc, record.mean, type);
}

Value ScalarEmitter::getMeanLow(const ScalarRecord &record, Type type) {
  if (type.isF64())
    return record.meanLow;
  Value high = convertScalar(b, loc, getMean(record, type), b.getF64Type());
  Value low = arith::SubFOp::create(b, loc, record.mean, high);
  return convertScalar(b, loc, low, type);
}

Value ScalarEmitter::computeRstd(RstdOp op) {
  Type f64 = b.getF64Type();
  Value variance = emit(op.getVariance());
  Value sum = arith::AddFOp::create(b, loc, variance, emit(op.getEps()));
  Value root = math::SqrtOp::create(b, loc, sum);
  Value zero = constant(b, loc, f64, 0);
  Value inverse = arith::DivFOp::create(b, loc, constant(b, loc, f64, 1), root);
  Value isZero =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, sum, zero);
  Value rstd = arith::SelectOp::create(b, loc, isZero, zero, inverse);
  return convertScalar(b, loc, rstd, op.getType());
}

Value ScalarEmitter::compute(Operation *op) {
  if (auto count = dyn_cast<CountOp>(op)) {
    DimSet dims = getDimSet(frame.getKernel(), count.getOver());
    return emitCount(b, loc, frame, dims);
  }
  if (isa<SumOfSquaresOp>(op))
    return records.find(op->getResult(0))->second.sum;
  if (auto mean = dyn_cast<MeanOp>(op))
    return getMean(records.find(mean.getMoments())->second, mean.getType());
  if (auto low = dyn_cast<MeanLowOp>(op))
    return getMeanLow(records.find(low.getMoments())->second, low.getType());
  if (auto variance = dyn_cast<VarianceOp>(op)) {
    const ScalarRecord &record = records.find(variance.getMoments())->second;
    Value correction =
        constant(b, loc, b.getF64Type(), variance.getCorrection());
    Value divisor = arith::SubFOp::create(b, loc, record.count, correction);
    return arith::DivFOp::create(b, loc, record.sum, divisor);
  }
  if (auto center = dyn_cast<CenterOp>(op)) {
    const ScalarRecord &record = records.find(center.getMoments())->second;
    Value high = getMean(record, center.getType());
    Value low = getMeanLow(record, center.getType());
    Value distance =
        arith::SubFOp::create(b, loc, emit(center.getInput()), high);
    return arith::SubFOp::create(b, loc, distance, low);
  }
  if (auto rstd = dyn_cast<RstdOp>(op))
    return computeRstd(rstd);
  return computeElementwise(op);
}

Value ScalarEmitter::computeElementwise(Operation *op) {
  Type type = op->getResult(0).getType();
  if (isa<arith::ExtFOp, arith::TruncFOp>(op))
    return convertScalar(b, loc, emit(op->getOperand(0)), type);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    Value element = emit(operand);
    // 16-bit arithmetic is done in f32, which has more than twice the bits, so
    // that rounding its result is the one rounding the type asks for.
    if (isa<FloatType>(element.getType()) &&
        element.getType().getIntOrFloatBitWidth() == 16)
      element = convertScalar(b, loc, element, b.getF32Type());
    operands.push_back(element);
  }
  if (isa<MultiplyAddOp>(op)) {
    Value product = arith::MulFOp::create(b, loc, operands[0], operands[1]);
    return arith::AddFOp::create(b, loc, product, operands[2]);
  }
  bool isNarrow = isa<FloatType>(type) && type.getIntOrFloatBitWidth() == 16 &&
                  !isa<arith::ConstantOp>(op);
  OperationState state(loc, op->getName());
  state.addOperands(operands);
  state.addAttributes(op->getAttrs());
  state.addTypes(isNarrow ? b.getF32Type() : type);
  Value result = b.create(state)->getResult(0);
  return isNarrow ? convertScalar(b, loc, result, type) : result;
}
