// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which NaNs a value may be.

#include "bnc/Conversion/QuietNaNs.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

bool bnc::hasNaNsInUpperHalf(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
          arith::ExtFOp, arith::TruncFOp, math::FmaOp>(op))
    return true;
  if (isa<arith::MaximumFOp, arith::MinimumFOp, vector::BroadcastOp>(op))
    return llvm::all_of(op->getOperands(), hasNaNsInUpperHalf);
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return hasNaNsInUpperHalf(select.getTrueValue()) &&
           hasNaNsInUpperHalf(select.getFalseValue());
  FloatAttr scalar;
  SplatElementsAttr splat;
  if (matchPattern(value, m_Constant(&splat)))
    return !splat.getSplatValue<APFloat>().isNaN();
  return matchPattern(value, m_Constant(&scalar)) && !scalar.getValue().isNaN();
}
