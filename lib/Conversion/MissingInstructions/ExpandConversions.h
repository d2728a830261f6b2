// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What takes the place of conversions between f32 and a type of 16 bits.

#ifndef BNC_LIB_CONVERSION_MISSINGINSTRUCTIONS_EXPANDCONVERSIONS_H
#define BNC_LIB_CONVERSION_MISSINGINSTRUCTIONS_EXPANDCONVERSIONS_H

#include "mlir/IR/BuiltinOps.h"

namespace bnc {

/// Emits the result, of f32 (widening) or of the 16-bit type (narrowing), of
/// converting `from` in front of `op`.
using ConversionEmitter =
    llvm::function_ref<mlir::Value(mlir::Operation *op, mlir::Value from)>;

/// Replaces every arith.extf of elements of `type` and every arith.truncf of
/// f32 to them in the functions of `module`.
void expandConversions(mlir::ModuleOp module, mlir::FloatType type,
                       ConversionEmitter widen, ConversionEmitter narrow);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_MISSINGINSTRUCTIONS_EXPANDCONVERSIONS_H
