// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One element with its bound, and what rounding it does to the bound.

#include "Interval.h"

#include "bnc/Reference/Rounding.h"

#include <algorithm>

using namespace bnc;
using namespace bnc::reference;
using namespace mlir;

/// Rounds once, straight from Real, to f64 and f32. A narrower type is reached
/// by way of double, whose own rounding the bounds are too coarse to see.
template <typename Real> static double roundReal(Real value, Type element) {
  if (element.isF32())
    return static_cast<float>(value);
  return roundTo(static_cast<double>(value), element);
}

/// A processor may give zero for a bf16 that is below the normal numbers,
/// before or after it is rounded: `least` is the smallest size it may have had.
template <typename Real>
static Bounded<Real> allowFlush(Bounded<Real> x, double least, Type element) {
  if (element.isBF16() && least < smallestNormal(element))
    x.error = std::max(x.error, static_cast<double>(magnitude(x.value)));
  return x;
}

template <typename Real>
static Bounded<Real> settleReal(Real value, double error, Type element,
                                bool rounds) {
  if (isNaN(value))
    return {value, error};
  double least = static_cast<double>(magnitude(value)) - error;
  if (error == 0 && !rounds)
    return allowFlush<Real>({value, 0}, least, element);
  if (isNaN(error))
    return {value, infinity};
  double low = roundReal(value - Real(error), element);
  double high = roundReal(value + Real(error), element);
  bool overflows = std::isinf(low) || std::isinf(high);
  if (low == high && (rounds || overflows))
    return allowFlush<Real>({Real(low), 0}, least, element);
  if (overflows)
    return {value, infinity};
  if (rounds)
    error += 0.5 * ulp(std::max(std::abs(low), std::abs(high)), element);
  return allowFlush<Real>({value, error}, least, element);
}

Bounded<double> reference::settle(double value, double error, Type element,
                                  bool rounds) {
  return settleReal(value, error, element, rounds);
}

Bounded<Wide> reference::settle(Wide value, double error, Type element,
                                bool rounds) {
  return settleReal(value, error, element, rounds);
}
