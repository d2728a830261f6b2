// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Mean and reciprocal standard deviation of every row.

#include "Statistics.h"

using namespace bnc;
using namespace bnc::reference;

template <typename Real>
void reference::setRstd(RowStatistics<Real> &row, Scaling scaling, Real eps,
                        double epsError) {
  auto reciprocal = [&](Real x) -> Real { return x == 0 ? Real(0) : 1 / x; };
  Real low; // the smallest that the divisor can be
  bool certain = row.varianceError == 0 && epsError == 0;
  if (scaling == Scaling::MaxEps) {
    Real norm = squareRoot(row.variance);
    auto larger = [](Real a, Real b) { return isNaN(a) || a > b ? a : b; };
    row.rstd = reciprocal(larger(norm, eps));
    Real lowSquares = row.variance - Real(row.varianceError);
    low = larger(lowSquares > 0 ? squareRoot(lowSquares) : Real(0),
                 eps - Real(epsError));
  } else {
    Real sum = row.variance + eps;
    row.rstd = reciprocal(squareRoot(sum));
    Real lowSum = sum - Real(row.varianceError) - Real(epsError);
    low = lowSum > 0 ? squareRoot(lowSum) : Real(0);
  }
  if (certain || isNaN(row.variance)) {
    row.rstdHigh = static_cast<double>(row.rstd);
    return;
  }
  if (isNaN(row.rstd)) {
    // A negative sum is certain only if no error can lift it to 0.
    if (row.variance + eps + Real(row.varianceError) + Real(epsError) >= 0)
      row.rstdError = row.rstdHigh = infinity;
    return;
  }
  if (!(low > 0)) {
    row.rstdError = row.rstdHigh = infinity;
    return;
  }
  // rstd is convex in the variance: it changes most towards the small end.
  row.rstdHigh = static_cast<double>(1 / low);
  row.rstdError = static_cast<double>(1 / low - row.rstd);
}

template <typename Real>
std::vector<RowStatistics<Real>>
reference::computeStatistics(const Tensor &input, const IndexMap &map,
                             Scaling scaling, Real eps, double epsError) {
  bool centered = scaling == Scaling::Variance;
  std::vector<RowStatistics<Real>> rows(map.getRows());
  Real count = map.getCount();
  // The l2 norms divide by nothing.
  Real divisor = scaling == Scaling::Variance || scaling == Scaling::MeanSquare
                     ? count
                     : Real(1);
  {
    std::vector<Sum<Real>> sums(rows.size()), errors(rows.size());
    std::vector<Real> first(rows.size());
    std::vector<char> seen(rows.size(), 0), differs(rows.size(), 0);
    map.forEach([&](int64_t i, int64_t row, int64_t) {
      Real x = input.get<Real>(i);
      double error = input.getError(i);
      sums[row].add(x);
      errors[row].add(error);
      if (!seen[row])
        first[row] = x;
      seen[row] = 1;
      if (x != first[row] || error != 0)
        differs[row] = 1;
    });
    for (size_t row = 0; row < rows.size(); ++row) {
      rows[row].constant = seen[row] && !differs[row];
      if (!centered)
        continue;
      rows[row].mean = sums[row].get() / count;
      if (count != 0)
        rows[row].meanError = static_cast<double>(errors[row].get() / count);
      // No rounding of the reference's own may hide that these are exact.
      if (rows[row].constant && isFinite(first[row]))
        rows[row].mean = first[row];
    }
  }
  std::vector<Sum<Real>> squares(rows.size()), errors(rows.size());
  map.forEach([&](int64_t i, int64_t row, int64_t) {
    Real d = input.get<Real>(i) - rows[row].mean;
    squares[row].add(d * d);
    // var(x + e) - var(x) = 2 cov(x, e) + var(e)
    if (Real e = input.getError(i); e != 0)
      errors[row].add(2 * magnitude(d) * e + e * e);
  });
  for (size_t row = 0; row < rows.size(); ++row) {
    rows[row].variance = squares[row].get() / divisor;
    if (count != 0)
      rows[row].varianceError =
          static_cast<double>(errors[row].get() / divisor);
    setRstd(rows[row], scaling, eps, epsError);
  }
  return rows;
}

template void reference::setRstd(RowStatistics<double> &, Scaling, double,
                                 double);
template void reference::setRstd(RowStatistics<Wide> &, Scaling, Wide, double);
template std::vector<RowStatistics<double>>
reference::computeStatistics(const Tensor &, const IndexMap &, Scaling, double,
                             double);
template std::vector<RowStatistics<Wide>>
reference::computeStatistics(const Tensor &, const IndexMap &, Scaling, Wide,
                             double);
