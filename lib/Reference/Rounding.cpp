// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Rounding to the floating-point types of a spec.

#include "bnc/Reference/Rounding.h"

#include <cmath>
#include <limits>

using namespace bnc;
using namespace mlir;

namespace {

/// A binary format: bits of the significand, and exponents of its smallest
/// and largest normal numbers.
struct Format {
  int precision, minExponent, maxExponent;
};

} // namespace

static Format getFormat(Type element) {
  if (element.isF64())
    return {53, -1022, 1023};
  if (element.isF32())
    return {24, -126, 127};
  if (element.isF16())
    return {11, -14, 15};
  assert(element.isBF16() && "no type of a spec");
  return {8, -126, 127};
}

double reference::ulp(double value, Type element) {
  if (!std::isfinite(value))
    return std::numeric_limits<double>::quiet_NaN();
  Format format = getFormat(element);
  int exponent = value == 0 ? format.minExponent : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, format.minExponent) -
                             format.precision + 1);
}

double reference::roundTo(double value, Type element) {
  if (element.isF64() || !std::isfinite(value))
    return value;
  // A double divided by a power of two, and a number of at most 24 bits times
  // one, are exact: nearbyint alone rounds, to even at ties.
  double unit = ulp(value, element);
  double rounded = std::nearbyint(value / unit) * unit;
  Format format = getFormat(element);
  double limit = std::ldexp(1.0, format.maxExponent + 1);
  if (std::abs(rounded) >= limit)
    return std::copysign(std::numeric_limits<double>::infinity(), value);
  return rounded;
}

double reference::smallestNormal(Type element) {
  return std::ldexp(1.0, getFormat(element).minExponent);
}
