// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Mean and reciprocal standard deviation of every row.

#ifndef BNC_LIB_REFERENCE_STATISTICS_H
#define BNC_LIB_REFERENCE_STATISTICS_H

#include "Real.h"
#include "bnc/Reference/IndexMap.h"

#include "bnc/Reference/Tensor.h"

namespace bnc::reference {

/// The statistics of one row: exact functions of the values of the input, and
/// what the errors of the input can do to them. What a kernel adds on top is
/// Bounds' matter.
template <typename Real> struct RowStatistics {
  Real mean = 0, variance = 0, rstd = 0;
  /// Largest change of mean and variance by the errors of the input.
  double meanError = 0, varianceError = 0;
  /// Largest change of rstd, and the largest that rstd can be.
  double rstdError = 0, rstdHigh = 0;
  /// Whether all elements are known exactly and equal.
  bool constant = false;
};

/// What rstd is of a row.
enum class Scaling {
  Variance,   ///< 1 / sqrt(sum((x - mean)^2) / n + eps)
  MeanSquare, ///< 1 / sqrt(sum(x^2) / n + eps); the mean is 0
  SumEps,     ///< 1 / sqrt(sum(x^2) + eps); the mean is 0
  MaxEps      ///< 1 / max(sqrt(sum(x^2)), eps); the mean is 0
};

/// 1 / sqrt(variance + eps): NaN where the sum is negative, 0 where it is 0.
/// `variance` holds the sum of squares for the scalings of l2_norm. Fills in
/// rstd and its errors from variance and its error.
template <typename Real>
void setRstd(RowStatistics<Real> &row, Scaling scaling, Real eps,
             double epsError);

/// The statistics of every row of `input`, by the textbook's two passes.
template <typename Real>
std::vector<RowStatistics<Real>>
computeStatistics(const Tensor &input, const IndexMap &map, Scaling scaling,
                  Real eps, double epsError);

} // namespace bnc::reference

#endif // BNC_LIB_REFERENCE_STATISTICS_H
