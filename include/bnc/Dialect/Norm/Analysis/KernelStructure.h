// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What varies over which dims of a kernel, and in which order it is computed.

#ifndef BNC_DIALECT_NORM_ANALYSIS_KERNELSTRUCTURE_H
#define BNC_DIALECT_NORM_ANALYSIS_KERNELSTRUCTURE_H

#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc {

/// A set of kernel dims: bit i is dim i.
using DimSet = uint64_t;

/// How a kernel is run, decided by its dims and views alone.
enum class KernelForm {
  Elementwise,     ///< no reduction
  Rows,            ///< the innermost dim is reduced
  Columns,         ///< the innermost dim is kept
  ColumnsThenMerge ///< the innermost dim is the inner part of a split axis
};

/// Read-only facts about one kernel.
class KernelStructure {
public:
  explicit KernelStructure(norm::KernelOp kernel);

  norm::KernelOp getKernel() const { return kernel; }
  KernelForm getForm() const { return form; }
  /// Whether it is one of the columns forms, which keep records and kept values
  /// in the workspace between phases.
  bool isColumns() const {
    return form == KernelForm::Columns || form == KernelForm::ColumnsThenMerge;
  }
  /// The f32 or f64 type that statistics are computed in: f64 if an
  /// input or a reduction's term is.
  mlir::FloatType getComputeType() const { return computeType; }

  DimSet getAllDims() const { return allDims; }
  /// Dims that the reductions remove (none without a reduction).
  DimSet getReducedDims() const { return reducedDims; }
  DimSet getKeptDims() const { return allDims & ~reducedDims; }

  /// Dims a value of the body varies over.
  DimSet getDims(mlir::Value value) const { return dims.lookup(value); }
  /// Length of the longest chain of reductions a value depends on.
  unsigned getStage(mlir::Value value) const { return stages.lookup(value); }

  /// Stages of reductions: 0 for an elementwise kernel.
  unsigned getNumStages() const { return reductions.size(); }
  /// The reductions that depend on `stage` others, in body order.
  llvm::ArrayRef<mlir::Operation *> getReductions(unsigned stage) const {
    return reductions[stage];
  }

  /// Numbers of the inputs that `values` are computed from, not looking through
  /// reductions.
  llvm::SmallVector<unsigned>
  listInputs(llvm::ArrayRef<mlir::Value> values) const;

  /// The product of the extents of `dims`, or nothing if one is dynamic.
  std::optional<int64_t> getStaticExtent(DimSet dims) const;
  /// The plan of the reductions, which all share one; null before it is chosen,
  /// or if there are none.
  norm::PlanAttr getPlan() const;

  /// Dims of the view of input or result `i`.
  DimSet getInputDims(unsigned i) const;
  DimSet getResultDims(unsigned i) const;

private:
  norm::KernelOp kernel;
  KernelForm form = KernelForm::Elementwise;
  mlir::FloatType computeType;
  DimSet allDims = 0, reducedDims = 0;
  llvm::DenseMap<mlir::Value, DimSet> dims;
  llvm::DenseMap<mlir::Value, unsigned> stages;
  llvm::SmallVector<llvm::SmallVector<mlir::Operation *>> reductions;
};

/// The dims of `kernel` called `names`, an array of strings.
DimSet getDimSet(norm::KernelOp kernel, mlir::ArrayAttr names);

/// Whether `func` (after kernel formation) has the workspace pair in its
/// signature: it has several kernels, or a columns form.
bool needsWorkspace(norm::FuncOp func);

} // namespace bnc

#endif // BNC_DIALECT_NORM_ANALYSIS_KERNELSTRUCTURE_H
