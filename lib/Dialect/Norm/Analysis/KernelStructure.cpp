// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What varies over which dims of a kernel, and in which order it is computed.

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// The dims a reduction removes, or null for any other op.
static ArrayAttr getReduced(Operation *op) {
  if (auto moments = dyn_cast<MomentsOp>(op))
    return moments.getOver();
  if (auto squares = dyn_cast<SumOfSquaresOp>(op))
    return squares.getOver();
  return {};
}

static DimSet unionOfAxes(ArrayAttr view) {
  DimSet set = 0;
  for (Attribute axis : view)
    for (int64_t dim : cast<DenseI64ArrayAttr>(axis).asArrayRef())
      set |= DimSet(1) << dim;
  return set;
}

SmallVector<unsigned>
KernelStructure::listInputs(ArrayRef<Value> values) const {
  SmallVector<Value> worklist(values);
  llvm::DenseSet<Value> seen;
  SmallVector<unsigned> inputs;
  unsigned numInputs = KernelOp(kernel).getInputs().size();
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getArgNumber() < numInputs)
        inputs.push_back(argument.getArgNumber());
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (isa<MomentsOp, SumOfSquaresOp>(op))
      continue;
    llvm::append_range(worklist, op->getOperands());
  }
  return inputs;
}

DimSet KernelStructure::getInputDims(unsigned i) const {
  return unionOfAxes(cast<ArrayAttr>(KernelOp(kernel).getInputViews()[i]));
}

DimSet KernelStructure::getResultDims(unsigned i) const {
  return unionOfAxes(cast<ArrayAttr>(KernelOp(kernel).getResultViews()[i]));
}

/// Whether the last dim of `kernel` shares an axis of some view with a dim
/// before it.
static bool isLastDimSplit(KernelOp kernel) {
  int64_t last = kernel.getNumDims() - 1;
  for (ArrayAttr views : {kernel.getInputViews(), kernel.getResultViews()})
    for (Attribute view : views)
      for (Attribute axis : cast<ArrayAttr>(view)) {
        ArrayRef<int64_t> dims = cast<DenseI64ArrayAttr>(axis).asArrayRef();
        if (dims.size() > 1 && dims.back() == last)
          return true;
      }
  return false;
}

KernelStructure::KernelStructure(KernelOp kernel) : kernel(kernel) {
  MLIRContext *context = kernel.getContext();
  unsigned numDims = kernel.getNumDims();
  allDims = numDims == 64 ? ~DimSet(0) : (DimSet(1) << numDims) - 1;
  computeType = Float32Type::get(context);
  Block *body = kernel.getBlock();
  for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
    dims[body->getArgument(i)] = getInputDims(i);
    if (cast<RankedTensorType>(input.getType()).getElementType().isF64())
      computeType = Float64Type::get(context);
  }
  for (Operation &op : body->without_terminator()) {
    DimSet set = 0;
    unsigned stage = 0;
    for (Value operand : op.getOperands()) {
      set |= dims.lookup(operand);
      stage = std::max(stage, stages.lookup(operand));
    }
    if (ArrayAttr over = getReduced(&op)) {
      if (op.getOperand(0).getType().isF64())
        computeType = Float64Type::get(context);
      DimSet removed = getDimSet(kernel, over);
      reducedDims |= removed;
      // A record exists once per kept point, even of a term that varies less.
      set = allDims & ~removed;
      if (reductions.size() <= stage)
        reductions.resize(stage + 1);
      reductions[stage].push_back(&op);
      ++stage;
    }
    for (Value result : op.getResults()) {
      dims[result] = set;
      stages[result] = stage;
    }
  }
  if (reductions.empty())
    form = KernelForm::Elementwise;
  else if (!(reducedDims >> (numDims - 1) & 1))
    form = KernelForm::Columns;
  else {
    // With nothing to reduce outside the innermost dim there are no columns.
    bool hasSteps = reducedDims != DimSet(1) << (numDims - 1);
    form = hasSteps && isLastDimSplit(kernel) ? KernelForm::ColumnsThenMerge
                                              : KernelForm::Rows;
  }
}

std::optional<int64_t> KernelStructure::getStaticExtent(DimSet dims) const {
  int64_t elements = 1;
  KernelOp kernel = getKernel();
  for (unsigned i = 0, e = kernel.getNumDims(); i < e; ++i) {
    if (!(dims >> i & 1))
      continue;
    if (kernel.getDim(i).isDynamic())
      return std::nullopt;
    elements *= kernel.getDim(i).getSize();
  }
  return elements;
}

PlanAttr KernelStructure::getPlan() const {
  if (reductions.empty())
    return {};
  Operation *reduction = reductions[0][0];
  if (auto moments = dyn_cast<MomentsOp>(reduction))
    return moments.getPlanAttr();
  return cast<SumOfSquaresOp>(reduction).getPlanAttr();
}

DimSet bnc::getDimSet(KernelOp kernel, ArrayAttr names) {
  DimSet dims = 0;
  for (Attribute name : names)
    dims |= DimSet(1) << kernel.getDimIndex(cast<StringAttr>(name).getValue());
  return dims;
}

bool bnc::needsWorkspace(FuncOp func) {
  unsigned numKernels = 0;
  bool columns = false;
  func.walk([&](KernelOp kernel) {
    ++numKernels;
    columns |= KernelStructure(kernel).isColumns();
  });
  return columns || numKernels > 1;
}
