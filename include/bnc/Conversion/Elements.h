// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Types and constants for code that is the same for scalars and vectors.

#ifndef BNC_CONVERSION_ELEMENTS_H
#define BNC_CONVERSION_ELEMENTS_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// `type`, scalar or vector, with elements of `element`.
mlir::Type withElement(mlir::Type type, mlir::Type element);

/// A constant of `type`, a float or a vector of floats.
mlir::Value makeFloat(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
                      double value);
/// The same of integers.
mlir::Value makeInteger(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
                        int64_t value);

} // namespace bnc

#endif // BNC_CONVERSION_ELEMENTS_H
