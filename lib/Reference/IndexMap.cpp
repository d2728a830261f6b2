// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which statistic and which parameter belong to an element.

#include "bnc/Reference/IndexMap.h"

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace bnc::norm;
using namespace bnc::reference;
using llvm::ArrayRef;

IndexMap IndexMap::overAxes(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  IndexMap map;
  map.shape.assign(shape.begin(), shape.end());
  map.rowSteps.assign(shape.size(), 0);
  map.parameterSteps.assign(shape.size(), 0);
  map.runs.assign(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (llvm::is_contained(axes, static_cast<int64_t>(axis))) {
      map.parameterSteps[axis] = map.count;
      map.count *= shape[axis];
      continue;
    }
    map.rowSteps[axis] = map.rows;
    map.rows *= shape[axis];
    map.rowShape.insert(map.rowShape.begin(), shape[axis]);
  }
  return map;
}

IndexMap IndexMap::overGroups(ArrayRef<int64_t> shape, int64_t feature,
                              int64_t groups, bool perSample) {
  IndexMap map;
  map.shape.assign(shape.begin(), shape.end());
  map.rowSteps.assign(shape.size(), 0);
  map.parameterSteps.assign(shape.size(), 0);
  map.runs.assign(shape.size(), 1);
  map.parameterSteps[feature] = 1;
  map.runs[feature] = groups == 0 ? 1 : shape[feature] / groups;
  map.rowSteps[feature] = 1;
  map.rows = groups;
  if (perSample) {
    map.rowSteps[0] = groups;
    map.rows *= shape[0];
    map.rowShape.push_back(shape[0]);
  }
  map.rowShape.push_back(groups);
  map.count = map.runs[feature];
  for (size_t axis = perSample ? 1 : 0; axis < shape.size(); ++axis)
    if (static_cast<int64_t>(axis) != feature)
      map.count *= shape[axis];
  return map;
}

std::optional<IndexMap> IndexMap::get(mlir::Operation *norm,
                                      ArrayRef<int64_t> shape) {
  using Map = std::optional<IndexMap>;
  auto overChannels = [&](auto op, bool perSample) -> Map {
    return overGroups(shape, op.getFeature(), shape[op.getFeature()],
                      perSample);
  };
  return llvm::TypeSwitch<mlir::Operation *, Map>(norm)
      .Case<LayerNormOp, RMSNormOp, L2NormOp>(
          [&](auto op) -> Map { return overAxes(shape, op.getAxes()); })
      .Case([&](GroupNormOp op) -> Map {
        return overGroups(shape, op.getFeature(), op.getGroups(), true);
      })
      .Case([&](InstanceNormOp op) { return overChannels(op, true); })
      .Case<BatchNormTrainingOp, BatchNormInferenceOp>(
          [&](auto op) { return overChannels(op, false); })
      .Default([](mlir::Operation *) -> Map { return std::nullopt; });
}

void IndexMap::forEach(
    llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) const {
  if (llvm::is_contained(shape, 0))
    return;
  llvm::SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t element = 0;; ++element) {
    int64_t row = 0, parameter = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      row += index[axis] / runs[axis] * rowSteps[axis];
      parameter += index[axis] * parameterSteps[axis];
    }
    visit(element, row, parameter);
    size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}
