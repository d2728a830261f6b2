// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Extents of dynamic dims to check a function at.

#include "bnc/Check/ExtentLadder.h"

#include "bnc/Check/Inputs.h"
#include "bnc/Reference/IndexMap.h"

#include <numeric>

using namespace bnc;
using namespace bnc::norm;
using namespace bnc::reference;
using namespace mlir;

/// The number that the extent of dynamic dim `name` must be a multiple of.
static int64_t getDivisor(FuncOp func, StringRef name) {
  int64_t divisor = 1;
  func.walk([&](GroupNormOp norm) {
    int64_t data = getDataArgument(norm);
    if (data >= 0 &&
        func.getArgumentPort(data).getDimName(norm.getFeature()) == name)
      divisor = std::lcm(divisor, static_cast<int64_t>(norm.getGroups()));
  });
  return divisor;
}

int64_t bnc::countLargest(FuncOp func, const Extents &extents) {
  int64_t largest = 0;
  for (ArrayAttr ports : {func.getArguments(), func.getResults()})
    for (PortAttr port : ports.getAsRange<PortAttr>())
      largest =
          std::max(largest, Tensor::countElements(getShape(port, extents)));
  return largest;
}

SmallVector<Extents> bnc::chooseExtents(FuncOp func) {
  SmallVector<StringAttr> dims = func.getDynamicDims();
  if (dims.empty())
    return {Extents()};
  // Below, at and above vectors and their tails; 1025 is past any register
  // blocking and 2051 past a chunk of the reduction plan. Dims take turns.
  static constexpr int64_t sizes[] = {1, 2, 3, 17, 64, 1025, 5, 2051};
  // A case of more elements is for another, slower test.
  static constexpr int64_t mostElements = 1 << 18;
  constexpr size_t count = std::size(sizes);

  SmallVector<Extents> ladder;
  Extents empty;
  for (StringAttr dim : dims)
    empty[dim] = dim == dims.front() ? 0 : 3 * getDivisor(func, dim);
  ladder.push_back(empty);
  for (size_t step = 0; step < count; ++step) {
    Extents extents;
    for (auto [i, dim] : llvm::enumerate(dims))
      extents[dim] = sizes[(step + 3 * i) % count] * getDivisor(func, dim);
    while (countLargest(func, extents) > mostElements) {
      StringAttr longest = *llvm::max_element(dims, [&](auto a, auto b) {
        return extents.lookup(a) < extents.lookup(b);
      });
      int64_t divisor = getDivisor(func, longest);
      int64_t shorter = extents.lookup(longest) / divisor / 3;
      if (shorter == 0)
        break;
      extents[longest] = shorter * divisor;
    }
    ladder.push_back(extents);
  }
  return ladder;
}

std::string bnc::printExtents(FuncOp func, const Extents &extents) {
  std::string text;
  for (StringAttr dim : func.getDynamicDims()) {
    text += text.empty() ? "" : ", ";
    text += dim.getValue().str() + " = " + std::to_string(extents.lookup(dim));
  }
  return text;
}

int64_t bnc::estimateMemory(FuncOp func, const Extents &extents) {
  // Memory, its copy, and in the reference 8 bytes each for value, error and
  // low half. Of the values inside the body a few are alive at once.
  constexpr int64_t perElement = 2 * 8 + 3 * 8, alive = 4;
  int64_t bytes = alive * 24 * countLargest(func, extents);
  for (ArrayAttr ports : {func.getArguments(), func.getResults()})
    for (PortAttr port : ports.getAsRange<PortAttr>())
      bytes += perElement * Tensor::countElements(getShape(port, extents));
  return bytes;
}

bool bnc::hasUnbiasedSingle(FuncOp func, const Extents &extents) {
  return func
      .walk([&](BatchNormTrainingOp norm) {
        int64_t data = getDataArgument(norm);
        if (data < 0 || !norm.getRunningMean() ||
            norm.getBiasedRunningVariance())
          return WalkResult::advance();
        auto map =
            IndexMap::get(norm, getShape(func.getArgumentPort(data), extents));
        return map->getCount() == 1 ? WalkResult::interrupt()
                                    : WalkResult::advance();
      })
      .wasInterrupted();
}
