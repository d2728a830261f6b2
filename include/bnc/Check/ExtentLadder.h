// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Extents of dynamic dims to check a function at.

#ifndef BNC_CHECK_EXTENTLADDER_H
#define BNC_CHECK_EXTENTLADDER_H

#include "bnc/Check/Invocation.h"

namespace bnc {

/// Sizes for the dynamic dims of `func`: empty, 1, and mixtures of small,
/// odd and larger ones, each dim a multiple of the groups that divide it. One
/// entry, without dims, if none is dynamic.
llvm::SmallVector<Extents> chooseExtents(norm::FuncOp func);

/// `extents` as "r = 3, c = 17", in the order of the signature.
std::string printExtents(norm::FuncOp func, const Extents &extents);

/// About how many bytes a check of `func` needs at these extents, for its
/// buffers and for the tensors of the reference.
int64_t estimateMemory(norm::FuncOp func, const Extents &extents);

/// Elements of the largest argument or result.
int64_t countLargest(norm::FuncOp func, const Extents &extents);

/// Whether the function refuses these extents: an unbiased variance of one
/// element has no value.
bool hasUnbiasedSingle(norm::FuncOp func, const Extents &extents);

} // namespace bnc

#endif // BNC_CHECK_EXTENTLADDER_H
