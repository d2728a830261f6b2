// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors of neighbouring elements to vectors of every n-th, and back.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_INTERLEAVE_H
#define BNC_CONVERSION_KERNELTOVECTOR_INTERLEAVE_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// Of n vectors that follow each other, n vectors: the i-th has the elements i,
/// i + n, i + 2 n, ...
llvm::SmallVector<mlir::Value>
emitDeinterleave(mlir::OpBuilder &b, mlir::Location loc,
                 llvm::ArrayRef<mlir::Value> vectors);

/// The inverse.
llvm::SmallVector<mlir::Value>
emitInterleave(mlir::OpBuilder &b, mlir::Location loc,
               llvm::ArrayRef<mlir::Value> vectors);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_INTERLEAVE_H
