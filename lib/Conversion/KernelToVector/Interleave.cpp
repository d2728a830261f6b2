// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors of neighbouring elements to vectors of every n-th, and back: by
// halves while n is even, whose shuffles are all alike; what is left of n
// element by element.

#include "bnc/Conversion/KernelToVector/Interleave.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnc;

static int64_t getLanes(ArrayRef<Value> vectors) {
  return cast<VectorType>(vectors[0].getType()).getNumElements();
}

static Value emitShuffle(OpBuilder &b, Location loc, Value low, Value high,
                         ArrayRef<int64_t> mask) {
  return vector::ShuffleOp::create(b, loc, low, high, mask);
}

/// A vector whose lane `l` is element `from[l]` of the vectors one after the
/// other.
static Value emitPick(OpBuilder &b, Location loc, ArrayRef<Value> vectors,
                      ArrayRef<int64_t> from) {
  int64_t width = from.size();
  Value picked;
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    auto isOfVector = [&, v = int64_t(v)](int64_t element) {
      return element / width == v;
    };
    if (llvm::none_of(from, isOfVector))
      continue;
    SmallVector<int64_t> mask;
    for (auto [lane, element] : llvm::enumerate(from)) {
      if (isOfVector(element))
        mask.push_back((picked ? width : 0) + element % width);
      else
        mask.push_back(picked ? lane : 0);
    }
    picked = emitShuffle(b, loc, picked ? picked : vector, vector, mask);
  }
  return picked;
}

/// As many vectors, of which element `i`, one after the other, is element
/// `from(i)` of `vectors`.
static SmallVector<Value>
emitPermutation(OpBuilder &b, Location loc, ArrayRef<Value> vectors,
                llvm::function_ref<int64_t(int64_t)> from) {
  int64_t width = getLanes(vectors);
  SmallVector<Value> result;
  for (int64_t begin = 0, end = vectors.size() * width; begin < end;
       begin += width)
    result.push_back(
        emitPick(b, loc, vectors,
                 llvm::map_to_vector(llvm::seq(begin, begin + width), from)));
  return result;
}

/// Every second of the vectors, from `from` on.
static SmallVector<Value> everySecond(ArrayRef<Value> vectors, unsigned from) {
  SmallVector<Value> result;
  for (unsigned i = from; i < vectors.size(); i += 2)
    result.push_back(vectors[i]);
  return result;
}

SmallVector<Value> bnc::emitDeinterleave(OpBuilder &b, Location loc,
                                         ArrayRef<Value> vectors) {
  int64_t n = vectors.size(), width = getLanes(vectors);
  SmallVector<Value> result;
  if (n == 1)
    return SmallVector<Value>(vectors);
  if (n % 2 == 0) {
    SmallVector<Value> halves[2];
    for (int64_t parity : {0, 1}) {
      SmallVector<int64_t> mask;
      for (int64_t lane = 0; lane < width; ++lane)
        mask.push_back(2 * lane + parity);
      SmallVector<Value> half;
      for (int64_t i = 0; i < n; i += 2)
        half.push_back(emitShuffle(b, loc, vectors[i], vectors[i + 1], mask));
      halves[parity] = emitDeinterleave(b, loc, half);
    }
    for (auto [even, odd] : llvm::zip_equal(halves[0], halves[1]))
      result.append({even, odd});
    return result;
  }
  return emitPermutation(b, loc, vectors,
                         [&](int64_t i) { return i % width * n + i / width; });
}

SmallVector<Value> bnc::emitInterleave(OpBuilder &b, Location loc,
                                       ArrayRef<Value> vectors) {
  int64_t n = vectors.size(), width = getLanes(vectors);
  SmallVector<Value> result;
  if (n == 1)
    return SmallVector<Value>(vectors);
  if (n % 2 == 0) {
    SmallVector<Value> even = emitInterleave(b, loc, everySecond(vectors, 0));
    SmallVector<Value> odd = emitInterleave(b, loc, everySecond(vectors, 1));
    for (auto [low, high] : llvm::zip_equal(even, odd))
      for (int64_t half : {0, 1}) {
        SmallVector<int64_t> mask;
        for (int64_t lane = 0; lane < width; ++lane)
          mask.push_back(lane % 2 * width + (half * width + lane) / 2);
        result.push_back(emitShuffle(b, loc, low, high, mask));
      }
    return result;
  }
  return emitPermutation(b, loc, vectors,
                         [&](int64_t i) { return i % n * width + i / n; });
}
