// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// `f.body`: runs the phases of a function's kernels, in tasks where it pays.

#ifndef BNC_CONVERSION_KERNELFRAME_PHASERUNNER_H
#define BNC_CONVERSION_KERNELFRAME_PHASERUNNER_H

#include "bnc/Conversion/KernelFrame/KernelFrame.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnc {

/// One phase of a kernel, ready to be called.
struct PhaseCode {
  /// The functions (frame, begin, end), one per group of
  /// schedule cases or one for all;
  /// function i is for calls that move at least `minBytes[i]` bytes.
  llvm::SmallVector<mlir::func::FuncOp> functions;
  llvm::SmallVector<int64_t> minBytes;
  /// Emits the number of work items, an index.
  std::function<mlir::Value(mlir::OpBuilder &, KernelFrame &)> emitItems;
  /// Too little work to share.
  bool isSerial = false;
};

/// What a kernel of few rows does instead, where they are cut into pieces.
struct SplitCode {
  /// In order; none if the kernel is never split.
  llvm::SmallVector<PhaseCode, 0> phases;
  /// Calls that move fewer bytes are not split. 0 splits them all, and also
  /// where there are no threads.
  int64_t minBytes = 0;
  /// The most rows a call may have.
  int64_t maxRows = 0;
  /// f64 elements of scratch memory that the phases share.
  int64_t scratch = 0;
};

/// The phases of one kernel, in order.
struct KernelCode {
  norm::KernelOp kernel;
  /// None if it is always split.
  llvm::SmallVector<PhaseCode, 0> phases;
  SplitCode split;
};

/// An internal function `name`(frame, begin, end) with an empty entry block.
mlir::func::FuncOp createPhaseFunction(mlir::ModuleOp module,
                                       mlir::Location loc,
                                       llvm::StringRef name);

/// Marks a function whose length counts more than its speed.
void optimizeForSize(mlir::Operation *function);

/// Adds `f.body`, which runs `kernels`, and, if the signature has a workspace,
/// `f.workspace_bytes`.
void createBody(mlir::ModuleOp module, norm::FuncOp func,
                const WorkspaceLayout &layout,
                llvm::ArrayRef<KernelCode> kernels);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELFRAME_PHASERUNNER_H
