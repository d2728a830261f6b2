// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Fixes the order of summation of every reduction: all that decides the bits.

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Schedule/Passes.h"

namespace bnc {
#define GEN_PASS_DEF_SELECTPLANPASS
#include "bnc/Schedule/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Independent accumulators of a chunk: they hide the latency of an addition,
/// and halve the error of a long sum twice (docs/Numerics.md).
static constexpr int64_t accumulators = 4;
/// Terms a lane of an accumulator adds up in a block, and blocks of a chunk:
/// the bound of rstd rests on their sum. In a row a chunk is 8 KiB of 512-bit
/// vectors, which the second pass finds in the nearest cache.
static constexpr int64_t blockTerms = 8, chunkBlocks = 4;

static PlanForm getPlanForm(KernelForm form) {
  switch (form) {
  case KernelForm::Columns:
    return PlanForm::Columns;
  case KernelForm::ColumnsThenMerge:
    return PlanForm::ColumnsThenMerge;
  case KernelForm::Rows:
  case KernelForm::Elementwise:
    return PlanForm::Rows;
  }
  llvm_unreachable("every form has a case");
}

/// Whether all that the terms of a rows kernel are computed from, element by
/// element, is bf16.
static bool takesPairs(const KernelStructure &structure) {
  if (structure.getForm() != KernelForm::Rows ||
      !structure.getComputeType().isF32())
    return false;
  SmallVector<Value> terms;
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
    for (Operation *reduction : structure.getReductions(stage))
      terms.push_back(reduction->getOperand(0));
  return llvm::all_of(structure.listInputs(terms), [&](unsigned i) {
    Value input = structure.getKernel().getBlock()->getArgument(i);
    return input.getType().isBF16() ||
           !(structure.getInputDims(i) & structure.getReducedDims());
  });
}

namespace {

struct SelectPlanPass : bnc::impl::SelectPlanPassBase<SelectPlanPass> {
  void runOnOperation() override {
    auto target = getOperation()->getAttrOfType<TargetAttr>("norm.target");
    getOperation().walk([&](KernelOp kernel) {
      KernelStructure structure(kernel);
      if (structure.getNumStages() == 0)
        return WalkResult::advance();
      if (!target) {
        kernel.emitError("the module has no 'norm.target'");
        signalPassFailure();
        return WalkResult::interrupt();
      }
      PlanForm form = getPlanForm(structure.getForm());
      int64_t lanes =
          target.getVectorBits() / structure.getComputeType().getWidth();
      // Elements of a row, or steps of all its columns.
      int64_t block =
          blockTerms * accumulators * (form == PlanForm::Rows ? lanes : 1);
      auto plan = PlanAttr::get(&getContext(), form, lanes, accumulators, block,
                                chunkBlocks * block, target.getFma(),
                                takesPairs(structure));
      for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
        for (Operation *reduction : structure.getReductions(stage))
          if (!reduction->hasAttr("plan"))
            reduction->setAttr("plan", plan);
      return WalkResult::advance();
    });
  }
};

} // namespace
