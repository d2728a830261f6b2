// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Two vectors of bf16 in one register.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_JOINVECTORS_H
#define BNC_CONVERSION_KERNELTOVECTOR_JOINVECTORS_H

#include "bnc/Conversion/KernelToVector/PointEmitter.h"

namespace bnc {

// Twice as many neighbouring elements as a vector has lanes are two vectors,
// the halves 0 and 1: the first and the last elements where the target has
// AVX512-BF16, and else of every block of 8 the first and the last 4. These
// are what instructions unpack 16 bits into and pack them from, in every 128
// bits of a register.

/// For every element in the order of memory, its place in halves of `lanes`
/// elements of blocks, one after the other.
llvm::SmallVector<int64_t> getBlockOrder(int64_t lanes);

/// The elements of the halves `low` and `high`, vectors of one type, in the
/// order of memory. If both are f32 rounded to bf16, and AVX512-BF16 has the
/// instruction for that length, they are rounded together, and so they are
/// without it: to the same bits.
mlir::Value emitJoined(mlir::OpBuilder &b, mlir::Location loc,
                       const VectorTarget &target, mlir::Value low,
                       mlir::Value high);

/// Half `half` of `joined`.
mlir::Value emitHalf(mlir::OpBuilder &b, mlir::Location loc,
                     const VectorTarget &target, mlir::Value joined,
                     unsigned half);

/// The same of bf16 as f32.
mlir::Value emitWidenedHalf(mlir::OpBuilder &b, mlir::Location loc,
                            const VectorTarget &target, mlir::Value joined,
                            unsigned half);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_JOINVECTORS_H
