// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Halves of a register of bf16, widened by one permutation each.

#ifndef BNC_EMIT_WIDENBYPERMUTATION_H
#define BNC_EMIT_WIDENBYPERMUTATION_H

#include "llvm/IR/PassManager.h"

namespace bnc {

/// Turns shuffles of 32 words that put one half of a vector into the odd words
/// and zeros into the even ones, which is bf16 widened to f32, into
/// permutations that zero by a mask. Runs after InstCombine, which would undo
/// them.
class WidenByPermutationPass
    : public llvm::PassInfoMixin<WidenByPermutationPass> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace bnc

#endif // BNC_EMIT_WIDENBYPERMUTATION_H
