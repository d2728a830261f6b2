// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The stages from a spec to the LLVM dialect, as lists of passes.

#include "bnc/Pipelines/Pipelines.h"

#include "bnc/Conversion/Passes.h"
#include "bnc/Schedule/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void bnc::buildKernelPipeline(OpPassManager &pm) {
  // Fold what the user wrote before it is cut into kernels.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createFormKernelsPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSelectPlanPass());
  pm.addPass(createSelectSchedulePass());
}

void bnc::buildLoweringPipeline(OpPassManager &pm,
                                const LoweringOptions &options) {
  if (options.part != LoweringPart::Entry) {
    if (options.naive) {
      pm.addPass(createLowerKernelsNaivePass());
    } else {
      LowerKernelsPassOptions lowering;
      lowering.forceCase = options.forceCase;
      lowering.forceSplit = options.forceSplit;
      pm.addPass(createLowerKernelsPass(lowering));
    }
    // The spec's own fma is exact; polynomials need no more than f64 gives.
    if (!options.fma)
      pm.addPass(createExpandFmaPass());
    pm.addPass(createExpandMathPass());
    if (!options.fma)
      pm.addPass(createExpandFmaPass(ExpandFmaPassOptions{/*exact=*/false}));
    if (!options.f16c)
      pm.addPass(createExpandHalfPass());
    if (!options.bf16Convert)
      pm.addPass(createExpandBF16Pass());
  }
  BuildEntryPassOptions entry;
  entry.bodiesOnly = options.part == LoweringPart::Bodies;
  pm.addPass(createBuildEntryPass(entry));
  // Loops and vectors to the LLVM dialect. Dead blocks are left to LLVM's
  // passes, which are quicker at finding them.
  GreedyRewriteConfig folds;
  folds.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  pm.addPass(createCanonicalizerPass(folds));
  pm.addPass(createCSEPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

namespace {
struct LoweringPipelineOptions : PassPipelineOptions<LoweringPipelineOptions> {
  Option<bool> naive{*this, "naive", llvm::cl::desc("scalar loops in f64")};
  Option<int64_t> forceCase{*this, "force-case",
                            llvm::cl::desc("schedule case to take"),
                            llvm::cl::init(-1)};
  Option<bool> forceSplit{*this, "force-split",
                          llvm::cl::desc("cut rows into pieces")};
  Option<bool> bf16Convert{*this, "bf16-convert",
                           llvm::cl::desc("the target converts f32 to bf16")};
};
} // namespace

void bnc::registerPipelines() {
  PassPipelineRegistration<>("bnc-kernel-pipeline",
                             "a spec to kernels with plan and schedule",
                             buildKernelPipeline);
  PassPipelineRegistration<LoweringPipelineOptions>(
      "bnc-lowering-pipeline", "kernels to the LLVM dialect",
      [](OpPassManager &pm, const LoweringPipelineOptions &parsed) {
        LoweringOptions options;
        options.naive = parsed.naive;
        options.forceCase = parsed.forceCase;
        options.forceSplit = parsed.forceSplit;
        options.bf16Convert = parsed.bf16Convert;
        buildLoweringPipeline(pm, options);
      });
}
