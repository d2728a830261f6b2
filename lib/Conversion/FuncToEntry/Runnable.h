// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which targets the processor and the environment allow at run time.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_RUNNABLE_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_RUNNABLE_H

#include "CodeBuilder.h"

#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc {

/// What `bnc.runnable` returns: a bit per instruction set, 1 << enum bnc_isa,
/// and these two, whose places no instruction set takes.
enum RunnableBit : int32_t {
  /// It has been asked: the word that caches the answer is 0 until then.
  runnableKnown = 1 << 0,
  /// BNC_MAX_ISA names no instruction set. No other bit is set then.
  runnableBadEnvironment = 1 << 1
};

/// Adds to `module` the internal function `bnc.runnable() -> i32`: which of
/// `targets` (worst first, each has the next one's subset of instructions) may
/// run, in that the processor and the system's state saving have every
/// instruction that its code may use, and BNC_MAX_ISA allows it. It asks once
/// per process: a hidden word caches the answer, written atomically and
/// idempotently.
mlir::LLVM::LLVMFuncOp buildRunnable(mlir::ModuleOp module,
                                     llvm::ArrayRef<norm::TargetAttr> targets);

/// The bits of the instruction sets up to `limit`, an enum bnc_isa; all of them
/// for BNC_ISA_BEST.
mlir::Value buildAllowedLevels(CodeBuilder &b, mlir::Value limit);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_RUNNABLE_H
