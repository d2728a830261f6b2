// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// exp of f32 in a few instructions.

#include "bnc/Conversion/KernelToVector/ExpandExp.h"

#include "Exponential.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace bnc;

/// 1 + r + r^2 q(r), q the polynomial of degree 4 with the least relative error
/// of the whole, 2^-28, for |r| <= ln(2) / 2; by falling powers.
static constexpr double coefficients[] = {0.0013814540579915047,
                                          0.00836874544620514,
                                          0.04166838899254799,
                                          0.1666652113199234,
                                          0.4999999403953552,
                                          1,
                                          1};

/// 2^n of a small integer n.
static Value emitPower(Exponential e, Value n) {
  return e.asFloat(e.shiftLeft(e.add(n, e.integer(127)), 23));
}

/// p * 2^n; rounded once where the result is below the normal numbers.
static Value emitScaled(Exponential e, Value p,
                        const Exponential::Reduced &reduced,
                        norm::TargetAttr target) {
  auto vector = dyn_cast<VectorType>(e.type);
  int64_t lanes = vector ? vector.getNumElements() : 1;
  OpBuilder &b = e.b;
  if (target && target.getMasks() && (lanes == 16 || lanes == 8)) {
    auto mask = b.getIntegerType(lanes);
    SmallVector<Value> operands = {
        p, reduced.n, p,
        LLVM::ConstantOp::create(b, e.loc, mask, b.getIntegerAttr(mask, -1))};
    // The current rounding mode.
    if (lanes == 16)
      operands.push_back(LLVM::ConstantOp::create(b, e.loc, b.getI32Type(),
                                                  b.getI32IntegerAttr(4)));
    std::string name =
        "llvm.x86.avx512.mask.scalef.ps." + std::to_string(32 * lanes);
    return LLVM::CallIntrinsicOp::create(b, e.loc, e.type,
                                         b.getStringAttr(name), operands)
        .getResult(0);
  }
  // 2^n itself may be beyond the normal numbers.
  Value n =
      e.subtract(reduced.counted, e.integer(Exponential::getCountedZero(1)));
  Value half = arith::ShRSIOp::create(b, e.loc, n, e.integer(1));
  Value rest = e.subtract(n, half);
  Value scaled = e.mul(p, emitPower(e, half));
  return e.mul(scaled, emitPower(e, rest));
}

void bnc::expandExp(math::ExpOp exp, norm::TargetAttr target) {
  OpBuilder b(exp);
  Exponential e(b, exp.getLoc(), exp.getType());
  // Below and above these the result is 0 and infinite.
  constexpr double least = -104, most = 89;
  Exponential::Reduced reduced =
      e.reduce(exp.getOperand(), least, most, /*steps=*/1);
  Value p = e.polynomial(coefficients, reduced.r);
  exp.replaceAllUsesWith(emitScaled(e, p, reduced, target));
  exp.erase();
}
