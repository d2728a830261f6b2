// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What of the spec language a target cannot run.

#include "TargetSupport.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static LogicalResult verifyOp(Operation *op, TargetAttr target) {
  // Of f32 there is an expansion; of f64 it would have to be exact beyond f64.
  if (isa<math::FmaOp>(op) && !target.getFma() &&
      getElementTypeOrSelf(op->getResult(0).getType()).isF64())
    return op->emitError() << "'math.fma' of f64 needs a fused multiply-add, "
                              "which target '"
                           << target.getName() << "' has not";
  return success();
}

LogicalResult bnc::verifyTargetSupport(ModuleOp spec, TargetAttr target) {
  WalkResult result = spec.walk([&](Operation *op) {
    return failed(verifyOp(op, target)) ? WalkResult::interrupt()
                                        : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
