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
  /// x / 2 * (1 + tail)
  Value halfTimes(Value x, Value tail) {
    Value half = mul(x, constant(0.5));
    Value sum = add(tail, constant(1));
    return mul(half, sum);
  }
};

} // namespace

static Value emitLeakyRelu(Arithmetic m, Value x, double slope) {
  Value scaled = m.mul(x, m.constant(slope));
  Value positive = arith::CmpFOp::create(m.b, m.loc, arith::CmpFPredicate::OGE,
                                         x, m.constant(0));
  return arith::SelectOp::create(m.b, m.loc, positive, x, scaled);
}

static Value emitGelu(Arithmetic m, Value x) {
  // 1 / sqrt(2)
  Value scaled = m.mul(x, m.constant(0.70710678118654752440));
  return m.halfTimes(x, math::ErfOp::create(m.b, m.loc, scaled));
}

static Value emitGeluTanh(Arithmetic m, Value x) {
  Value cube = m.mul(m.mul(x, x), x);
  Value inner = m.add(x, m.mul(cube, m.constant(0.044715)));
  // sqrt(2 / pi)
  Value scaled = m.mul(inner, m.constant(0.79788456080286535588));
  return m.halfTimes(x, math::TanhOp::create(m.b, m.loc, scaled));
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
