// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What of the spec language a target cannot run.

#ifndef BNC_LIB_COMPILER_TARGETSUPPORT_H
#define BNC_LIB_COMPILER_TARGETSUPPORT_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/BuiltinOps.h"

namespace bnc {

/// Refuses, with an error at the op, what `target` has no instruction for and
/// the compiler makes up for with none of its own.
mlir::LogicalResult verifyTargetSupport(mlir::ModuleOp spec,
                                        norm::TargetAttr target);

} // namespace bnc

#endif // BNC_LIB_COMPILER_TARGETSUPPORT_H
