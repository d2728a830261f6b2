// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From vectors to loops over single lanes.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_LANEBYLANE_H
#define BNC_CONVERSION_KERNELTOVECTOR_LANEBYLANE_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// Stores `vector` to the stack; returns the array.
mlir::Value emitSpill(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::Value vector);
/// The vector that `array`, all of it, holds.
mlir::Value emitReload(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::Value array);

/// Whether any of the first `count` of `flags`, a vector of i1, is set; of all
/// where `count` is null.
mlir::Value emitAny(mlir::OpBuilder &b, mlir::Location loc, mlir::Value flags,
                    mlir::Value count);

/// Emits a loop over the first `count` lanes that runs `body` for those whose
/// flag is set.
void emitFlaggedLanes(
    mlir::OpBuilder &b, mlir::Location loc, mlir::Value flags,
    mlir::Value count,
    llvm::function_ref<void(mlir::OpBuilder &b, mlir::Value lane)> body);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_LANEBYLANE_H
