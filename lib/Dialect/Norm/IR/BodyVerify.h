// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which ops and values may be inside a norm.func and a norm.kernel.

#ifndef BNC_LIB_DIALECT_NORM_IR_BODYVERIFY_H
#define BNC_LIB_DIALECT_NORM_IR_BODYVERIFY_H

#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc::norm {

/// Checks that the body of `func` holds accepted ops on accepted types only,
/// and that the dims of the values they combine agree.
mlir::LogicalResult verifySpecBody(FuncOp func);

/// Checks that `op`, which is of no level of the `norm` dialect, is in the
/// table of elementwise ops and used as the table allows.
mlir::LogicalResult verifyElementwise(mlir::Operation *op);

} // namespace bnc::norm

#endif // BNC_LIB_DIALECT_NORM_IR_BODYVERIFY_H
