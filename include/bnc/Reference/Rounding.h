// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Rounding to the floating-point types of a spec.

#ifndef BNC_REFERENCE_ROUNDING_H
#define BNC_REFERENCE_ROUNDING_H

#include "mlir/IR/BuiltinTypes.h"

namespace bnc::reference {

/// `value` rounded to nearest, ties to even, in the type `element` (f64, f32,
/// f16 or bf16), subnormals included; infinite where it overflows.
double roundTo(double value, mlir::Type element);

/// The unit in the last place of `element` at `value`: the distance between
/// the two numbers of the type around it, the larger one at a power of two,
/// and of the subnormals below them. NaN for NaN and infinities.
double ulp(double value, mlir::Type element);

/// The smallest positive normal number of `element`.
double smallestNormal(mlir::Type element);

} // namespace bnc::reference

#endif // BNC_REFERENCE_ROUNDING_H
