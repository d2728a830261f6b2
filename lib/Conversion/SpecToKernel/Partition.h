// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which op of a spec is computed in which kernel.

#ifndef BNC_CONVERSION_SPECTOKERNEL_PARTITION_H
#define BNC_CONVERSION_SPECTOKERNEL_PARTITION_H

#include "DimIdentity.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace bnc {

/// One value that a kernel stores.
struct KernelRoot {
  mlir::Value value;
  /// The operand of norm.return that it becomes; null for an intermediate
  /// that a later kernel reads.
  mlir::OpOperand *returned = nullptr;
};

/// One kernel of the plan: an iteration space and what it stores.
struct PlannedKernel {
  using Dim = DimIdentity::Dim;
  /// The iteration space, parts of split dims in place of the whole.
  llvm::SmallVector<Dim> dims;
  llvm::SmallVector<DimIdentity::Split> splits;
  /// Dims that its reductions remove, in the order of `dims`.
  llvm::SmallVector<Dim> reduced;
  llvm::SmallVector<KernelRoot> roots;

  /// `axes` with every split dim replaced by its parts.
  llvm::SmallVector<Dim> expand(llvm::ArrayRef<Dim> axes) const;
  /// The dims that its reductions keep.
  llvm::SmallVector<Dim> getKept() const;
  bool isReduced(Dim dim) const { return llvm::is_contained(reduced, dim); }
  /// Whether a value over `expanded` can be stored (norm.kernel C2).
  bool canStore(llvm::ArrayRef<Dim> expanded) const;
};

/// Cuts a norm.func into kernels, greedily and in program order.
///
/// * A norm joins the first kernel over the same dims whose reductions remove
///   the same ones and that runs no earlier than what the norm reads.
/// * An elementwise op that depends on a norm joins the first kernel that has
///   its dims. What needs other dims, or must be stored over dims that the
///   kernel cannot store, starts a new kernel.
/// * An elementwise op of arguments alone is computed again wherever it is
///   read, unless an earlier kernel stores it for the caller anyway.
/// * A widening or a comparison is repeated by every kernel that reads it, so
///   that what crosses kernels is the narrow value, and never an i1.
/// * A result that ties an argument which is still read elsewhere goes through
///   the workspace and is copied by a last kernel.
class Partition {
public:
  static Partition compute(norm::FuncOp func, const DimIdentity &identity);

  /// The kernels in the order they run; one without roots computes nothing.
  llvm::ArrayRef<PlannedKernel> getKernels() const { return kernels; }
  /// Whether kernel `k` computes `op` itself rather than read its value.
  bool isComputedIn(mlir::Operation *op, unsigned k) const;

  /// What one kernel computes and reads.
  struct Demand {
    llvm::SetVector<mlir::Operation *> ops;
    llvm::SmallVector<mlir::OpOperand *> argumentReads;
  };
  Demand getDemand(unsigned k) const;

  /// The operands whose elements `op` reads (`like` of a broadcast is none).
  static llvm::SmallVector<mlir::OpOperand *> getReads(mlir::Operation *op);

private:
  Partition(norm::FuncOp func, const DimIdentity &identity)
      : func(func), identity(identity) {}

  void findLiveOps();
  void assignHomes();
  void placeNorm(mlir::Operation *op, unsigned first);
  void placeElementwise(mlir::Operation *op, unsigned first);
  bool hasHome(mlir::Value value) const;
  void addReturnedRoots();
  void addCrossingRoots();
  bool moveUnstorable();
  void placeReturned(mlir::OpOperand &returned);
  unsigned addKernel(llvm::ArrayRef<DimIdentity::Dim> dims);
  bool staysKept(mlir::Operation *op, llvm::ArrayRef<DimIdentity::Dim> kept,
                 unsigned k) const;
  bool isTieBroken(const KernelRoot &root, unsigned k);
  void mendTies();

  norm::FuncOp func;
  const DimIdentity &identity;
  llvm::SmallVector<PlannedKernel> kernels;
  llvm::DenseSet<mlir::Operation *> live;
  llvm::DenseMap<mlir::Operation *, unsigned> homes;
  /// Ops that must be in a kernel that can store them.
  llvm::DenseSet<mlir::Operation *> stored;
};

} // namespace bnc

#endif // BNC_CONVERSION_SPECTOKERNEL_PARTITION_H
