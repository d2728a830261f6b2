// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// math.fma of f32 for processors without the instruction.

#include "bnc/Conversion/Elements.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"

namespace bnc {
#define GEN_PASS_DEF_EXPANDFMAPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

/// The sum a + b in f64, to which `sum` rounds, rounded to odd instead: of the
/// two neighbours of an inexact sum the one with the odd last bit. Rounding
/// that once more, to fewer bits, is as if the exact sum had been rounded
/// (Boldo and Melquiond, 2008).
static Value roundToOdd(OpBuilder &b, Location loc, Value sum, Value x,
                        Value y) {
  Type type = sum.getType();
  Type bitsType = withElement(type, b.getI64Type());
  auto integer = [&](int64_t value) {
    return makeInteger(b, loc, bitsType, value);
  };
  auto subtract = [&](Value left, Value right) -> Value {
    return arith::SubFOp::create(b, loc, left, right);
  };
  // What rounding took away, exactly (Knuth's two-sum); NaN where the sum is
  // not finite.
  Value ofY = subtract(sum, x);
  Value error = arith::AddFOp::create(b, loc, subtract(x, subtract(sum, ofY)),
                                      subtract(y, ofY));
  Value isInexact = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ONE,
                                          error, makeFloat(b, loc, type, 0.0));
  Value bits = arith::BitcastOp::create(b, loc, bitsType, sum);
  Value isEven = arith::CmpIOp::create(
      b, loc, arith::CmpIPredicate::eq,
      arith::AndIOp::create(b, loc, bits, integer(1)), integer(0));
  Value signs = arith::XOrIOp::create(
      b, loc, bits, arith::BitcastOp::create(b, loc, bitsType, error));
  Value isBelow = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                        signs, integer(0));
  Value step =
      arith::SelectOp::create(b, loc, isBelow, integer(-1), integer(1));
  Value moved = arith::AddIOp::create(b, loc, bits, step);
  Value isMoved = arith::AndIOp::create(b, loc, isInexact, isEven);
  Value odd = arith::SelectOp::create(b, loc, isMoved, moved, bits);
  return arith::BitcastOp::create(b, loc, type, odd);
}

/// a * b is exact in f64, and so is every step but the last two.
static void expand(math::FmaOp fma, bool exact) {
  OpBuilder b(fma);
  Location loc = fma.getLoc();
  Type wide = withElement(fma.getType(), b.getF64Type());
  auto widen = [&](Value value) -> Value {
    return arith::ExtFOp::create(b, loc, wide, value);
  };
  // One after the other: compilers order the arguments of a call differently.
  Value left = widen(fma.getA()), right = widen(fma.getB());
  Value product = arith::MulFOp::create(b, loc, left, right);
  Value addend = widen(fma.getC());
  Value sum = arith::AddFOp::create(b, loc, product, addend);
  if (exact)
    sum = roundToOdd(b, loc, sum, product, addend);
  Value result = arith::TruncFOp::create(b, loc, fma.getType(), sum);
  fma.replaceAllUsesWith(result);
  fma.erase();
}

namespace {

struct ExpandFmaPass : bnc::impl::ExpandFmaPassBase<ExpandFmaPass> {
  using ExpandFmaPassBase::ExpandFmaPassBase;

  void runOnOperation() override {
    // The norm.func, which is still there, keeps what the user wrote.
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      function.walk([&](math::FmaOp fma) {
        if (getElementTypeOrSelf(fma.getType()).isF32())
          expand(fma, exact);
      });
  }
};

} // namespace
