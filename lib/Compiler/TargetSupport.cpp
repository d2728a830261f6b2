// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What of the spec language a target cannot run.

#include "TargetSupport.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static LogicalResult refuse(Operation *op, StringRef what, StringRef need,
                            TargetAttr target) {
  return op->emitError() << what << " needs " << need << ", which target '"
                         << target.getName() << "' has not";
}

static LogicalResult verifyOp(Operation *op, TargetAttr target) {
  if (isa<math::FmaOp>(op) && !target.getFma())
    return refuse(op, "'math.fma'", "a fused multiply-add", target);
  auto isHalf = [](Type type) { return getElementTypeOrSelf(type).isF16(); };
  if (target.getF16c())
    return success();
  bool halves = llvm::any_of(op->getOperandTypes(), isHalf) ||
                llvm::any_of(op->getResultTypes(), isHalf);
  if (halves)
    return refuse(op, "f16", "instructions that convert it", target);
  return success();
}

LogicalResult bnc::verifyTargetSupport(ModuleOp spec, TargetAttr target) {
  WalkResult result = spec.walk([&](Operation *op) {
    return failed(verifyOp(op, target)) ? WalkResult::interrupt()
                                        : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
