// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One element with its bound, and what rounding it does to the bound.

#ifndef BNC_LIB_REFERENCE_INTERVAL_H
#define BNC_LIB_REFERENCE_INTERVAL_H

#include "Real.h"

#include "mlir/IR/BuiltinTypes.h"

namespace bnc::reference {

/// A value and how far off it a kernel may be.
template <typename Real> struct Bounded {
  Real value;
  double error;
};

/// What a kernel may hold in a value of type `element` whose exact result is
/// `value` and which it computes, in a wider type, within `error`. With
/// `rounds` it rounds that once to `element`; without, `error` includes every
/// rounding. Where all that the kernel may have computed round to one number,
/// the result is that number with error 0.
Bounded<double> settle(double value, double error, mlir::Type element,
                       bool rounds);
Bounded<Wide> settle(Wide value, double error, mlir::Type element, bool rounds);

} // namespace bnc::reference

#endif // BNC_LIB_REFERENCE_INTERVAL_H
