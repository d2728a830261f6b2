// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Two vectors of f32, rounded to one of bf16 without the instructions for it.

#ifndef BNC_LIB_CONVERSION_KERNELTOVECTOR_ROUNDTOBF16_H
#define BNC_LIB_CONVERSION_KERNELTOVECTOR_ROUNDTOBF16_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// The bits, vectors of i16, of the bf16 nearest to `even` and `odd`, vectors
/// of bf16 rounded from f32, by turns: `even[0]`, `odd[0]`, `even[1]`, ...
/// Null if one of them is rounded from what a NaN could come from whose upper
/// half is an infinity.
mlir::Value emitRoundedPairs(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value even, mlir::Value odd);
/// The same of the halves of blocks, in the order of memory; see
/// getBlockOrder.
mlir::Value emitRoundedBlocks(mlir::OpBuilder &b, mlir::Location loc,
                              mlir::Value low, mlir::Value high);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_KERNELTOVECTOR_ROUNDTOBF16_H
