// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Whether the processor at run time has what a target needs.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_DETECTCPU_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_DETECTCPU_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace bnc {

/// The enum bnc_isa that covers `target`: the least x86-64 level that has its
/// vectors.
int getISALevel(norm::TargetAttr target);

/// Adds to `module` the internal function `bnc.cpu_supported() -> i1`: whether
/// the processor, and the system's state saving, have every instruction that
/// code for `target` may use. It asks once per process: a hidden word caches
/// the answer (0 unknown, 1 yes, 2 no), written atomically and idempotently.
mlir::LLVM::LLVMFuncOp buildCPUCheck(mlir::ModuleOp module,
                                     norm::TargetAttr target);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_DETECTCPU_H
