// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which axes of the tensors of a spec are the same dim.

#ifndef BNC_CONVERSION_SPECTOKERNEL_DIMIDENTITY_H
#define BNC_CONVERSION_SPECTOKERNEL_DIMIDENTITY_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/ADT/MapVector.h"

namespace bnc {

/// Dims of a norm.func: axes are one dim if an op or a name makes them equal.
///
/// Every use of an argument or constant has axes of its own, so that one
/// tensor can be read along different dims of one iteration space; names join
/// them afterwards, except where that would give a tensor the same dim twice
/// (static dims of one extent may stand in for each other).
class DimIdentity {
public:
  /// A dim, valid until the next call of a non-const member.
  using Dim = unsigned;
  /// The two dims that a group norm cuts a dim into.
  struct Split {
    Dim whole, group, inGroup;
  };

  /// Finds the dims of `func`, whose verifier has made sure that dynamic dims
  /// which must be equal have one name. Emits an error where a computed value
  /// lies along two dims of one tensor.
  static mlir::FailureOr<DimIdentity> compute(norm::FuncOp func);

  /// The dims of the axes of a tensor operand; none for a scalar.
  llvm::SmallVector<Dim> getDims(mlir::OpOperand &use) const;
  /// The dims of the axes of an op's result; none for a scalar.
  llvm::SmallVector<Dim> getDims(mlir::Value result) const;
  /// The parts of the feature dim of a group norm.
  Split getSplit(mlir::Operation *groupNorm) const;
  /// Name and extent of a dim.
  norm::DimAttr getAttr(Dim dim) const;

  /// Whether `value` is read along dims of its own by every use.
  static bool isLeaf(mlir::Value value);

private:
  struct Node {
    unsigned parent;
    /// Position of the port axis that named it; the first one names a dim.
    unsigned order = ~0u;
    mlir::StringAttr name;
    int64_t size = mlir::ShapedType::kDynamic;
    /// For a part of a split dim: the whole, and how it is cut.
    int64_t whole = -1, groups = 0;
    bool isGroup = false;
  };

  unsigned find(unsigned node) const;
  unsigned addNode(int64_t size);
  llvm::SmallVector<unsigned> addTensor(mlir::Value value);
  void unify(unsigned a, unsigned b);
  void nameAxes(llvm::ArrayRef<unsigned> nodes, norm::PortAttr port,
                unsigned firstOrder);
  void addOp(mlir::Operation &op);
  void addNorm(mlir::Operation &op);
  void addReturn(norm::FuncOp func, norm::ReturnOp op);
  bool shareTensor(unsigned a, unsigned b) const;
  void joinNames();
  void joinSplits();

  mlir::MLIRContext *context = nullptr;
  llvm::SmallVector<Node> nodes;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<unsigned>> results;
  llvm::DenseMap<mlir::OpOperand *, llvm::SmallVector<unsigned>> uses;
  llvm::MapVector<mlir::Operation *, Split> splits;
  llvm::SmallVector<llvm::SmallVector<unsigned>> tensors;
  /// Position of the first axis of each argument among the port axes.
  llvm::SmallVector<unsigned> argumentOrder;
};

} // namespace bnc

#endif // BNC_CONVERSION_SPECTOKERNEL_DIMIDENTITY_H
