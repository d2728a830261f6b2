// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What kernel formation knows of each normalization.

#ifndef BNC_CONVERSION_SPECTOKERNEL_NORMFORMULAS_H
#define BNC_CONVERSION_SPECTOKERNEL_NORMFORMULAS_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/Builders.h"

#include <optional>

namespace bnc {

/// How the axes of a norm's tensors lie in its iteration space, the axes of
/// its input.
struct NormSpace {
  /// Input axes that the statistics remove. The group axis is not among them.
  llvm::SmallVector<int64_t> reducedAxes;
  /// The axis that is cut into `groups` runs, whose inner part is reduced too,
  /// or -1.
  int64_t groupAxis = -1;
  int64_t groups = 0;
  /// Per operand and per result: the input axis of each of its axes. Scalars
  /// have none. The group axis of a result after the first is the group's
  /// index, not the channel's.
  llvm::SmallVector<llvm::SmallVector<int64_t>> operandAxes, resultAxes;
  /// Operands read once per element of the statistics (running statistics).
  llvm::SmallVector<unsigned> keptOperands;

  bool hasReduction() const { return !reducedAxes.empty() || groupAxis >= 0; }
};

/// The space of `op`, or nothing if it is no norm.
std::optional<NormSpace> getNormSpace(mlir::Operation *op);

/// Emits the formula of the norm `op` at one point. `operands` are the elements
/// of its operands in the order of the op, `over` the dims its statistics
/// remove. Returns one value per result of the op.
llvm::SmallVector<mlir::Value> emitNorm(mlir::OpBuilder &b, mlir::Operation *op,
                                        mlir::ValueRange operands,
                                        mlir::ArrayAttr over);

/// Emits the activation `op` of the element `x`, or returns null if `op` is no
/// activation.
mlir::Value emitActivation(mlir::OpBuilder &b, mlir::Operation *op,
                           mlir::Value x);

/// `value` widened or rounded (once) to `type`.
mlir::Value convertFloat(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value value, mlir::Type type);

} // namespace bnc

#endif // BNC_CONVERSION_SPECTOKERNEL_NORMFORMULAS_H
