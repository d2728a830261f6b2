// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The arithmetic of the reference: double, or for f64 specs, quadruple.

#ifndef BNC_LIB_REFERENCE_REAL_H
#define BNC_LIB_REFERENCE_REAL_H

#include <cmath>
#include <limits>

namespace bnc::reference {

/// 113 bits: more than twice the 53 of double.
__extension__ typedef __float128 Wide;

constexpr double infinity = std::numeric_limits<double>::infinity();

inline double squareRoot(double x) { return std::sqrt(x); }

/// One Newton step from the double root doubles its 53 bits; the scaling
/// brings x into the range of double.
inline Wide squareRoot(Wide x) {
  if (!(x > 0) || x - x != 0)
    return std::sqrt(static_cast<double>(x));
  Wide scale = 1;
  const Wide big = 0x1p1000, step = 0x1p500;
  for (; x > big; x /= big)
    scale *= step;
  for (; x < 1 / big; x *= big)
    scale /= step;
  Wide root = std::sqrt(static_cast<double>(x));
  root = (root + x / root) / 2;
  root = (root + x / root) / 2;
  return root * scale;
}

template <typename Real> Real magnitude(Real x) { return x < 0 ? -x : x; }

template <typename Real> bool isNaN(Real x) { return x != x; }

template <typename Real> bool isFinite(Real x) { return x - x == 0; }

/// Distance between two results; 0 between equal infinities and between NaNs,
/// infinite between NaN and a number.
template <typename Real> double distance(Real a, Real b) {
  if (a == b || (isNaN(a) && isNaN(b)))
    return 0;
  Real d = magnitude(a - b);
  return isNaN(d) ? infinity : static_cast<double>(d);
}

/// Neumaier's sum, so that the error of the reference's own sums is that of
/// one rounding and not of n.
template <typename Real> class Sum {
public:
  void add(Real x) {
    Real t = sum + x;
    lost += magnitude(sum) >= magnitude(x) ? (sum - t) + x : (x - t) + sum;
    sum = t;
  }
  /// Infinities and NaN as a plain sum would give them.
  Real get() const { return isFinite(sum) ? sum + lost : sum; }

private:
  Real sum = 0, lost = 0;
};

} // namespace bnc::reference

#endif // BNC_LIB_REFERENCE_REAL_H
