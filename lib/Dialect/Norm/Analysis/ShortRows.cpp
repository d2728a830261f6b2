// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which rows can be kept in registers, a row a lane.

#include "bnc/Dialect/Norm/Analysis/ShortRows.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;

/// More are not kept in registers: of 16 lanes measured 3.1 times as fast with
/// 4 elements, 1.8 times with 8 and half as fast with 16; of 8 lanes, AVX2, 1.5
/// times with 5 to 7 and 1.2 times with 8.
static constexpr int64_t maxVectors = 8;

/// Whether rows of f32 that fill a vector of `lanes` are faster where they lie:
/// of a sum of squares alone, a pass by itself, with more than four lanes, 1.1
/// to 1.2 times.
static bool addsUpWholeVectors(const KernelStructure &structure,
                               int64_t lanes) {
  return lanes > 4 &&
         llvm::none_of(structure.getReductions(0), [](Operation *reduction) {
           return isa<norm::MomentsOp>(reduction);
         });
}

bool bnc::canTransposeRows(const KernelStructure &structure,
                           norm::PlanAttr plan) {
  int64_t lanes = plan.getLanes();
  norm::KernelOp kernel = structure.getKernel();
  std::optional<int64_t> length =
      structure.getStaticExtent(structure.getReducedDims());
  if (structure.getForm() != KernelForm::Rows ||
      structure.getNumStages() != 1 || !length || *length == 0)
    return false;
  bool allF32 = true, allBF16 = true;
  auto isWhole = [&](DimSet dims, Value value) {
    if (dims != structure.getAllDims())
      return false;
    Type element = getElementTypeOrSelf(value.getType());
    allF32 &= element.isF32();
    allBF16 &= element.isBF16();
    return true;
  };
  for (auto [i, input] : llvm::enumerate(kernel.getInputs()))
    if (DimSet dims = structure.getInputDims(i);
        !isWhole(dims, input) && (dims & structure.getKeptDims()))
      return false;
  for (auto [i, result] : llvm::enumerate(kernel.getResults()))
    if (!isWhole(structure.getResultDims(i), result))
      return false;
  // Vectors for a batch.
  int64_t vectors = *length;
  if (allBF16) {
    if (!plan.getPairs() || vectors % 2 != 0)
      return false;
    vectors /= 2;
  }
  if (allF32 && vectors == lanes && addsUpWholeVectors(structure, lanes))
    return false;
  return (allF32 || allBF16) && vectors <= std::min(lanes, maxVectors);
}
