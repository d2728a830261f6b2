// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Rows of no more than a vector.

#ifndef BNC_DIALECT_NORM_ANALYSIS_SHORTROWS_H
#define BNC_DIALECT_NORM_ANALYSIS_SHORTROWS_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

namespace bnc {

/// Whether the rows of a kernel, finished in batches of the lanes of `plan`,
/// can be kept in registers, a row a lane, where they follow each other in
/// memory: they are short, all is f32 or all bf16, which the plan takes in
/// pairs, and the rows even, other operands lie along the row, and there are no
/// results but outputs.
bool canTransposeRows(const KernelStructure &structure, norm::PlanAttr plan);

} // namespace bnc

#endif // BNC_DIALECT_NORM_ANALYSIS_SHORTROWS_H
