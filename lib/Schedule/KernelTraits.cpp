// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What of a kernel decides its schedule.

#include "KernelTraits.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

std::optional<int64_t> bnc::getRowBytes(const KernelStructure &structure) {
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getReducedDims());
  if (!elements)
    return std::nullopt;
  return *elements * structure.getComputeType().getWidth() / 8;
}

bool bnc::isNarrow(const KernelStructure &structure) {
  for (auto [i, input] : llvm::enumerate(structure.getKernel().getInputs()))
    if (structure.getInputDims(i) == structure.getAllDims() &&
        getElementTypeOrSelf(input.getType()).getIntOrFloatBitWidth() != 16)
      return false;
  return true;
}

bool bnc::loadsAlongLanes(const KernelStructure &structure) {
  if (structure.isColumns())
    return true;
  DimSet all = structure.getAllDims();
  DimSet innermost = all & ~(all >> 1);
  for (unsigned i = 0, e = structure.getKernel().getInputs().size(); i < e; ++i)
    if (DimSet dims = structure.getInputDims(i);
        dims != all && dims & innermost)
      return true;
  return false;
}

std::optional<int64_t> bnc::getChannels(const KernelStructure &structure) {
  KernelOp kernel = structure.getKernel();
  unsigned inner = structure.getForm() == KernelForm::ColumnsThenMerge ? 2 : 1;
  DimSet channels = 0;
  for (unsigned i = 1; i <= inner; ++i)
    channels |= DimSet(1) << (kernel.getNumDims() - i);
  return structure.getStaticExtent(channels);
}

int64_t bnc::getElementBytes(const KernelStructure &structure) {
  return isNarrow(structure) ? 2 : structure.getComputeType().getWidth() / 8;
}

bool bnc::hasFewRegisters(TargetAttr target) {
  return target.getRegisters() <= 16;
}

bool bnc::readsF16(const KernelStructure &structure) {
  for (auto [i, input] : llvm::enumerate(structure.getKernel().getInputs()))
    if (structure.getInputDims(i) == structure.getAllDims() &&
        getElementTypeOrSelf(input.getType()).isF16())
      return true;
  return false;
}
