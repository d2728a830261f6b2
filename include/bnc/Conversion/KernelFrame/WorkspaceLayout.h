// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a function keeps in its workspace, and where.

#ifndef BNC_CONVERSION_KERNELFRAME_WORKSPACELAYOUT_H
#define BNC_CONVERSION_KERNELFRAME_WORKSPACELAYOUT_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

namespace bnc {

/// One array of the workspace: prod(extents of `dims`) elements of a kernel,
/// times the chunks of `chunkedDims` if there are any.
struct WorkspaceSection {
  /// What the section holds: a kernel result, or a value of a kernel's body.
  mlir::Value key;
  /// Tells arrays of one value apart: fields of a record, halves of a mean.
  unsigned field = 0;
  norm::KernelOp kernel;
  DimSet dims = 0;
  DimSet chunkedDims = 0;
  int64_t chunk = 1;
  mlir::Type element;
};

/// The sections of a function's workspace, each aligned to 64 bytes.
class WorkspaceLayout {
public:
  /// The arrays between kernels: results that the function does not return.
  static WorkspaceLayout getIntermediates(norm::FuncOp func);

  void add(WorkspaceSection section) { sections.push_back(section); }
  llvm::ArrayRef<WorkspaceSection> getSections() const { return sections; }
  /// Index of the section of `key` and `field`, or -1.
  int64_t find(mlir::Value key, unsigned field = 0) const;

private:
  llvm::SmallVector<WorkspaceSection> sections;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELFRAME_WORKSPACELAYOUT_H
