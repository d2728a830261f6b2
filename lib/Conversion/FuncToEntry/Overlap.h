// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The run-time test for tensors that interleave.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_OVERLAP_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_OVERLAP_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnc {

/// The internal function `bnc.interleaved(a, b, n) -> i1` of `module`
/// (Interleaved.mlir), added when first asked for.
mlir::LLVM::LLVMFuncOp getInterleavedFunction(mlir::ModuleOp module);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_OVERLAP_H
