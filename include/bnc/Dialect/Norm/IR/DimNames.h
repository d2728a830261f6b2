// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which named dim of a norm.func each dim of a value in its body is.

#ifndef BNC_DIALECT_NORM_IR_DIMNAMES_H
#define BNC_DIALECT_NORM_IR_DIMNAMES_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/ADT/DenseMap.h"

namespace bnc::norm {

/// The dim names of every tensor in the body of a spec, followed from the
/// arguments through spec ops and elementwise ops. A dim without a name (of a
/// constant, or a number of groups) is null; it is static.
class DimNames {
public:
  using Names = llvm::SmallVector<mlir::StringAttr>;

  /// Follows the body of `func`, which must hold spec ops and elementwise ops
  /// only and satisfy their verifiers. Stops at the first op that takes two
  /// dynamic dims for one.
  explicit DimNames(FuncOp func);

  /// One name per dim of the tensor `value`.
  llvm::ArrayRef<mlir::StringAttr> get(mlir::Value value) const {
    auto it = names.find(value);
    return it == names.end() ? llvm::ArrayRef<mlir::StringAttr>() : it->second;
  }

  /// The op whose operands disagree, or null if there is none.
  mlir::Operation *getConflictOp() const { return conflictOp; }
  /// What disagrees there, as the end of a diagnostic.
  llvm::StringRef getConflict() const { return conflict; }

private:
  void visitElementwise(mlir::Operation *op);
  template <typename Op> void visitAxes(Op op);
  template <typename Op> Names visitChannels(Op op);
  void visit(mlir::Operation *op);
  /// Checks that the dims of `value` that are dynamic are called as in
  /// `expected`, the names of the dims of another value.
  void expectDims(mlir::Operation *op, mlir::Value value,
                  llvm::ArrayRef<mlir::StringAttr> expected);

  llvm::DenseMap<mlir::Value, Names> names;
  mlir::Operation *conflictOp = nullptr;
  std::string conflict;
};

} // namespace bnc::norm

#endif // BNC_DIALECT_NORM_IR_DIMNAMES_H
