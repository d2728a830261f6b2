// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors of short rows to vectors of columns, and back: a step halves what
// follows each other in a vector, elements within 128 bits or, once these are
// rows or parts of them, blocks of 128 bits.

#include "bnc/Conversion/KernelToVector/TransposeBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

/// Lanes of a block of 128 bits.
static constexpr int64_t blockLanes = 4;

namespace {
/// One step, for vectors of `lanes`: two vectors to one of what is even in both
/// and one of what is odd, and back.
struct Step {
  int64_t lanes;
  bool ofBlocks;

  SmallVector<int64_t> getPart(int64_t parity) const;
  /// The first (0) or the second of two vectors from their even and odd parts.
  SmallVector<int64_t> getWhole(int64_t which) const;
};
} // namespace

SmallVector<int64_t> Step::getPart(int64_t parity) const {
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t unit = ofBlocks ? blockLanes : 1,
            span = ofBlocks ? lanes : blockLanes;
    // Of every span the first half comes from the first vector.
    int64_t start = lane / span * span, within = (lane - start) / unit;
    int64_t half = span / unit / 2;
    int64_t from = within / half * lanes + start +
                   (within % half * 2 + parity) * unit + lane % unit;
    mask.push_back(from);
  }
  return mask;
}

SmallVector<int64_t> Step::getWhole(int64_t which) const {
  SmallVector<int64_t> parts[] = {getPart(0), getPart(1)}, mask(lanes);
  for (int64_t parity : {0, 1})
    for (auto [lane, from] : llvm::enumerate(parts[parity]))
      if (from / lanes == which)
        mask[from % lanes] = parity * lanes + lane;
  return mask;
}

/// `Shuffle` makes a vector of two and a mask.
template <typename Vector, typename Shuffle>
static SmallVector<Vector> putApart(ArrayRef<Vector> rows, int64_t lanes,
                                    Shuffle shuffle) {
  int64_t n = rows.size();
  if (n == 1)
    return SmallVector<Vector>(rows);
  Step step{lanes, n > blockLanes};
  SmallVector<Vector> halves[2];
  for (int64_t parity : {0, 1}) {
    SmallVector<Vector> half;
    for (int64_t i = 0; i < n; i += 2)
      half.push_back(shuffle(rows[i], rows[i + 1], step.getPart(parity)));
    halves[parity] = putApart<Vector>(half, lanes, shuffle);
  }
  SmallVector<Vector> columns;
  for (int64_t i = 0; i < n; ++i)
    columns.push_back(step.ofBlocks ? halves[i / (n / 2)][i % (n / 2)]
                                    : halves[i % 2][i / 2]);
  return columns;
}

static SmallVector<Value> putTogether(OpBuilder &b, Location loc,
                                      ArrayRef<Value> columns, int64_t lanes) {
  int64_t n = columns.size();
  if (n == 1)
    return SmallVector<Value>(columns);
  Step step{lanes, n > blockLanes};
  SmallVector<Value> halves[2];
  for (auto [i, column] : llvm::enumerate(columns))
    halves[step.ofBlocks ? i / (n / 2) : i % 2].push_back(column);
  for (SmallVector<Value> &half : halves)
    half = putTogether(b, loc, half, lanes);
  SmallVector<Value> rows;
  for (auto [even, odd] : llvm::zip_equal(halves[0], halves[1]))
    for (int64_t which : {0, 1})
      rows.push_back(
          vector::ShuffleOp::create(b, loc, even, odd, step.getWhole(which)));
  return rows;
}

bool TransposeBlocks::canTranspose(int64_t length, int64_t lanes) {
  // Of four blocks those of two vectors are not put together by an instruction
  // without indices: llvm-mca counts 1.1 to 1.2 times the cycles.
  return length <= lanes &&
         (length == 2 || length == 4 || (length == 8 && lanes == 8));
}

TransposeBlocks::TransposeBlocks(int64_t length, int64_t lanes)
    : length(length), lanes(lanes) {
  assert(canTranspose(length, lanes) && "no such rows");
}

SmallVector<Value> TransposeBlocks::emitColumns(OpBuilder &b, Location loc,
                                                ArrayRef<Value> rows) const {
  return putApart<Value>(
      rows, lanes, [&](Value low, Value high, ArrayRef<int64_t> mask) {
        return Value(vector::ShuffleOp::create(b, loc, low, high, mask));
      });
}

SmallVector<Value> TransposeBlocks::emitRows(OpBuilder &b, Location loc,
                                             ArrayRef<Value> columns) const {
  return putTogether(b, loc, columns, lanes);
}

Value TransposeBlocks::emitRowOfLane(OpBuilder &b, Location loc,
                                     Value lane) const {
  // The same with the numbers of the elements in place of them.
  using Numbers = SmallVector<int64_t>;
  SmallVector<Numbers> vectors(length);
  for (int64_t element = 0; element < length * lanes; ++element)
    vectors[element / lanes].push_back(element);
  Numbers first = putApart<Numbers>(
      vectors, lanes,
      [&](const Numbers &low, const Numbers &high, ArrayRef<int64_t> mask) {
        return llvm::map_to_vector<6>(mask, [&](int64_t from) {
          return from < lanes ? low[from] : high[from - lanes];
        });
      })[0];
  // Four bits of a constant a lane.
  uint64_t table = 0;
  for (auto [at, element] : llvm::enumerate(first))
    table |= uint64_t(element / length) << 4 * at;
  Type i64 = b.getI64Type();
  auto constant = [&](int64_t value) {
    return arith::ConstantIntOp::create(b, loc, value, 64).getResult();
  };
  Value shift = arith::MulIOp::create(
      b, loc, arith::IndexCastOp::create(b, loc, i64, lane), constant(4));
  Value moved = arith::ShRUIOp::create(b, loc, constant(table), shift);
  Value row = arith::AndIOp::create(b, loc, moved, constant(15));
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), row);
}
