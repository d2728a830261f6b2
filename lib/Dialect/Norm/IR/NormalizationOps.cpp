// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Verifiers of the spec-level normalizations, one function per op.

#include "NormalizationVerify.h"

using namespace mlir;
using namespace bnc::norm;

/// The constraints of a normalization over `axes`.
template <typename Op>
static LogicalResult verifyAxesOp(Op op, ArrayRef<StringRef> statistics) {
  NormalizationVerifier verifier(op, op.getInput());
  ArrayRef<int64_t> axes = op.getAxes();
  if (failed(verifier.checkAxes(axes))) // (C1)
    return failure();
  SmallVector<int64_t> normalized = verifier.getShape(axes, /*inAxes=*/true);
  SmallVector<int64_t> kept = verifier.getShape(axes, /*inAxes=*/false);
  return success(
      succeeded(verifier.checkShape("scale", op.getScale(), normalized)) &&
      succeeded(verifier.checkShape("shift", op.getShift(), normalized)) &&
      succeeded(verifier.checkResult(op.getResult())) &&
      succeeded(verifier.checkWidth("scale", op.getScale())) &&
      succeeded(verifier.checkWidth("shift", op.getShift())) &&
      succeeded(verifier.checkScalar("eps", op.getEps())) &&
      succeeded(verifier.checkSaves(op.getSaves(), statistics, op.getSaved(),
                                    kept)) &&
      succeeded(
          verifier.checkWeightOffset(op.getWeightOffset(), op.getScale())));
}

/// The constraints that all normalizations per channel share, (C1) apart.
template <typename Op>
static LogicalResult verifyChannelOp(const NormalizationVerifier &verifier,
                                     Op op) {
  int64_t channels = verifier.getInputShape()[op.getFeature()];
  return success(
      succeeded(verifier.checkShape("scale", op.getScale(), channels)) &&
      succeeded(verifier.checkShape("shift", op.getShift(), channels)) &&
      succeeded(verifier.checkResult(op.getResult())) &&
      succeeded(verifier.checkWidth("scale", op.getScale())) &&
      succeeded(verifier.checkWidth("shift", op.getShift())) &&
      succeeded(verifier.checkScalar("eps", op.getEps())) &&
      succeeded(
          verifier.checkWeightOffset(op.getWeightOffset(), op.getScale())));
}

LogicalResult LayerNormOp::verify() {
  return verifyAxesOp(*this, {"mean", "mean_low", "rstd"});
}

LogicalResult RMSNormOp::verify() { return verifyAxesOp(*this, {"rstd"}); }

LogicalResult L2NormOp::verify() { return verifyAxesOp(*this, {"rstd"}); }

LogicalResult GroupNormOp::verify() {
  NormalizationVerifier verifier(*this, getInput());
  if (failed(verifier.checkFeature(getFeature(), 1)) || // (C1)
      failed(verifyChannelOp(verifier, *this)))
    return failure();
  int64_t groups = getGroups();
  if (groups <= 0) // (C7)
    return emitOpError("expected 'groups' to be positive, but got ") << groups;
  int64_t channels = verifier.getInputShape()[getFeature()];
  if (!ShapedType::isDynamic(channels) && channels % groups != 0) // (C7)
    return emitOpError("expected 'groups' to divide the ")
           << channels << " channels of dim " << getFeature() << ", but got "
           << groups;
  return verifier.checkSaves(getSaves(), {"mean", "mean_low", "rstd"},
                             getSaved(), {verifier.getInputShape()[0], groups});
}

LogicalResult InstanceNormOp::verify() {
  NormalizationVerifier verifier(*this, getInput());
  if (failed(verifier.checkFeature(getFeature(), 1)) || // (C1)
      failed(verifyChannelOp(verifier, *this)))
    return failure();
  ArrayRef<int64_t> shape = verifier.getInputShape();
  return verifier.checkSaves(getSaves(), {"mean", "mean_low", "rstd"},
                             getSaved(), {shape[0], shape[getFeature()]});
}

LogicalResult BatchNormInferenceOp::verify() {
  NormalizationVerifier verifier(*this, getInput());
  if (failed(verifier.checkFeature(getFeature(), 0))) // (C1)
    return failure();
  int64_t channels = verifier.getInputShape()[getFeature()];
  if (failed(verifier.checkShape("mean", getMean(), channels)) ||
      failed(verifier.checkShape("variance", getVariance(), channels)) ||
      failed(verifier.checkWidth("mean", getMean())) ||
      failed(verifier.checkWidth("variance", getVariance())))
    return failure();
  return verifyChannelOp(verifier, *this);
}

LogicalResult BatchNormTrainingOp::verify() {
  NormalizationVerifier verifier(*this, getInput());
  if (failed(verifier.checkFeature(getFeature(), 0)) || // (C1)
      failed(verifyChannelOp(verifier, *this)))
    return failure();
  Value mean = getRunningMean(), variance = getRunningVariance();
  if (!mean != !variance || !mean != !getMomentum()) // (C7)
    return emitOpError("expected 'running_mean', 'running_variance' and "
                       "'momentum' together or none of them");
  int64_t channels = verifier.getInputShape()[getFeature()];
  ValueRange saved = getSaved();
  if (mean) {
    if (failed(verifier.checkShape("running_mean", mean, channels)) ||
        failed(verifier.checkShape("running_variance", variance, channels)) ||
        failed(verifier.checkWidth("running_mean", mean)) ||
        failed(verifier.checkWidth("running_variance", variance)) ||
        failed(verifier.checkScalar("momentum", getMomentum())))
      return failure();
    if (saved.size() < 2 ||
        saved[saved.size() - 2].getType() != mean.getType() ||
        saved.back().getType() != variance.getType()) // (C7)
      return emitOpError("expected the last two results to be the updated "
                         "running statistics, ")
             << mean.getType() << " and " << variance.getType();
    saved = saved.drop_back(2);
  } else if (getBiasedRunningVariance()) { // (C7)
    return emitOpError("has 'biased_running_variance' but no running "
                       "statistics");
  }
  return verifier.checkSaves(getSaves(), {"mean", "mean_low", "rstd"}, saved,
                             channels);
}
