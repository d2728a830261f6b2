// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The formula of every activation, over one element.

#include "NormFormulas.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

/// Arithmetic in the compute type of one activation.
struct Arithmetic {
  OpBuilder &b;
  Location loc;
  Type type;

  Value constant(double value) {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }
  /// 1 + exp(-x)
  Value onePlusExp(Value x) {
    Value negated = arith::NegFOp::create(b, loc, x);
    Value exp = math::ExpOp::create(b, loc, negated);
    return add(exp, constant(1));
  }
  Value widen(Value x) {
    return arith::ExtFOp::create(b, loc, b.getF64Type(), x);
  }
  /// exp(-x) of an f64 x in f32, as exact as exp: rounding x alone would cost
  /// |x| / 2 ulp. Beyond `limit` the result is 0 or infinite anyway, and x must
  /// stay finite for the difference to be a number.
  Value expOfNegated(Value x) {
    constexpr double limit = 200;
    Arithmetic wide{b, loc, b.getF64Type()};
    x = arith::MinimumFOp::create(b, loc, x, wide.constant(limit));
    x = arith::MaximumFOp::create(b, loc, x, wide.constant(-limit));
    Value high = arith::TruncFOp::create(b, loc, type, x);
    Value lost = arith::SubFOp::create(b, loc, x, widen(high));
    Value low = arith::TruncFOp::create(b, loc, type, lost);
    Value negated = arith::NegFOp::create(b, loc, high);
    Value exp = math::ExpOp::create(b, loc, negated);
    // exp(-low) is 1 - low to all bits; a factor, as exp may be infinite.
    Value factor = arith::SubFOp::create(b, loc, constant(1), low);
    return mul(exp, factor);
  }
};

} // namespace

static Value emitLeakyRelu(Arithmetic m, Value x, double slope) {
  Value scaled = m.mul(x, m.constant(slope));
  Value positive = arith::CmpFOp::create(m.b, m.loc, arith::CmpFPredicate::OGE,
                                         x, m.constant(0));
  return arith::SelectOp::create(m.b, m.loc, positive, x, scaled);
}

/// x * Phi(x). With a = |x|, Phi(-a) = exp(-a^2 / 2) * P(q) / (a + 2), where
/// q = (a - 2) / (a + 2): relative to its value, as 1 + erf is not for x < 0.
static Value emitGelu(Arithmetic m, Value x) {
  // Least squares at 60 Chebyshev points of 0 <= a <= 15, relative error
  // 2^-25; by rising powers.
  static constexpr double coefficients[] = {
      0.6724079847335815,     -0.33140456676483154,   0.028798500075936317,
      0.0367216132581234,     -0.0004841390473302454, -0.006751852575689554,
      -0.0018878838745877147, 0.0008854009793139994,  0.0007214319193735719,
      2.9390879717539065e-05, -7.59341346565634e-05};
  OpBuilder &b = m.b;
  Location loc = m.loc;
  Arithmetic wide{b, loc, b.getF64Type()};
  Value x64 = m.widen(x);
  Value square = wide.mul(x64, x64);
  Value exp = m.expOfNegated(wide.mul(square, wide.constant(0.5)));
  Value a = math::AbsFOp::create(b, loc, x);
  // For an infinite a the quotient would be NaN; exp is 0 well before 32.
  a = arith::MinimumFOp::create(b, loc, a, m.constant(32));
  Value two = m.constant(2);
  Value sum = m.add(a, two);
  Value inverse = m.div(m.constant(1), sum);
  Value difference = arith::SubFOp::create(b, loc, a, two);
  Value q = m.mul(difference, inverse);
  Value polynomial = m.constant(coefficients[10]);
  for (unsigned i = 10; i-- > 0;) {
    Value coefficient = m.constant(coefficients[i]);
    polynomial =
        MultiplyAddOp::create(b, loc, m.type, polynomial, q, coefficient);
  }
  Value tail = m.mul(exp, m.mul(polynomial, inverse));
  Value head = arith::SubFOp::create(b, loc, m.constant(1), tail);
  Value isPositive = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE, x,
                                           m.constant(0));
  Value phi = arith::SelectOp::create(b, loc, isPositive, head, tail);
  return m.mul(x, phi);
}

/// x * (1 + tanh(t)) / 2 = x / (1 + exp(-2t)), which has no cancellation.
static Value emitGeluTanh(Arithmetic m, Value x) {
  Arithmetic wide{m.b, m.loc, m.b.getF64Type()};
  // 2 t = x * 2 sqrt(2 / pi) * (1 + 0.044715 x^2)
  constexpr double scale = 1.5957691216057307117;
  Value x64 = m.widen(x);
  Value square = wide.mul(x64, x64);
  Value scaled = wide.mul(square, wide.constant(0.044715 * scale));
  Value factor = wide.add(scaled, wide.constant(scale));
  Value exp = m.expOfNegated(wide.mul(x64, factor));
  return m.div(x, m.add(exp, m.constant(1)));
}

Value bnc::emitActivation(OpBuilder &b, Operation *op, Value x) {
  if (!isa<ReluOp, LeakyReluOp, SiluOp, GeluOp, GeluTanhOp, SigmoidOp, TanhOp>(
          op))
    return {};
  Location loc = op->getLoc();
  Type storage = x.getType();
  Type compute = storage.isF64() ? b.getF64Type() : b.getF32Type();
  Arithmetic m{b, loc, compute};
  x = convertFloat(b, loc, x, compute);
  Value y = TypeSwitch<Operation *, Value>(op)
                .Case([&](ReluOp) {
                  return arith::MaximumFOp::create(b, loc, x, m.constant(0));
                })
                .Case([&](LeakyReluOp op) {
                  return emitLeakyRelu(m, x, op.getSlope().convertToDouble());
                })
                .Case([&](SiluOp) { return m.div(x, m.onePlusExp(x)); })
                .Case([&](GeluOp) { return emitGelu(m, x); })
                .Case([&](GeluTanhOp) { return emitGeluTanh(m, x); })
                .Case([&](SigmoidOp) {
                  Value denominator = m.onePlusExp(x);
                  return m.div(m.constant(1), denominator);
                })
                .Case([&](TanhOp) -> Value {
                  return math::TanhOp::create(b, loc, x);
                });
  return convertFloat(b, loc, y, storage);
}
