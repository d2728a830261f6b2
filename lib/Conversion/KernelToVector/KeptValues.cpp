// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which kept values of a columns kernel live in the workspace between phases.

#include "bnc/Conversion/KernelToVector/Phases.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

DimSet bnc::getColumnDims(const KernelStructure &structure) {
  DimSet dims = structure.getKeptDims();
  if (structure.getForm() == KernelForm::ColumnsThenMerge)
    dims |= DimSet(1) << (KernelOp(structure.getKernel()).getNumDims() - 1);
  return dims;
}

/// The values that would cost more to compute for every element than to load:
/// they take a division, a root or a transcendental function.
static llvm::DenseSet<Value> listExpensive(KernelOp kernel) {
  llvm::DenseSet<Value> expensive;
  for (Operation &op : kernel.getBlock()->without_terminator())
    if (isa<RstdOp, arith::DivFOp>(op) ||
        op.getDialect()->getNamespace() == "math" ||
        llvm::any_of(op.getOperands(),
                     [&](Value value) { return expensive.contains(value); }))
      expensive.insert(op.getResult(0));
  return expensive;
}

SmallVector<KeptValue> bnc::listKeptValues(const KernelStructure &structure) {
  SmallVector<KeptValue> kept;
  auto add = [&](Value value, unsigned field, Type type) {
    for (const KeptValue &known : kept)
      if (known.value == value && known.field == field)
        return;
    kept.push_back({value, field, type});
  };
  DimSet keptDims = structure.getKeptDims();
  KernelOp kernel = structure.getKernel();
  llvm::DenseSet<Value> expensive = listExpensive(kernel);
  auto addUse = [&](Value operand) {
    DimSet dims = structure.getDims(operand);
    bool isKept = !(dims & ~keptDims) && !isa<BlockArgument>(operand);
    bool made = structure.getStage(operand) > 0 ||
                (dims && expensive.contains(operand));
    if (isKept && made)
      add(operand, KeptArrays::Plain, operand.getType());
  };
  for (Operation &op : kernel.getBlock()->without_terminator()) {
    if (auto center = dyn_cast<CenterOp>(op)) {
      Type element =
          cast<MomentsType>(center.getMoments().getType()).getElement();
      add(center.getMoments(), KeptArrays::MeanHigh, element);
      add(center.getMoments(), KeptArrays::MeanLow, element);
      addUse(center.getInput());
      continue;
    }
    bool isPoint = isa<MomentsOp, SumOfSquaresOp>(op);
    for (Value result : op.getResults())
      isPoint |= (structure.getDims(result) & ~keptDims) != 0;
    if (isPoint)
      for (Value operand : op.getOperands())
        addUse(operand);
  }
  Operation *yield = kernel.getBlock()->getTerminator();
  for (auto [i, operand] : llvm::enumerate(yield->getOperands()))
    if (structure.getResultDims(i) == structure.getAllDims())
      addUse(operand);
  return kept;
}

Value bnc::emitKeptValue(PointEmitter &emitter, const KeptValue &value) {
  if (value.field == KeptArrays::Plain)
    return emitter.emitVector(value.value);
  return emitter.emitMean(value.value, KeptArrays::Field(value.field));
}
