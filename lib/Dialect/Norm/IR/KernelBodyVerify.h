// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What may be inside a norm.kernel.

#ifndef BNC_LIB_DIALECT_NORM_IR_KERNELBODYVERIFY_H
#define BNC_LIB_DIALECT_NORM_IR_KERNELBODYVERIFY_H

#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc::norm {

/// Checks the body of `kernel`, whose dims and views are valid: its arguments,
/// its ops, its reductions and the dims its results vary over.
mlir::LogicalResult verifyKernelBody(KernelOp kernel);

} // namespace bnc::norm

#endif // BNC_LIB_DIALECT_NORM_IR_KERNELBODYVERIFY_H
