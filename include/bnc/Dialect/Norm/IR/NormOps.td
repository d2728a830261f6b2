// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Every op of the `norm` dialect, one file per level or family.

#ifndef BNC_DIALECT_NORM_IR_NORMOPS_TD
#define BNC_DIALECT_NORM_IR_NORMOPS_TD

include "bnc/Dialect/Norm/IR/FuncOps.td"
include "bnc/Dialect/Norm/IR/NormalizationOps.td"
include "bnc/Dialect/Norm/IR/ChannelNormOps.td"
include "bnc/Dialect/Norm/IR/ActivationOps.td"
include "bnc/Dialect/Norm/IR/KernelOps.td"
include "bnc/Dialect/Norm/IR/ReductionOps.td"

#endif // BNC_DIALECT_NORM_IR_NORMOPS_TD
