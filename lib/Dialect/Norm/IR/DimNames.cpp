// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which named dim of a norm.func each dim of a value in its body is.

#include "bnc/Dialect/Norm/IR/DimNames.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnc::norm;

DimNames::DimNames(FuncOp func) {
  for (auto [argument, port] :
       llvm::zip_equal(func.getBody().getArguments(),
                       func.getArguments().getAsRange<PortAttr>()))
    if (!port.isScalar())
      names[argument] =
          llvm::to_vector(port.getDims().getAsRange<StringAttr>());
  for (Operation &op : func.getBody().front().without_terminator()) {
    visit(&op);
    if (conflictOp)
      return;
  }
  Operation *terminator = func.getBody().front().getTerminator();
  for (auto [value, port] : llvm::zip_equal(
           terminator->getOperands(), func.getResults().getAsRange<PortAttr>()))
    expectDims(terminator, value,
               llvm::to_vector(port.getDims().getAsRange<StringAttr>()));
}

void DimNames::expectDims(Operation *op, Value value,
                          ArrayRef<StringAttr> expected) {
  if (!value || conflictOp)
    return;
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (!tensor)
    return;
  for (auto [i, pair] : llvm::enumerate(llvm::zip(get(value), expected))) {
    auto [actualName, expectedName] = pair;
    if (!tensor.isDynamicDim(i) || actualName == expectedName)
      continue;
    conflictOp = op;
    conflict = ("takes dim '" + actualName.getValue() + "' for dim '" +
                expectedName.getValue() +
                "', whose extent may differ; dims that are equal share a name")
                   .str();
    return;
  }
}

void DimNames::visitElementwise(Operation *op) {
  Names shape;
  for (Value operand : op->getOperands()) {
    if (!isa<RankedTensorType>(operand.getType()))
      continue;
    if (shape.empty())
      shape.assign(get(operand).begin(), get(operand).end());
    expectDims(op, operand, shape);
  }
  for (Value result : op->getResults())
    if (auto tensor = dyn_cast<RankedTensorType>(result.getType())) {
      names[result] = shape;
      names[result].resize(tensor.getRank());
    }
}

template <typename Op> void DimNames::visitAxes(Op op) {
  Names all(get(op.getInput())), normalized, kept;
  for (auto [i, name] : llvm::enumerate(all))
    (llvm::is_contained(op.getAxes(), int64_t(i)) ? normalized : kept)
        .push_back(name);
  expectDims(op, op.getScale(), normalized);
  expectDims(op, op.getShift(), normalized);
  for (Value saved : op.getSaved())
    names[saved] = kept;
  names[op.getResult()] = std::move(all);
}

template <typename Op> DimNames::Names DimNames::visitChannels(Op op) {
  Names all(get(op.getInput()));
  Names channel = {all[op.getFeature()]};
  expectDims(op, op.getScale(), channel);
  expectDims(op, op.getShift(), channel);
  names[op.getResult()] = std::move(all);
  return channel;
}

void DimNames::visit(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<LayerNormOp, RMSNormOp, L2NormOp>(
          [&](auto norm) { visitAxes(norm); })
      .Case([&](GroupNormOp norm) {
        visitChannels(norm);
        StringAttr samples = get(norm.getInput())[0];
        for (Value saved : norm.getSaved())
          names[saved] = {samples, StringAttr()};
      })
      .Case([&](InstanceNormOp norm) {
        Names channel = visitChannels(norm);
        StringAttr samples = get(norm.getInput())[0];
        for (Value saved : norm.getSaved())
          names[saved] = {samples, channel[0]};
      })
      .Case([&](BatchNormInferenceOp norm) {
        Names channel = visitChannels(norm);
        expectDims(op, norm.getMean(), channel);
        expectDims(op, norm.getVariance(), channel);
      })
      .Case([&](BatchNormTrainingOp norm) {
        Names channel = visitChannels(norm);
        expectDims(op, norm.getRunningMean(), channel);
        expectDims(op, norm.getRunningVariance(), channel);
        for (Value saved : norm.getSaved())
          names[saved] = channel;
      })
      .Case([&](BroadcastOp broadcast) {
        Names like(get(broadcast.getLike())), repeated;
        for (int64_t dim : broadcast.getDims())
          repeated.push_back(like[dim]);
        expectDims(op, broadcast.getInput(), repeated);
        names[broadcast.getResult()] = std::move(like);
      })
      .Default([&](Operation *) { visitElementwise(op); });
}
