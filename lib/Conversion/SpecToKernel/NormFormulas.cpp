// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The formula of every normalization, over the scalars of one point.

#include "NormFormulas.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

//===----------------------------------------------------------------------===//
// Spaces
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> allAxes(Value tensor) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

/// The axes of `tensor` that `excluded` does not list.
static SmallVector<int64_t> axesBut(Value tensor, ArrayRef<int64_t> excluded) {
  SmallVector<int64_t> axes = allAxes(tensor);
  llvm::erase_if(
      axes, [&](int64_t axis) { return llvm::is_contained(excluded, axis); });
  return axes;
}

/// A space of `op` in which parameters lie along `parameterAxes`, and results
/// after the first along `savedAxes`.
static NormSpace makeSpace(Operation *op, ArrayRef<int64_t> reduced,
                           ArrayRef<int64_t> parameterAxes,
                           ArrayRef<int64_t> savedAxes) {
  NormSpace space;
  space.reducedAxes.assign(reduced.begin(), reduced.end());
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    SmallVector<int64_t> axes;
    if (i == 0)
      axes = allAxes(operand);
    else if (isa<RankedTensorType>(operand.getType()))
      axes.assign(parameterAxes.begin(), parameterAxes.end());
    space.operandAxes.push_back(axes);
  }
  for (unsigned i = 0, e = op->getNumResults(); i < e; ++i)
    space.resultAxes.push_back(i == 0 ? allAxes(op->getOperand(0))
                                      : llvm::to_vector(savedAxes));
  return space;
}

template <typename OpTy> static NormSpace getAxesSpace(OpTy op) {
  return makeSpace(op, op.getAxes(), op.getAxes(),
                   axesBut(op.getInput(), op.getAxes()));
}

std::optional<NormSpace> bnc::getNormSpace(Operation *op) {
  return TypeSwitch<Operation *, std::optional<NormSpace>>(op)
      .Case<LayerNormOp, RMSNormOp, L2NormOp>(
          [](auto op) { return getAxesSpace(op); })
      .Case([](GroupNormOp op) {
        int64_t feature = op.getFeature();
        NormSpace space = makeSpace(op, axesBut(op.getInput(), {0, feature}),
                                    {feature}, {0, feature});
        space.groupAxis = feature;
        space.groups = op.getGroups();
        return space;
      })
      .Case([](InstanceNormOp op) {
        int64_t feature = op.getFeature();
        return makeSpace(op, axesBut(op.getInput(), {0, feature}), {feature},
                         {0, feature});
      })
      .Case([](BatchNormTrainingOp op) {
        int64_t feature = op.getFeature();
        NormSpace space = makeSpace(op, axesBut(op.getInput(), {feature}),
                                    {feature}, {feature});
        if (op.getRunningMean()) {
          unsigned running = op.getODSOperandIndexAndLength(3).first;
          space.keptOperands = {running, running + 1};
        }
        return space;
      })
      .Case([](BatchNormInferenceOp op) {
        int64_t feature = op.getFeature();
        return makeSpace(op, {}, {feature}, {});
      })
      .Default([](Operation *) { return std::nullopt; });
}

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

Value bnc::convertFloat(OpBuilder &b, Location loc, Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from < to)
    return arith::ExtFOp::create(b, loc, type, value);
  if (from > to)
    return arith::TruncFOp::create(b, loc, type, value);
  return value;
}

namespace {

// No two ops are built in the arguments of one call: C++ leaves their order
// open, and the text of a kernel must not depend on the host compiler.

/// Builds the formula of one norm. The members named after operands hold their
/// elements in the compute type (`eps` in f64).
class NormEmitter {
public:
  NormEmitter(OpBuilder &b, Operation *op, ValueRange operands, ArrayAttr over)
      : b(b), op(op), loc(op->getLoc()), over(over), operands(operands) {
    f64 = b.getF64Type();
    auto input = cast<RankedTensorType>(op->getOperand(0).getType());
    compute = input.getElementType().isF64() ? f64 : b.getF32Type();
    x = widen(operands[0]);
  }

  template <typename OpTy> void setParameters(OpTy op) {
    eps = convertFloat(b, loc, element(op.getEps()), f64);
    if (op.getScale()) {
      scale = widen(element(op.getScale()));
      double offset = op.getWeightOffset().convertToDouble();
      if (offset != 0) {
        Value constantOffset = constant(compute, offset);
        scale = arith::AddFOp::create(b, loc, constantOffset, scale);
      }
    }
    if (op.getShift())
      shift = widen(element(op.getShift()));
  }

  /// The element of the operand `tensor` of the norm.
  Value element(Value tensor) {
    for (auto [i, operand] : llvm::enumerate(op->getOperands()))
      if (operand == tensor)
        return operands[i];
    llvm_unreachable("no operand of the norm");
  }
  Value widen(Value value) { return convertFloat(b, loc, value, compute); }
  Value constant(Type type, double value) {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
  }

  /// Mean and variance over the reduced dims; `t` is centred and scaled.
  void normalizeByMoments() {
    moments =
        MomentsOp::create(b, loc, MomentsType::get(b.getContext(), compute), x,
                          eps, over, PlanAttr());
    Value variance = VarianceOp::create(b, loc, f64, moments);
    rstd = RstdOp::create(b, loc, compute, variance, eps);
    Value centred = CenterOp::create(b, loc, compute, x, moments);
    t = arith::MulFOp::create(b, loc, centred, rstd);
  }
  Value sumOfSquares(Value hint) {
    return SumOfSquaresOp::create(b, loc, f64, x, hint, over, PlanAttr());
  }
  Value count() { return CountOp::create(b, loc, f64, over); }
  void normalizeBy(Value newRstd) {
    rstd = newRstd;
    t = arith::MulFOp::create(b, loc, x, rstd);
  }

  /// `t * scale + shift`, rounded to the type of the first result.
  Value finish() {
    Value y = t;
    if (scale && shift)
      y = MultiplyAddOp::create(b, loc, compute, t, scale, shift);
    else if (scale)
      y = arith::MulFOp::create(b, loc, t, scale);
    else if (shift)
      y = arith::AddFOp::create(b, loc, t, shift);
    return convertFloat(b, loc, y, elementType(0));
  }
  Type elementType(unsigned result) {
    return cast<RankedTensorType>(op->getResult(result).getType())
        .getElementType();
  }

  /// Adds the statistics that the norm saves.
  template <typename OpTy> void save(OpTy op, SmallVectorImpl<Value> &results) {
    for (StringRef name : op.getSavedNames()) {
      if (name == "mean")
        results.push_back(MeanOp::create(b, loc, compute, moments));
      else if (name == "mean_low")
        results.push_back(MeanLowOp::create(b, loc, compute, moments));
      else
        results.push_back(rstd);
    }
  }

  OpBuilder &b;
  Operation *op;
  Location loc;
  ArrayAttr over;
  ValueRange operands;
  FloatType f64, compute;
  Value x, eps, scale, shift;
  Value moments, rstd, t;
};

} // namespace

// Layer, group and instance norm are one formula over different dims.
template <typename OpTy>
static SmallVector<Value> emitMomentsNorm(NormEmitter &e, OpTy op) {
  e.setParameters(op);
  e.normalizeByMoments();
  SmallVector<Value> results{e.finish()};
  e.save(op, results);
  return results;
}

static SmallVector<Value> emitRMSNorm(NormEmitter &e, RMSNormOp op) {
  e.setParameters(op);
  Value sum = e.sumOfSquares(e.eps);
  Value count = e.count();
  Value meanSquare = arith::DivFOp::create(e.b, e.loc, sum, count);
  e.normalizeBy(RstdOp::create(e.b, e.loc, e.compute, meanSquare, e.eps));
  SmallVector<Value> results{e.finish()};
  e.save(op, results);
  return results;
}

/// What form max adds, in effect, to the sum of squares: max(eps, 0)^2.
static Value squareOfBound(NormEmitter &e) {
  Value bound =
      arith::MaximumFOp::create(e.b, e.loc, e.eps, e.constant(e.f64, 0));
  return arith::MulFOp::create(e.b, e.loc, bound, bound);
}

static SmallVector<Value> emitL2Norm(NormEmitter &e, L2NormOp op) {
  OpBuilder &b = e.b;
  e.setParameters(op);
  bool isMax = op.getForm() == L2NormForm::Max;
  // The reduction's eps is what is added to the mean square.
  Value added = isMax ? squareOfBound(e) : e.eps;
  Value hint = arith::DivFOp::create(b, e.loc, added, e.count());
  Value sum = e.sumOfSquares(hint);
  if (isMax) {
    Value root = math::SqrtOp::create(b, e.loc, sum);
    Value norm = arith::MaximumFOp::create(b, e.loc, root, e.eps);
    Value zero = e.constant(e.f64, 0);
    Value inverse = arith::DivFOp::create(b, e.loc, e.constant(e.f64, 1), norm);
    // As norm.rstd: a zero norm gives 0, not infinity.
    Value isZero =
        arith::CmpFOp::create(b, e.loc, arith::CmpFPredicate::OEQ, norm, zero);
    Value guarded = arith::SelectOp::create(b, e.loc, isZero, zero, inverse);
    e.normalizeBy(convertFloat(b, e.loc, guarded, e.compute));
  } else {
    e.normalizeBy(RstdOp::create(b, e.loc, e.compute, sum, e.eps));
  }
  SmallVector<Value> results{e.finish()};
  e.save(op, results);
  return results;
}

static SmallVector<Value> emitBatchNormInference(NormEmitter &e,
                                                 BatchNormInferenceOp op) {
  OpBuilder &b = e.b;
  e.setParameters(op);
  Value variance = convertFloat(b, e.loc, e.element(op.getVariance()), e.f64);
  e.rstd = RstdOp::create(b, e.loc, e.compute, variance, e.eps);
  Value mean = e.widen(e.element(op.getMean()));
  Value centred = arith::SubFOp::create(b, e.loc, e.x, mean);
  e.t = arith::MulFOp::create(b, e.loc, centred, e.rstd);
  return {e.finish()};
}

/// (1 - momentum) * old + momentum * batch in f64; `old` if there was no
/// element.
static Value updateRunning(NormEmitter &e, Value momentum, Value old,
                           Value batch, Type type) {
  OpBuilder &b = e.b;
  Value wide = convertFloat(b, e.loc, old, e.f64);
  Value keep = arith::SubFOp::create(b, e.loc, e.constant(e.f64, 1), momentum);
  Value kept = arith::MulFOp::create(b, e.loc, keep, wide);
  Value added = arith::MulFOp::create(b, e.loc, momentum, batch);
  Value updated = arith::AddFOp::create(b, e.loc, kept, added);
  Value count = e.count();
  Value zero = e.constant(e.f64, 0);
  Value isEmpty =
      arith::CmpFOp::create(b, e.loc, arith::CmpFPredicate::OEQ, count, zero);
  Value chosen = arith::SelectOp::create(b, e.loc, isEmpty, wide, updated);
  return convertFloat(b, e.loc, chosen, type);
}

static SmallVector<Value> emitBatchNormTraining(NormEmitter &e,
                                                BatchNormTrainingOp op) {
  SmallVector<Value> results = emitMomentsNorm(e, op);
  // `saved` ends with the running statistics, which `saves` does not name.
  if (!op.getRunningMean())
    return results;
  OpBuilder &b = e.b;
  Value momentum = convertFloat(b, e.loc, e.element(op.getMomentum()), e.f64);
  Value mean = MeanOp::create(b, e.loc, e.f64, e.moments);
  int64_t correction = op.getBiasedRunningVariance() ? 0 : 1;
  Value variance =
      VarianceOp::create(b, e.loc, e.f64, e.moments, uint64_t(correction));
  results.push_back(updateRunning(e, momentum, e.element(op.getRunningMean()),
                                  mean, e.elementType(results.size())));
  results.push_back(updateRunning(e, momentum,
                                  e.element(op.getRunningVariance()), variance,
                                  e.elementType(results.size())));
  return results;
}

SmallVector<Value> bnc::emitNorm(OpBuilder &b, Operation *op,
                                 ValueRange operands, ArrayAttr over) {
  NormEmitter e(b, op, operands, over);
  return TypeSwitch<Operation *, SmallVector<Value>>(op)
      .Case<LayerNormOp, GroupNormOp, InstanceNormOp>(
          [&](auto op) { return emitMomentsNorm(e, op); })
      .Case([&](RMSNormOp op) { return emitRMSNorm(e, op); })
      .Case([&](L2NormOp op) { return emitL2Norm(e, op); })
      .Case([&](BatchNormInferenceOp op) {
        return emitBatchNormInference(e, op);
      })
      .Case(
          [&](BatchNormTrainingOp op) { return emitBatchNormTraining(e, op); });
}
