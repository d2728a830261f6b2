// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Two vectors of f32, rounded to one of bf16 without the instructions for it.

#include "RoundToBF16.h"

#include "bnc/Conversion/Elements.h"
#include "bnc/Conversion/KernelToVector/JoinVectors.h"
#include "bnc/Conversion/QuietNaNs.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

namespace {
/// The bits of two vectors of f32 that are rounded to bf16.
struct RoundedBits {
  int64_t lanes;
  Value low, high;

  /// Of what `low` and `high`, of bf16, are rounded from.
  static std::optional<RoundedBits> get(OpBuilder &b, Location loc, Value low,
                                        Value high);
  Value shiftLeft(OpBuilder &b, Location loc, Value bits) const {
    return arith::ShLIOp::create(b, loc, bits, getSixteen(b, loc));
  }
  Value shiftRight(OpBuilder &b, Location loc, Value bits) const {
    return arith::ShRUIOp::create(b, loc, bits, getSixteen(b, loc));
  }

private:
  Value getSixteen(OpBuilder &b, Location loc) const {
    return makeInteger(b, loc, low.getType(), 16);
  }
};
} // namespace

/// The f32 that `narrow` is rounded from, if rounding its upper half by the
/// lower one keeps NaNs; else null.
static Value getRounded(Value narrow) {
  auto truncate = narrow.getDefiningOp<arith::TruncFOp>();
  bool fits =
      truncate &&
      cast<VectorType>(truncate.getIn().getType()).getElementType().isF32() &&
      hasNaNsInUpperHalf(truncate.getIn());
  return fits ? truncate.getIn() : Value();
}

std::optional<RoundedBits> RoundedBits::get(OpBuilder &b, Location loc,
                                            Value low, Value high) {
  low = getRounded(low);
  high = getRounded(high);
  if (!low || !high)
    return std::nullopt;
  int64_t lanes = cast<VectorType>(low.getType()).getNumElements();
  auto type = VectorType::get({lanes}, b.getI32Type());
  low = arith::BitcastOp::create(b, loc, type, low);
  high = arith::BitcastOp::create(b, loc, type, high);
  return RoundedBits{lanes, low, high};
}

/// Rounds `upper`, the upper halves of f32, by the `lower`: words of 16 bits,
/// two of a register at once. A NaN stays one.
static Value roundWords(OpBuilder &b, Location loc, Value upper, Value lower) {
  Type type = upper.getType();
  auto word = [&](int64_t value) { return makeInteger(b, loc, type, value); };
  // Up from more than a half on, from a half where the last digit is odd. As
  // signed words, which AVX2 compares, a half is 0.
  Value rest = arith::XOrIOp::create(b, loc, lower, word(int16_t(0x8000)));
  Value isOdd = arith::AndIOp::create(b, loc, upper, word(1));
  Value sum = LLVM::SAddSat::create(b, loc, type, rest, isOdd);
  Value isUp =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, sum, word(0));
  Value less = arith::ExtSIOp::create(b, loc, type, isUp);
  // Only a NaN could pass 0x7fff, which saturates, or 0xffff, which is kept.
  Value rounded = LLVM::SSubSat::create(b, loc, type, upper, less);
  return arith::MaxUIOp::create(b, loc, rounded, upper);
}

/// Vectors of i16 that are elements of `low` and `high`, by `order`.
static Value shuffleWords(OpBuilder &b, Location loc, Value low, Value high,
                          ArrayRef<int64_t> order) {
  auto words = VectorType::get({int64_t(order.size())}, b.getI16Type());
  low = vector::BitCastOp::create(b, loc, words, low);
  high = vector::BitCastOp::create(b, loc, words, high);
  return vector::ShuffleOp::create(b, loc, low, high, order);
}

Value bnc::emitRoundedPairs(OpBuilder &b, Location loc, Value even, Value odd) {
  std::optional<RoundedBits> bits = RoundedBits::get(b, loc, even, odd);
  if (!bits)
    return {};
  SmallVector<int64_t> byTurns;
  int64_t words = 2 * bits->lanes;
  for (int64_t word = 0; word < words; ++word)
    byTurns.push_back(word % 2 * words + word);
  Value upper = shuffleWords(b, loc, bits->shiftRight(b, loc, bits->low),
                             bits->high, byTurns);
  Value lower = shuffleWords(b, loc, bits->low,
                             bits->shiftLeft(b, loc, bits->high), byTurns);
  return roundWords(b, loc, upper, lower);
}

Value bnc::emitRoundedBlocks(OpBuilder &b, Location loc, Value low,
                             Value high) {
  std::optional<RoundedBits> bits = RoundedBits::get(b, loc, low, high);
  if (!bits)
    return {};
  // The lower word of every element, which is a pack where the upper is 0.
  SmallVector<int64_t> lowerWords;
  for (int64_t from : getBlockOrder(bits->lanes))
    lowerWords.push_back(2 * from);
  Value upperLow = bits->shiftRight(b, loc, bits->low);
  Value upperHigh = bits->shiftRight(b, loc, bits->high);
  Value upper = shuffleWords(b, loc, upperLow, upperHigh, lowerWords);
  Value lower = shuffleWords(b, loc, bits->low, bits->high, lowerWords);
  return roundWords(b, loc, upper, lower);
}
