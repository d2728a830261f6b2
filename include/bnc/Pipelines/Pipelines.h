// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The stages from a spec to the LLVM dialect, as lists of passes.

#ifndef BNC_PIPELINES_PIPELINES_H
#define BNC_PIPELINES_PIPELINES_H

#include <cstdint>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace bnc {

/// What of a module buildLoweringPipeline lowers.
enum class LoweringPart {
  All,    ///< kernels and the C functions around them
  Bodies, ///< kernels: one variant of several
  Entry   ///< the C functions of `norm.targets`, whose bodies are elsewhere
};

/// Options of buildLoweringPipeline.
struct LoweringOptions {
  LoweringPart part = LoweringPart::All;
  /// Scalar loops that accumulate in f64 instead of plan and schedule.
  bool naive = false;
  /// Index of the schedule case to take whatever its guard; -1: by guard.
  int64_t forceCase = -1;
  /// Cut the rows of a call that has few into pieces, whatever their size and
  /// the number of threads.
  bool forceSplit = false;
  /// Whether the target converts f32 to bf16 by an instruction.
  bool bf16Convert = false;
  /// Whether it fuses a multiplication and an addition.
  bool fma = true;
  /// Whether it converts f16.
  bool f16c = true;
};

/// A spec to kernels with plan and schedule. Needs the module attribute
/// `norm.target` (a #norm.target).
void buildKernelPipeline(mlir::OpPassManager &pm);

/// The result of buildKernelPipeline to the LLVM dialect.
void buildLoweringPipeline(mlir::OpPassManager &pm,
                           const LoweringOptions &options);

/// Registers both with bnc-opt, as `bnc-kernel-pipeline` and
/// `bnc-lowering-pipeline`.
void registerPipelines();

} // namespace bnc

#endif // BNC_PIPELINES_PIPELINES_H
