// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the expansions of functions with an exponential share.

#include "Exponential.h"

#include "bnc/Conversion/Elements.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnc;

Exponential::Exponential(OpBuilder &b, Location loc, Type type)
    : b(b), loc(loc), type(type), integers(withElement(type, b.getI32Type())) {}

Value Exponential::constant(double value) {
  return makeFloat(b, loc, type, value);
}

Value Exponential::integer(int64_t value) {
  return makeInteger(b, loc, integers, value);
}

Value Exponential::fma(Value x, Value y, Value z) {
  return math::FmaOp::create(b, loc, x, y, z);
}

Value Exponential::mul(Value x, Value y) {
  return arith::MulFOp::create(b, loc, x, y);
}

Value Exponential::add(Value x, Value y) {
  return arith::AddIOp::create(b, loc, x, y);
}

Value Exponential::subtract(Value x, Value y) {
  return arith::SubIOp::create(b, loc, x, y);
}

Value Exponential::shiftLeft(Value x, int64_t bits) {
  return arith::ShLIOp::create(b, loc, x, integer(bits));
}

Value Exponential::asFloat(Value bits) {
  return arith::BitcastOp::create(b, loc, type, bits);
}

Value Exponential::asInteger(Value x) {
  return arith::BitcastOp::create(b, loc, integers, x);
}

Value Exponential::clamp(Value x, arith::CmpFPredicate predicate,
                         double bound) {
  Value limit = constant(bound);
  Value isBeyond = arith::CmpFOp::create(b, loc, predicate, x, limit);
  return arith::SelectOp::create(b, loc, isBeyond, limit, x);
}

Value Exponential::polynomial(ArrayRef<double> coefficients, Value r) {
  Value p = constant(coefficients.front());
  for (double coefficient : coefficients.drop_front())
    p = fma(p, r, constant(coefficient));
  return p;
}

/// The last bits of a number of this size count 1 / steps.
static float getOnes(unsigned steps) { return 0x1.8p23f / steps; }

int64_t Exponential::getCountedZero(unsigned steps) {
  return llvm::bit_cast<int32_t>(getOnes(steps));
}

Exponential::Reduced Exponential::reduce(Value x, double least, double most,
                                         unsigned steps) {
  // Of -y, y is clamped, and the constants change their signs.
  auto negated = x.getDefiningOp<arith::NegFOp>();
  if (negated)
    x = negated.getOperand();
  double sign = negated ? -1 : 1;
  x = clamp(x, arith::CmpFPredicate::OGT, negated ? -least : most);
  x = clamp(x, arith::CmpFPredicate::OLT, negated ? -most : least);
  Value ones = constant(getOnes(steps));
  Value counted = fma(x, constant(sign * llvm::numbers::log2e), ones);
  Value n = arith::SubFOp::create(b, loc, counted, ones);
  // ln(2), of which the first part has so few bits that n times it is exact.
  constexpr double high = 0.693359375, low = -2.12194440054690583e-4;
  Value r = negated ? arith::NegFOp::create(b, loc, x).getResult() : x;
  r = fma(n, constant(-high), r);
  r = fma(n, constant(-low), r);
  return {asInteger(counted), n, r};
}
