// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Verifiers of the spec-level normalizations.

#include "bnc/Dialect/Norm/IR/Norm.h"

using namespace mlir;
using namespace bnc::norm;

LogicalResult FuncOp::verify() { return success(); }
LogicalResult FuncOp::verifyRegions() { return success(); }
LogicalResult LayerNormOp::verify() { return success(); }
LogicalResult RMSNormOp::verify() { return success(); }
LogicalResult L2NormOp::verify() { return success(); }
LogicalResult GroupNormOp::verify() { return success(); }
LogicalResult InstanceNormOp::verify() { return success(); }
LogicalResult BatchNormInferenceOp::verify() { return success(); }
LogicalResult BatchNormTrainingOp::verify() { return success(); }
LogicalResult BroadcastOp::verify() { return success(); }
LogicalResult KernelOp::verify() { return success(); }
LogicalResult KernelOp::verifyRegions() { return success(); }
