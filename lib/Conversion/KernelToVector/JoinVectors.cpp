// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Two vectors of bf16 in one register.

#include "bnc/Conversion/KernelToVector/JoinVectors.h"

#include "RoundToBF16.h"

#include "bnc/Conversion/Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

/// The vector that `narrow` is rounded from if it is of f32 and fills a
/// register of 512 bits; null otherwise.
static Value getWide(Value narrow) {
  auto truncated = narrow.getDefiningOp<arith::TruncFOp>();
  if (!truncated)
    return {};
  auto type = dyn_cast<VectorType>(truncated.getIn().getType());
  bool fits = type && type.getElementType().isF32() &&
              type.getNumElements() == 16 &&
              cast<VectorType>(narrow.getType()).getElementType().isBF16();
  return fits ? truncated.getIn() : Value();
}

SmallVector<int64_t> bnc::getBlockOrder(int64_t lanes) {
  SmallVector<int64_t> order;
  for (int64_t block = 0; block < lanes; block += 4)
    for (int64_t half : {int64_t(0), lanes})
      for (int64_t element = 0; element < 4; ++element)
        order.push_back(half + block + element);
  return order;
}

/// The same of the target's halves.
static SmallVector<int64_t> getOrder(const VectorTarget &target,
                                     int64_t lanes) {
  return target.bf16 ? llvm::to_vector(llvm::seq<int64_t>(0, 2 * lanes))
                     : getBlockOrder(lanes);
}

/// The elements of `half`, of twice as many as `lanes`.
static SmallVector<int64_t> getElements(const VectorTarget &target,
                                        int64_t lanes, unsigned half) {
  SmallVector<int64_t> elements(lanes);
  for (auto [element, place] : llvm::enumerate(getOrder(target, lanes)))
    if (place / lanes == half)
      elements[place % lanes] = element;
  return elements;
}

Value bnc::emitJoined(OpBuilder &b, Location loc, const VectorTarget &target,
                      Value low, Value high) {
  auto type = cast<VectorType>(low.getType());
  int64_t lanes = type.getNumElements();
  Value wideLow = getWide(low), wideHigh = getWide(high);
  if (target.bf16 && wideLow && wideHigh)
    return LLVM::CallIntrinsicOp::create(
               b, loc, VectorType::get({2 * lanes}, type.getElementType()),
               b.getStringAttr("llvm.x86.avx512bf16.cvtne2ps2bf16.512"),
               {wideHigh, wideLow})
        .getResult(0);
  if (!target.bf16)
    if (Value bits = emitRoundedBlocks(b, loc, low, high))
      return arith::BitcastOp::create(
          b, loc, VectorType::get({2 * lanes}, type.getElementType()), bits);
  return vector::ShuffleOp::create(b, loc, low, high, getOrder(target, lanes));
}

Value bnc::emitHalf(OpBuilder &b, Location loc, const VectorTarget &target,
                    Value joined, unsigned half) {
  int64_t lanes = cast<VectorType>(joined.getType()).getNumElements() / 2;
  return vector::ShuffleOp::create(b, loc, joined, joined,
                                   getElements(target, lanes, half));
}

Value bnc::emitWidenedHalf(OpBuilder &b, Location loc,
                           const VectorTarget &target, Value joined,
                           unsigned half) {
  auto type = cast<VectorType>(joined.getType());
  int64_t words = type.getNumElements(), lanes = words / 2;
  auto integers = type.clone(b.getI16Type());
  Value bits = arith::BitcastOp::create(b, loc, integers, joined);
  Value zero = makeInteger(b, loc, integers, 0);
  // The upper half of an f32 is a bf16.
  SmallVector<int64_t> order;
  for (int64_t element : getElements(target, lanes, half))
    order.append({words, element});
  Value widened = vector::ShuffleOp::create(b, loc, bits, zero, order);
  return vector::BitCastOp::create(
      b, loc, VectorType::get({lanes}, b.getF32Type()), widened);
}
