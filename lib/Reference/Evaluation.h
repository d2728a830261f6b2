// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The parts of the evaluator: one function per family of ops.

#ifndef BNC_LIB_REFERENCE_EVALUATION_H
#define BNC_LIB_REFERENCE_EVALUATION_H

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Reference/Tensor.h"

namespace bnc::reference {

/// The tensors that an op reads, one per operand.
using Operands = llvm::ArrayRef<const Tensor *>;

/// The result of an elementwise op of the table, computed in Real (double or
/// Wide) where an operand has an error. Fails, with no diagnostic, on another
/// op.
template <typename Real>
mlir::FailureOr<Tensor> evaluateElementwise(mlir::Operation *op,
                                            Operands operands);

/// All results of a normalization, computed in Real. Fails, with no
/// diagnostic, on another op.
template <typename Real>
mlir::FailureOr<llvm::SmallVector<Tensor>>
evaluateNormalization(mlir::Operation *op, Operands operands);

} // namespace bnc::reference

#endif // BNC_LIB_REFERENCE_EVALUATION_H
