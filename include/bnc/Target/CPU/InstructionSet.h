// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Instruction sets as callers name them: enum bnc_isa and BNC_MAX_ISA.

#ifndef BNC_TARGET_CPU_INSTRUCTIONSET_H
#define BNC_TARGET_CPU_INSTRUCTIONSET_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/BuiltinOps.h"

namespace bnc {

/// The enum bnc_isa of `target`: the least that has its vectors and 16-bit
/// instructions. Targets of one level have the same instructions.
int getISALevel(norm::TargetAttr target);

/// The targets that `module` is for, worst instruction set first: its
/// `norm.targets`, else its `norm.target`, else none.
llvm::SmallVector<norm::TargetAttr> getTargets(mlir::ModuleOp module);

/// The names of `targets` with commas between them.
std::string printTargets(llvm::ArrayRef<norm::TargetAttr> targets);

} // namespace bnc

#endif // BNC_TARGET_CPU_INSTRUCTIONSET_H
