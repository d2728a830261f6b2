// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The processors code can be generated for, one row each.

#ifndef BNC_TARGET_CPU_TARGETTABLE_H
#define BNC_TARGET_CPU_TARGETTABLE_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include <optional>

namespace bnc {

/// One row of the target table. The fields are those of #norm.target.
struct TargetRow {
  llvm::StringLiteral name;
  /// What the row is for, for people.
  llvm::StringLiteral summary;
  /// Instruction set as LLVM names it: x86-64-v2, v3 or v4.
  llvm::StringLiteral cpu;
  /// What the row has beyond `cpu`, as LLVM features ("+avx512bf16").
  llvm::StringLiteral features;
  int64_t vectorBits, registers;
  int64_t l1, l2, llcShare;
  bool fma, f16c, bf16Convert, masks, prefetch;
};

/// All rows, the portable ones first.
llvm::ArrayRef<TargetRow> getTargetRows();

/// The row called `name`; `host` is the row of hostTargetName().
std::optional<norm::TargetAttr> lookupTarget(llvm::StringRef name,
                                             mlir::MLIRContext *context);

/// The best row for the processor this runs on, "" if it has less than
/// x86-64-v2. The only place that reads the build machine.
llvm::StringRef hostTargetName();

/// Whether the processor this runs on has every instruction of a target's
/// `cpu` and `features`.
bool hostCanRun(llvm::StringRef cpu, llvm::StringRef features);
inline bool hostCanRun(norm::TargetAttr target) {
  return hostCanRun(target.getCpu(), target.getFeatures());
}

/// Whether `name` means a GPU (sm_90, gfx942, vulkan).
bool isGPUTargetName(llvm::StringRef name);

} // namespace bnc

#endif // BNC_TARGET_CPU_TARGETTABLE_H
