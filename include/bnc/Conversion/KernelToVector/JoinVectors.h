// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Two vectors of bf16 in one register.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_JOINVECTORS_H
#define BNC_CONVERSION_KERNELTOVECTOR_JOINVECTORS_H

#include "bnc/Conversion/KernelToVector/PointEmitter.h"

namespace bnc {

/// The elements of `low`, then those of `high`, vectors of one 16-bit type. If
/// both are f32 rounded to bf16, and AVX512-BF16 has the instruction for that
/// length, they are rounded together, to the same bits.
mlir::Value emitJoined(mlir::OpBuilder &b, mlir::Location loc,
                       const VectorTarget &target, mlir::Value low,
                       mlir::Value high);

/// The first (`half` 0) or last (1) half of `joined`, of bf16, as f32: a
/// permutation where registers have 512 bits.
mlir::Value emitWidenedHalf(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value joined, unsigned half);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_JOINVECTORS_H
