// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors of neighbouring elements to vectors of every n-th, and back: by
// halves while n is even, whose shuffles are all alike; what is left of n
// element by element.

#include "bnc/Conversion/KernelToVector/Interleave.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

static int64_t getLanes(ArrayRef<Value> vectors) {
  return cast<VectorType>(vectors[0].getType()).getNumElements();
}

static Value emitShuffle(OpBuilder &b, Location loc, Value low, Value high,
                         ArrayRef<int64_t> mask) {
  return vector::ShuffleOp::create(b, loc, low, high, mask);
}

/// A vector whose lane `l` is lane `lanes[l]` of vector `sources[l]`.
static Value emitPick(OpBuilder &b, Location loc, ArrayRef<Value> vectors,
                      ArrayRef<int64_t> sources, ArrayRef<int64_t> lanes) {
  int64_t width = lanes.size();
  Value picked;
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    if (!llvm::is_contained(sources, int64_t(v)))
      continue;
    SmallVector<int64_t> mask;
    for (int64_t lane = 0; lane < width; ++lane) {
      bool isFrom = sources[lane] == int64_t(v);
      if (!picked)
        mask.push_back(isFrom ? lanes[lane] : 0);
      else
        mask.push_back(isFrom ? width + lanes[lane] : lane);
    }
    picked = emitShuffle(b, loc, picked ? picked : vector, vector, mask);
  }
  return picked;
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
  for (int64_t i = 0; i < n; ++i) {
    SmallVector<int64_t> sources, lanes;
    for (int64_t lane = 0; lane < width; ++lane) {
      sources.push_back((lane * n + i) / width);
      lanes.push_back((lane * n + i) % width);
    }
    result.push_back(emitPick(b, loc, vectors, sources, lanes));
  }
  return result;
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
  for (int64_t i = 0; i < n; ++i) {
    SmallVector<int64_t> sources, lanes;
    for (int64_t lane = 0; lane < width; ++lane) {
      sources.push_back((i * width + lane) % n);
      lanes.push_back((i * width + lane) / n);
    }
    result.push_back(emitPick(b, loc, vectors, sources, lanes));
  }
  return result;
}
