// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which NaNs a value may be.

#ifndef BNC_CONVERSION_QUIETNANS_H
#define BNC_CONVERSION_QUIETNANS_H

#include "mlir/IR/Value.h"

namespace bnc {

/// Whether a NaN of `value`, of f32, is one in its upper 16 bits as well:
/// arithmetic makes quiet NaNs, whose uppermost digit is set.
bool hasNaNsInUpperHalf(mlir::Value value);

} // namespace bnc

#endif // BNC_CONVERSION_QUIETNANS_H
