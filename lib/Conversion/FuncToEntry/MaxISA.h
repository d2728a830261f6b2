// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the environment variable BNC_MAX_ISA says.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_MAXISA_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_MAXISA_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace bnc {

/// Adds to `module` the internal function `bnc.max_isa() -> i32`: the enum
/// bnc_isa that BNC_MAX_ISA names, BNC_ISA_BEST if it is unset or empty, -1 if
/// it names none. It calls getenv.
mlir::LLVM::LLVMFuncOp buildMaxISA(mlir::ModuleOp module);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_MAXISA_H
