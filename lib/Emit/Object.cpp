// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From the LLVM dialect to machine code.

#include "bnc/Emit/Object.h"

#include "bnc/Emit/NontemporalLines.h"
#include "bnc/Emit/WidenByPermutation.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/IPO/ModuleInliner.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

#include <mutex>

using namespace mlir;
using namespace bnc;

static constexpr llvm::StringLiteral kTriple = "x86_64-unknown-linux-gnu";

/// Loop strength reduction takes a third of the time of code generation, and no
/// loop that was measured, in L1 and beyond, is faster for it. The option is
/// the only way to leave it out of LLVM's list of passes.
static void leaveOutLoopStrengthReduction() {
  auto &options = llvm::cl::getRegisteredOptions();
  auto option = options.find("disable-lsr");
  if (option != options.end())
    static_cast<llvm::cl::opt<bool> *>(option->second)->setValue(true);
}

static std::unique_ptr<llvm::TargetMachine>
createTargetMachine(norm::TargetAttr target) {
  static std::once_flag initialized;
  std::call_once(initialized, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    // The CPU check of the entry is inline assembly.
    LLVMInitializeX86AsmParser();
    leaveOutLoopStrengthReduction();
  });
  llvm::Triple triple(kTriple);
  std::string error;
  const llvm::Target *x86 = llvm::TargetRegistry::lookupTarget(triple, error);
  llvm::TargetOptions options;
  // Every fma is explicit in the plan: nothing may be fused behind its back.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(x86->createTargetMachine(
      triple, target.getCpu(), target.getFeatures(), options, llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Default));
}

void bnc::setTargetLayout(ModuleOp module, norm::TargetAttr target) {
  auto machine = createTargetMachine(target);
  auto set = [&](StringRef name, StringRef value) {
    module->setAttr(name, StringAttr::get(module.getContext(), value));
  };
  set(LLVM::LLVMDialect::getTargetTripleAttrName(), kTriple);
  set(LLVM::LLVMDialect::getDataLayoutAttrName(),
      machine->createDataLayout().getStringRepresentation());
}

static void setFunctionAttributes(llvm::Module &module,
                                  norm::TargetAttr target) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    // What runs before the processor is known names a baseline of its own.
    if (!function.hasFnAttribute("target-cpu")) {
      function.addFnAttr("target-cpu", target.getCpu());
      if (!target.getFeatures().empty())
        function.addFnAttr("target-features", target.getFeatures());
      function.addFnAttr("prefer-vector-width",
                         std::to_string(target.getVectorBits()));
    }
    // What a function does not say would be the target's.
    if (!function.hasFnAttribute("target-features"))
      function.addFnAttr("target-features", "");
    function.addFnAttr("frame-pointer", "none");
    function.setDoesNotThrow();
    function.setUWTableKind(llvm::UWTableKind::Async);
  }
  module.addModuleFlag(llvm::Module::Override, "cf-protection-branch", 1);
  module.addModuleFlag(llvm::Module::Max, "uwtable",
                       uint32_t(llvm::UWTableKind::Async));
  module.setPICLevel(llvm::PICLevel::BigPIC);
}

/// No unrolling and no vectorizers: the loops are written as they should run,
/// and LLVM's unroller makes vectors spill. Nor value numbering across blocks
/// and what usually cleans up behind it: loops read each element once, and the
/// code is a percent shorter without.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  llvm::FunctionPassManager early;
  early.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  early.addPass(llvm::EarlyCSEPass());
  early.addPass(llvm::SimplifyCFGPass());

  llvm::FunctionPassManager late;
  late.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  late.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  late.addPass(llvm::InstCombinePass());
  late.addPass(llvm::createFunctionToLoopPassAdaptor(
      llvm::LICMPass(llvm::LICMOptions()), /*UseMemorySSA=*/true));
  late.addPass(NontemporalLinesPass());
  late.addPass(WidenByPermutationPass());

  llvm::ModulePassManager passes;
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(early)));
  passes.addPass(llvm::ModuleInlinerPass());
  passes.addPass(llvm::GlobalDCEPass());
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(late)));
  passes.run(module, modules);
}

std::unique_ptr<llvm::Module> bnc::buildLLVMModule(ModuleOp module,
                                                   norm::TargetAttr target,
                                                   llvm::LLVMContext &context) {
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(module, context, "bnc");
  if (!llvmModule)
    return nullptr;
  auto machine = createTargetMachine(target);
  llvmModule->setDataLayout(machine->createDataLayout());
  llvmModule->setTargetTriple(machine->getTargetTriple());
  setFunctionAttributes(*llvmModule, target);
  optimize(*llvmModule, *machine);
  return llvmModule;
}

std::string bnc::emitCode(llvm::Module &module, norm::TargetAttr target,
                          CodeForm form) {
  if (form == CodeForm::LLVM) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream, nullptr);
    return text;
  }
  auto machine = createTargetMachine(target);
  module.setDataLayout(machine->createDataLayout());
  module.setTargetTriple(machine->getTargetTriple());
  SmallString<0> code;
  llvm::raw_svector_ostream stream(code);
  llvm::legacy::PassManager passes;
  bool unsupported = machine->addPassesToEmitFile(
      passes, stream, nullptr,
      form == CodeForm::Object ? llvm::CodeGenFileType::ObjectFile
                               : llvm::CodeGenFileType::AssemblyFile);
  assert(!unsupported && "x86 emits objects and assembly");
  (void)unsupported;
  passes.run(module);
  return std::string(code);
}
