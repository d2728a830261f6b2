// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a kernel's own arithmetic may add to the error of a normalization.

#ifndef BNC_LIB_REFERENCE_BOUNDS_H
#define BNC_LIB_REFERENCE_BOUNDS_H

#include "mlir/IR/BuiltinTypes.h"

namespace bnc::reference {

/// The contract of docs/Numerics.md, "Bounds". An ulp is of the compute type.
struct Bounds {
  /// Of the result: ulp of the largest of |xhat * g|, |b| and |y|, and, where
  /// the kernel computes a mean, a multiple of |g|.
  double resultUlp, resultSpread;
  /// Of a saved mean: ulp of it, and a multiple of the standard deviation.
  double meanUlp, meanSpread;
  /// Of the unrounded mean (mean + mean_low, running mean): fraction of it,
  /// beside meanSpread.
  double meanRelative;
  /// Of rstd: ulp of it.
  double rstdUlp;
  /// Of the unrounded variance: fraction of it. rstdUlp ulp of rstd are at
  /// most 2 * rstdUlp ulp of the variance.
  double varianceRelative;
  /// Of an update of running statistics, made in f64: fraction of its terms.
  double updateRelative;
};

/// The bounds of f32, or of f64, as compute type.
inline const Bounds &getBounds(mlir::Type compute) {
  static constexpr Bounds f32 = {5,       0x1p-23, 2,       0x1p-23,
                                 0x1p-44, 4,       0x1p-20, 0x1p-50};
  static constexpr Bounds f64 = {16,      0x1p-50, 2,       0x1p-50,
                                 0x1p-96, 4,       0x1p-49, 0x1p-50};
  return compute.isF64() ? f64 : f32;
}

} // namespace bnc::reference

#endif // BNC_LIB_REFERENCE_BOUNDS_H
