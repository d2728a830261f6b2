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
  even = getRounded(even);
  odd = getRounded(odd);
  if (!even || !odd)
    return {};
  int64_t lanes = cast<VectorType>(even.getType()).getNumElements();
  auto bits = VectorType::get({lanes}, b.getI32Type());
  even = arith::BitcastOp::create(b, loc, bits, even);
  odd = arith::BitcastOp::create(b, loc, bits, odd);
  SmallVector<int64_t> byTurns;
  for (int64_t word = 0; word < 2 * lanes; ++word)
    byTurns.push_back(word % 2 * 2 * lanes + word);
  Value sixteen = makeInteger(b, loc, bits, 16);
  Value upperEven = arith::ShRUIOp::create(b, loc, even, sixteen);
  Value upper = shuffleWords(b, loc, upperEven, odd, byTurns);
  Value lowerOdd = arith::ShLIOp::create(b, loc, odd, sixteen);
  Value lower = shuffleWords(b, loc, even, lowerOdd, byTurns);
  return roundWords(b, loc, upper, lower);
}

Value bnc::emitRoundedBlocks(OpBuilder &b, Location loc, Value low,
                             Value high) {
  // In pairs the words take no shuffle, and then one within 128 bits.
  Value pairs = emitRoundedPairs(b, loc, low, high);
  if (!pairs)
    return {};
  int64_t lanes = cast<VectorType>(low.getType()).getNumElements();
  SmallVector<int64_t> order;
  for (int64_t from : getBlockOrder(lanes))
    order.push_back(from % lanes * 2 + from / lanes);
  return vector::ShuffleOp::create(b, loc, pairs, pairs, order);
}
