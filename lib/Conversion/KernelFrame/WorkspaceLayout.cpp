// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a function keeps in its workspace, and where.

#include "bnc/Conversion/KernelFrame/WorkspaceLayout.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

WorkspaceLayout WorkspaceLayout::getIntermediates(FuncOp func) {
  WorkspaceLayout layout;
  for (KernelOp kernel : func.getBody().getOps<KernelOp>()) {
    KernelStructure structure(kernel);
    for (auto [i, result] : llvm::enumerate(kernel.getResults())) {
      if (llvm::any_of(result.getUsers(),
                       [](Operation *user) { return isa<ReturnOp>(user); }))
        continue;
      WorkspaceSection section;
      section.key = result;
      section.kernel = kernel;
      section.dims = structure.getResultDims(i);
      section.element =
          cast<RankedTensorType>(result.getType()).getElementType();
      layout.add(section);
    }
  }
  return layout;
}

int64_t WorkspaceLayout::find(Value key, unsigned field) const {
  for (auto [i, section] : llvm::enumerate(sections))
    if (section.key == key && section.field == field)
      return i;
  return -1;
}
