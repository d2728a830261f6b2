// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Conversions of bf16 for processors without the instructions.

#include "ExpandConversions.h"

#include "bnc/Conversion/Elements.h"
#include "bnc/Conversion/Passes.h"
#include "bnc/Conversion/QuietNaNs.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace bnc {
#define GEN_PASS_DEF_EXPANDBF16PASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

namespace {
struct ExpandBF16Pass : bnc::impl::ExpandBF16PassBase<ExpandBF16Pass> {
  void runOnOperation() override;
};
} // namespace

/// The upper half of an f32 is a bf16.
static Value widen(Operation *op, Value narrow) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  Type i32 = withElement(narrow.getType(), b.getI32Type());
  Value half = arith::BitcastOp::create(
      b, loc, withElement(narrow.getType(), b.getI16Type()), narrow);
  Value wide = arith::ExtUIOp::create(b, loc, i32, half);
  Value bits =
      arith::ShLIOp::create(b, loc, wide, makeInteger(b, loc, i32, 16));
  return arith::BitcastOp::create(
      b, loc, withElement(narrow.getType(), b.getF32Type()), bits);
}

/// Half a unit of the last place of bf16, less one if the digit before is even,
/// carries into what stays. A NaN keeps its upper half, as the instructions
/// have it, and as those have that arithmetic makes where two vectors are
/// rounded in words of 16 bits: where such an element lies is not seen.
static Value narrow(Operation *op, Value single) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  Type i32 = withElement(single.getType(), b.getI32Type());
  Value bits = arith::BitcastOp::create(b, loc, i32, single);
  Value sixteen = makeInteger(b, loc, i32, 16);
  Value last = arith::ShRUIOp::create(b, loc, bits, sixteen);
  Value isOdd =
      arith::AndIOp::create(b, loc, last, makeInteger(b, loc, i32, 1));
  Value half =
      arith::AddIOp::create(b, loc, bits, makeInteger(b, loc, i32, 0x7fff));
  Value rounded = arith::AddIOp::create(b, loc, half, isOdd);
  Value isNaN =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, single, single);
  Value kept = bits;
  if (!hasNaNsInUpperHalf(single))
    kept =
        arith::OrIOp::create(b, loc, bits, makeInteger(b, loc, i32, 0x400000));
  Value result = arith::SelectOp::create(b, loc, isNaN, kept, rounded);
  Value upper = arith::ShRUIOp::create(b, loc, result, sixteen);
  Value stored = arith::TruncIOp::create(
      b, loc, withElement(single.getType(), b.getI16Type()), upper);
  return arith::BitcastOp::create(
      b, loc, withElement(single.getType(), b.getBF16Type()), stored);
}

void ExpandBF16Pass::runOnOperation() {
  expandConversions(getOperation(), BFloat16Type::get(&getContext()), widen,
                    narrow);
}
