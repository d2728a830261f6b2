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
/// Elements of a row's chunk: 8 KiB of f32, so that the second pass over it
/// finds it in the nearest cache.
static constexpr int64_t rowChunk = 2048;
/// Steps of a column's chunk: 32 additions an accumulator, as in a row's chunk
/// of 16 lanes.
static constexpr int64_t columnChunk = 128;

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
      auto plan = PlanAttr::get(&getContext(), form, lanes, accumulators,
                                form == PlanForm::Rows ? rowChunk : columnChunk,
                                target.getFma());
      for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
        for (Operation *reduction : structure.getReductions(stage))
          if (!reduction->hasAttr("plan"))
            reduction->setAttr("plan", plan);
      return WalkResult::advance();
    });
  }
};

} // namespace
