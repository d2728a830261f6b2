// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What takes the place of conversions between f32 and a type of 16 bits.

#include "ExpandConversions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;

void bnc::expandConversions(ModuleOp module, FloatType type,
                            ConversionEmitter widen, ConversionEmitter narrow) {
  auto expand = [&](Operation *op) {
    Value result;
    if (auto extend = dyn_cast<arith::ExtFOp>(op)) {
      if (getElementTypeOrSelf(extend.getIn().getType()) != type)
        return;
      result = widen(op, extend.getIn());
      // f64 by way of f32, which has every number of the type.
      if (result.getType() != extend.getType()) {
        OpBuilder b(op);
        result =
            arith::ExtFOp::create(b, op->getLoc(), extend.getType(), result);
      }
    } else if (auto truncate = dyn_cast<arith::TruncFOp>(op)) {
      if (getElementTypeOrSelf(truncate.getType()) != type ||
          !getElementTypeOrSelf(truncate.getIn().getType()).isF32())
        return;
      result = narrow(op, truncate.getIn());
    } else {
      return;
    }
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  };
  // The norm.func, which is still there, keeps what the user wrote.
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    function.walk(expand);
}
