// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Index arithmetic and counted loops of the lowering.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_LOOPMATH_H
#define BNC_CONVERSION_KERNELTOVECTOR_LOOPMATH_H

#include "bnc/Conversion/KernelFrame/KernelFrame.h"

namespace bnc {

/// Index arithmetic at the insertion point of a builder; constants fold.
class LoopMath {
public:
  LoopMath(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  mlir::Value constant(int64_t value);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, int64_t rhs);
  /// Unsigned: operands are never negative.
  mlir::Value div(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, int64_t rhs);
  mlir::Value ceilDiv(mlir::Value lhs, int64_t rhs);
  mlir::Value ceilDiv(mlir::Value lhs, mlir::Value rhs);
  /// The most whole `unit`s that each of `parts` parts of `whole` may have.
  mlir::Value evenPart(mlir::Value whole, mlir::Value unit, int64_t parts);
  /// The same of parts that are stored side by side, of elements of `bytes`: a
  /// unit less where parts are multiples of 4 KiB apart.
  mlir::Value streamPart(mlir::Value whole, mlir::Value unit, int64_t parts,
                         int64_t bytes);
  mlir::Value rem(mlir::Value lhs, mlir::Value rhs);
  mlir::Value shiftRight(mlir::Value value, mlir::Value by);
  mlir::Value min(mlir::Value lhs, mlir::Value rhs);
  mlir::Value max(mlir::Value lhs, mlir::Value rhs);
  mlir::Value less(mlir::Value lhs, mlir::Value rhs);
  /// `value` as f64.
  mlir::Value toF64(mlir::Value value);

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// The value of a constant index, if it is one.
std::optional<int64_t> getConstantIndex(mlir::Value value);

/// Emits a loop from `begin` to `end` that carries `inits`; `body` gives the
/// next values. The loop is affine where its bounds are affine symbols or dims,
/// else scf; there is none around a body that runs once by constant bounds.
/// Leaves the builder after the loop.
llvm::SmallVector<mlir::Value>
emitLoop(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin,
         mlir::Value end, int64_t step, mlir::ValueRange inits,
         llvm::function_ref<llvm::SmallVector<mlir::Value>(
             mlir::OpBuilder &, mlir::Value iv, mlir::ValueRange carried)>
             body);

/// Emits one piece of code that runs twice; `choose` gives its first value the
/// first time and its second the other.
void emitTwice(
    mlir::OpBuilder &b, mlir::Location loc,
    llvm::function_ref<
        void(mlir::OpBuilder &,
             llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> choose)>
        body);

/// Cuts `dims` into the longest runs of neighbouring dims that every array has
/// whole and contiguous, or not at all. In order, outermost first.
llvm::SmallVector<DimSet>
collapseDims(DimSet dims, llvm::ArrayRef<const KernelArray *> arrays);

/// Sets `coordinates` of the dims of `groups` for the flat index `flat`
/// (row-major over the groups): of a group's dims only the last is not 0.
void emitCoordinates(mlir::OpBuilder &b, mlir::Location loc, KernelFrame &frame,
                     llvm::ArrayRef<DimSet> groups, mlir::Value flat,
                     llvm::MutableArrayRef<mlir::Value> coordinates);

/// The product of the extents of all dims of `groups`.
mlir::Value emitTotalExtent(mlir::OpBuilder &b, mlir::Location loc,
                            const KernelFrame &frame,
                            llvm::ArrayRef<DimSet> groups);

/// Index of the highest dim of a set that is not empty.
unsigned getLastDim(DimSet dims);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_LOOPMATH_H
