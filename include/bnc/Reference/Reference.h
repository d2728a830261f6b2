// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The judge: evaluates a spec, with the error that a kernel may make.

#ifndef BNC_REFERENCE_REFERENCE_H
#define BNC_REFERENCE_REFERENCE_H

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Reference/Tensor.h"

namespace bnc::reference {

/// Evaluates `func`, verified and before kernel formation, on `arguments`: one
/// exact tensor per argument, rank 0 for scalars, dims of one name with one
/// extent. Gives one tensor per result, whose values are the formulas of
/// docs/Spec.md in f64, or in twice that precision if `func` has an f64
/// tensor, and whose errors are the bounds of docs/Numerics.md. Shares no code
/// with the lowering. Fails with a diagnostic on an op that no spec may use.
mlir::FailureOr<llvm::SmallVector<Tensor>>
evaluate(norm::FuncOp func, llvm::ArrayRef<Tensor> arguments);

} // namespace bnc::reference

#endif // BNC_REFERENCE_REFERENCE_H
