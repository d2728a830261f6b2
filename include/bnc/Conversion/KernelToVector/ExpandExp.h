// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// exp of f32, and what it is added to, in a few instructions.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_EXPANDEXP_H
#define BNC_CONVERSION_KERNELTOVECTOR_EXPANDEXP_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace bnc {

/// Replaces `exp`, of f32 or a vector of it, by a polynomial and a power of 2:
/// off by at most 0.88 ulp, the same bits in scalars and in every vector.
/// AVX-512 scales by its instruction where `target` has it.
void expandExp(mlir::math::ExpOp exp, norm::TargetAttr target);

/// Replaces `sum` if it is exp(x) + 1, and `target` permutes the lanes of a
/// vector by another: by a power of 2^(1/8) from a table and a polynomial of
/// half the length. exp(x) is off by at most 0.93 ulp and is not rounded before
/// the sum is; the bits are the same in scalars and in every vector.
bool expandOnePlusExp(mlir::arith::AddFOp sum, norm::TargetAttr target);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_EXPANDEXP_H
