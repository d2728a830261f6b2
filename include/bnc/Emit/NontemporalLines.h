// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Nontemporal stores of half lines, joined.

#ifndef BNC_EMIT_NONTEMPORALLINES_H
#define BNC_EMIT_NONTEMPORALLINES_H

#include "llvm/IR/PassManager.h"

namespace bnc {

/// Joins two nontemporal stores of 32 bytes that fill a line into one of 64, on
/// a processor with AVX-512. Runs after InstCombine, which would undo the
/// permutation that joins them.
class NontemporalLinesPass : public llvm::PassInfoMixin<NontemporalLinesPass> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace bnc

#endif // BNC_EMIT_NONTEMPORALLINES_H
