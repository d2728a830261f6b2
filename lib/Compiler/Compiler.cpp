// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The compiler as a library.

#include "bnc/Compiler/Compiler.h"

#include "Lowering.h"
#include "TargetSupport.h"

#include "bnc/Pipelines/Registration.h"

#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

#include <chrono>

using namespace mlir;
using namespace bnc;

namespace {
/// Adds the time until its end to `options.times`.
class StageTimer {
public:
  StageTimer(const CompileOptions &options, StringRef stage)
      : times(options.times), stage(stage),
        begin(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    if (times)
      times->push_back(
          {stage.str(), std::chrono::duration<double>(
                            std::chrono::steady_clock::now() - begin)
                            .count()});
  }

private:
  std::vector<StageTime> *times;
  StringRef stage;
  std::chrono::steady_clock::time_point begin;
};
} // namespace

void bnc::prepareContext(MLIRContext &context) {
  DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.disableMultithreading();
}

static LogicalResult runPasses(ModuleOp module, PassManager &passes,
                               const CompileOptions &options) {
#ifdef NDEBUG
  // Input is verified by the parser and output by the translation.
  passes.enableVerifier(false);
#endif
  if (options.configure)
    options.configure(passes);
  return passes.run(module);
}

OwningOpRef<ModuleOp> bnc::buildKernels(ModuleOp spec,
                                        const CompileOptions &options) {
  StageTimer timer(options, "kernels, plan and schedule");
  if (failed(verifyTargetSupport(spec, options.target)))
    return {};
  OwningOpRef<ModuleOp> module = spec.clone();
  (*module)->setAttr("norm.target", options.target);
  PassManager passes(spec.getContext());
  buildKernelPipeline(passes);
  if (failed(runPasses(*module, passes, options)))
    return {};
  return module;
}

OwningOpRef<ModuleOp> bnc::runLowering(ModuleOp kernels,
                                       const CompileOptions &options,
                                       LoweringPart part) {
  OwningOpRef<ModuleOp> module = kernels.clone();
  setTargetLayout(*module, options.target);
  LoweringOptions lowering;
  lowering.part = part;
  lowering.naive = options.naive;
  lowering.forceCase = options.forceCase;
  lowering.forceSplit = options.forceSplit;
  lowering.bf16Convert = options.target.getBf16Convert();
  lowering.fma = options.target.getFma();
  lowering.f16c = options.target.getF16c();
  PassManager passes(kernels.getContext());
  buildLoweringPipeline(passes, lowering);
  if (failed(runPasses(*module, passes, options)))
    return {};
  return module;
}

/// Gives every function of `lowered` the line tables of its locations.
static LogicalResult addLineTables(ModuleOp lowered,
                                   const CompileOptions &options) {
  PassManager passes(lowered.getContext());
  passes.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
  return runPasses(lowered, passes, options);
}

OwningOpRef<ModuleOp> bnc::lowerKernels(ArrayRef<ModuleOp> kernels,
                                        const CompileOptions &options) {
  StageTimer timer(options, "loops and vectors");
  OwningOpRef<ModuleOp> lowered =
      kernels.size() > 1
          ? lowerVariants(kernels, options)
          : runLowering(kernels.front(), options, LoweringPart::All);
  if (lowered && options.lineTables && failed(addLineTables(*lowered, options)))
    return {};
  return lowered;
}

FailureOr<std::string> bnc::generateCode(ModuleOp lowered,
                                         const CompileOptions &options,
                                         CodeForm form) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  {
    StageTimer timer(options, "LLVM passes");
    module = buildLLVMModule(lowered, options.target, context);
  }
  if (!module)
    return failure();
  if (options.rewriteCode)
    options.rewriteCode(*module);
  StageTimer timer(options, "code generation");
  std::string code = emitCode(*module, options.target, form);
  if (form == CodeForm::Object)
    for (const std::string &symbol : findForbiddenSymbols(code))
      return lowered.emitError()
             << "the code calls '" << symbol << "', which is not there to call";
  return code;
}

FailureOr<Compiled> bnc::compile(ModuleOp spec, const CompileOptions &options) {
  Compiled compiled;
  compiled.kernels = buildKernels(spec, options);
  if (!compiled.kernels)
    return failure();
  OwningOpRef<ModuleOp> lowered = lowerKernels(*compiled.kernels, options);
  if (!lowered)
    return failure();
  FailureOr<std::string> object =
      generateCode(*lowered, options, CodeForm::Object);
  if (failed(object))
    return failure();
  compiled.object = std::move(*object);
  return compiled;
}
