// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Conversions of f16 for processors without the instructions.

#include "ExpandConversions.h"

#include "bnc/Conversion/Elements.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bnc {
#define GEN_PASS_DEF_EXPANDHALFPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

using Predicate = arith::CmpIPredicate;

namespace {

/// Converts scalars or vectors of `like`'s shape, as vcvtph2ps and vcvtps2ph
/// do: NaNs keep the high bits of their payload and become quiet.
class HalfBuilder : public ImplicitLocOpBuilder {
public:
  HalfBuilder(Operation *op, Type like)
      : ImplicitLocOpBuilder(op->getLoc(), op), like(like) {}

  Value widen(Value half);
  Value narrow(Value single);

private:
  Type of(Type element) { return withElement(like, element); }
  Value integer(int64_t value) {
    return makeInteger(*this, getLoc(), of(getI32Type()), int32_t(value));
  }
  Value floating(float value) {
    return makeFloat(*this, getLoc(), of(getF32Type()), value);
  }
  Value bitsOf(Value single) {
    return arith::BitcastOp::create(*this, of(getI32Type()), single);
  }
  Value singleOf(Value bits) {
    return arith::BitcastOp::create(*this, of(getF32Type()), bits);
  }
  template <typename OpTy> Value apply(Value a, Value b) {
    return OpTy::create(*this, a, b);
  }
  /// Of integers below 2^31.
  Value isAbove(Value a, int64_t limit) {
    return arith::CmpIOp::create(*this, Predicate::sgt, a, integer(limit));
  }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(*this, condition, yes, no);
  }

  Type like;
};

struct ExpandHalfPass : bnc::impl::ExpandHalfPassBase<ExpandHalfPass> {
  void runOnOperation() override;
};

} // namespace

Value HalfBuilder::widen(Value half) {
  Value bits = arith::ExtUIOp::create(
      *this, of(getI32Type()),
      arith::BitcastOp::create(*this, of(getI16Type()), half));
  Value magnitude = apply<arith::AndIOp>(bits, integer(0x7fff));
  Value sign =
      apply<arith::ShLIOp>(apply<arith::XOrIOp>(bits, magnitude), integer(16));
  // The bits of an f16 in the place of an f32's are the number over 2^112,
  // whether it is subnormal or not.
  Value scaled = singleOf(apply<arith::ShLIOp>(magnitude, integer(13)));
  Value number = bitsOf(apply<arith::MulFOp>(scaled, floating(0x1p112f)));
  Value isSpecial = isAbove(magnitude, 0x7bff);
  Value exponent = select(isSpecial, integer(0x7f800000), integer(0));
  Value isNaN = isAbove(magnitude, 0x7c00);
  Value quiet = select(isNaN, integer(0x00400000), integer(0));
  number = apply<arith::OrIOp>(number, exponent);
  number = apply<arith::OrIOp>(number, quiet);
  return singleOf(apply<arith::OrIOp>(number, sign));
}

Value HalfBuilder::narrow(Value single) {
  Value bits = bitsOf(single);
  Value magnitude = apply<arith::AndIOp>(bits, integer(0x7fffffff));
  Value sign =
      apply<arith::ShRUIOp>(apply<arith::XOrIOp>(bits, magnitude), integer(16));
  // Half a unit of the last place of f16, less one if the digit before is even,
  // carries into what stays; the exponent moves by 127 - 15.
  Value isOdd = apply<arith::AndIOp>(
      apply<arith::ShRUIOp>(magnitude, integer(13)), integer(1));
  Value rounded = apply<arith::AddIOp>(
      magnitude, integer(0xfff - (int64_t(127 - 15) << 23)));
  Value normal =
      apply<arith::ShRUIOp>(apply<arith::AddIOp>(rounded, isOdd), integer(13));
  // Below the normal numbers of f16 a sum with 0.5 rounds at the place of their
  // last digit, 2^-24.
  Value sum = apply<arith::AddFOp>(singleOf(magnitude), floating(0.5f));
  Value subnormal = apply<arith::SubIOp>(bitsOf(sum), integer(0x3f000000));
  Value payload = apply<arith::AndIOp>(
      apply<arith::ShRUIOp>(magnitude, integer(13)), integer(0x3ff));
  Value quiet = apply<arith::OrIOp>(payload, integer(0x7e00));
  Value result = select(isAbove(magnitude, 0x387fffff), normal, subnormal);
  result = select(isAbove(magnitude, 0x477fffff), integer(0x7c00), result);
  result = select(isAbove(magnitude, 0x7f800000), quiet, result);
  Value all = apply<arith::OrIOp>(result, sign);
  return arith::BitcastOp::create(
      *this, like, arith::TruncIOp::create(*this, of(getI16Type()), all));
}

void ExpandHalfPass::runOnOperation() {
  expandConversions(
      getOperation(), Float16Type::get(&getContext()),
      [](Operation *op, Value half) {
        return HalfBuilder(op, half.getType()).widen(half);
      },
      [](Operation *op, Value single) {
        HalfBuilder b(op, withElement(single.getType(),
                                      Float16Type::get(op->getContext())));
        return b.narrow(single);
      });
}
