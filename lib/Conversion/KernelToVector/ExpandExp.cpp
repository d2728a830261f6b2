// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// exp of f32 in a few instructions.

#include "bnc/Conversion/KernelToVector/ExpandExp.h"

#include "bnc/Conversion/Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace bnc;

namespace {

/// Arithmetic on f32 or vectors of it.
struct Exponential {
  OpBuilder &b;
  Location loc;
  Type type, integers;

  Exponential(OpBuilder &b, Location loc, Type type)
      : b(b), loc(loc), type(type), integers(b.getI32Type()) {
    if (auto vector = dyn_cast<VectorType>(type))
      integers = vector.clone(integers);
  }
  Value constant(double value) { return makeFloat(b, loc, type, value); }
  Value integer(int64_t value) { return makeInteger(b, loc, integers, value); }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, loc, x, y, z);
  }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value subtract(Value x, Value y) {
    return arith::SubIOp::create(b, loc, x, y);
  }
  /// `x`, or `bound` where x compares by `predicate` to it; NaN stays.
  Value clamp(Value x, arith::CmpFPredicate predicate, double bound) {
    Value limit = constant(bound);
    Value isBeyond = arith::CmpFOp::create(b, loc, predicate, x, limit);
    return arith::SelectOp::create(b, loc, isBeyond, limit, x);
  }
  /// e^r for |r| <= ln(2) / 2.
  Value reduced(Value r);
  /// 2^n of a small integer n.
  Value power(Value n);
  /// p * 2^n, where `bits` holds n as an integer; rounded once where the result
  /// is below the normal numbers.
  Value scale(Value p, Value n, Value bits, norm::TargetAttr target);
};

} // namespace

Value Exponential::reduced(Value r) {
  // 1 + r + r^2 q(r), q the polynomial of degree 4 with the least relative
  // error of the whole, 2^-28; by falling powers.
  static constexpr double coefficients[] = {0.0013814540579915047,
                                            0.00836874544620514,
                                            0.04166838899254799,
                                            0.1666652113199234,
                                            0.4999999403953552,
                                            1,
                                            1};
  Value p = constant(coefficients[0]);
  for (double coefficient : ArrayRef(coefficients).drop_front())
    p = fma(p, r, constant(coefficient));
  return p;
}

Value Exponential::power(Value n) {
  Value biased = arith::AddIOp::create(b, loc, n, integer(127));
  Value bits = arith::ShLIOp::create(b, loc, biased, integer(23));
  return arith::BitcastOp::create(b, loc, type, bits);
}

Value Exponential::scale(Value p, Value n, Value bits,
                         norm::TargetAttr target) {
  auto vector = dyn_cast<VectorType>(type);
  int64_t lanes = vector ? vector.getNumElements() : 1;
  if (target && target.getMasks() && (lanes == 16 || lanes == 8)) {
    auto mask = b.getIntegerType(lanes);
    SmallVector<Value> operands = {
        p, n, p,
        LLVM::ConstantOp::create(b, loc, mask, b.getIntegerAttr(mask, -1))};
    // The current rounding mode.
    if (lanes == 16)
      operands.push_back(LLVM::ConstantOp::create(b, loc, b.getI32Type(),
                                                  b.getI32IntegerAttr(4)));
    std::string name =
        "llvm.x86.avx512.mask.scalef.ps." + std::to_string(32 * lanes);
    return LLVM::CallIntrinsicOp::create(b, loc, type, b.getStringAttr(name),
                                         operands)
        .getResult(0);
  }
  // 2^n itself may be beyond the normal numbers.
  Value half = arith::ShRSIOp::create(b, loc, bits, integer(1));
  Value rest = subtract(bits, half);
  return mul(mul(p, power(half)), power(rest));
}

void bnc::expandExp(math::ExpOp exp, norm::TargetAttr target) {
  OpBuilder b(exp);
  Exponential e(b, exp.getLoc(), exp.getType());
  Value x = exp.getOperand();
  double sign = 1;
  if (auto negated = x.getDefiningOp<arith::NegFOp>()) {
    x = negated.getOperand();
    sign = -1;
  }
  // Below and above these the result is 0 and infinite.
  constexpr double least = -104, most = 89;
  x = e.clamp(x, arith::CmpFPredicate::OGT, sign > 0 ? most : -least);
  x = e.clamp(x, arith::CmpFPredicate::OLT, sign > 0 ? least : -most);
  // The last bits of a number of this size count ones.
  constexpr double ones = 0x1.8p23;
  constexpr int64_t onesBits = 0x4b400000;
  Value counted =
      e.fma(x, e.constant(sign * llvm::numbers::log2e), e.constant(ones));
  Value n = arith::SubFOp::create(b, e.loc, counted, e.constant(ones));
  // ln(2), of which the first part has so few bits that n times it is exact.
  constexpr double high = 0.693359375, low = -2.12194440054690583e-4;
  Value r = sign > 0 ? x : arith::NegFOp::create(b, e.loc, x).getResult();
  r = e.fma(n, e.constant(-high), r);
  r = e.fma(n, e.constant(-low), r);
  Value bits =
      e.subtract(arith::BitcastOp::create(b, e.loc, e.integers, counted),
                 e.integer(onesBits));
  exp.replaceAllUsesWith(e.scale(e.reduced(r), n, bits, target));
  exp.erase();
}
