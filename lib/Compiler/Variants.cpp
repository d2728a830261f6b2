// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Puts the code for several targets into one module, behind one entry.

#include "Lowering.h"

#include "bnc/Compiler/Compiler.h"
#include "bnc/Emit/Metadata.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Compiles the functions of `module` for `target`, but those that name a
/// processor of their own.
static void setTarget(ModuleOp module, TargetAttr target) {
  MLIRContext *context = module.getContext();
  for (LLVM::LLVMFuncOp func : module.getOps<LLVM::LLVMFuncOp>()) {
    if (func.isExternal() || func.getTargetCpu())
      continue;
    func.setTargetCpu(target.getCpu());
    func.setPreferVectorWidth(std::to_string(target.getVectorBits()));
    SmallVector<StringRef> features;
    target.getFeatures().split(features, ',', -1, /*KeepEmpty=*/false);
    if (!features.empty())
      func.setTargetFeaturesAttr(
          LLVM::TargetFeaturesAttr::get(context, features));
  }
}

/// Appends ".<target>" to every name that `module` defines, and where it is
/// referred to.
static void appendTargetName(ModuleOp module, TargetAttr target) {
  std::string suffix = ("." + target.getName()).str();
  llvm::DenseMap<StringAttr, StringAttr> names;
  for (Operation &op : module.getOps()) {
    auto func = dyn_cast<LLVM::LLVMFuncOp>(op);
    if (func && func.isExternal())
      continue; // memcpy is everyone's
    StringAttr name = SymbolTable::getSymbolName(&op);
    auto renamed =
        StringAttr::get(module.getContext(), name.getValue() + suffix);
    SymbolTable::setSymbolName(&op, renamed);
    names[name] = renamed;
  }
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](FlatSymbolRefAttr reference) -> std::optional<Attribute> {
        StringAttr renamed = names.lookup(reference.getAttr());
        if (!renamed)
          return std::nullopt;
        return FlatSymbolRefAttr::get(renamed);
      });
  replacer.recursivelyReplaceElementsIn(module);
}

/// Moves what `from` has into `to`. Both may declare the same functions, and
/// one what the other defines.
static void move(ModuleOp from, ModuleOp to) {
  for (Operation &op : llvm::make_early_inc_range(from.getOps())) {
    auto func = dyn_cast<LLVM::LLVMFuncOp>(op);
    auto there =
        to.lookupSymbol<LLVM::LLVMFuncOp>(SymbolTable::getSymbolName(&op));
    if (there && func && func.isExternal())
      continue;
    if (there)
      there.erase();
    op.remove();
    to.push_back(&op);
  }
}

/// The module that the entry is built from: the functions of the first target
/// with the description of all of them.
static OwningOpRef<ModuleOp> describeVariants(ArrayRef<ModuleOp> kernels) {
  ModuleOp first = kernels.front();
  OwningOpRef<ModuleOp> library = first.clone();
  SmallVector<Attribute> targets;
  for (ModuleOp variant : kernels)
    targets.push_back(variant->getAttr("norm.target"));
  MLIRContext *context = library->getContext();
  (*library)->setAttr("norm.targets", ArrayAttr::get(context, targets));
  for (FuncOp func : library->getOps<FuncOp>())
    func->setAttr(
        "norm.description",
        StringAttr::get(context, describeKernels(findVariants(
                                     kernels, func.getSymNameAttr()))));
  return library;
}

OwningOpRef<ModuleOp> bnc::lowerVariants(ArrayRef<ModuleOp> kernels,
                                         const CompileOptions &options) {
  OwningOpRef<ModuleOp> library = describeVariants(kernels);
  CompileOptions part = options;
  part.target = cast<TargetAttr>((*library)->getAttr("norm.target"));
  OwningOpRef<ModuleOp> lowered =
      runLowering(*library, part, LoweringPart::Entry);
  if (!lowered)
    return {};
  for (ModuleOp variant : kernels) {
    part.target = cast<TargetAttr>(variant->getAttr("norm.target"));
    OwningOpRef<ModuleOp> bodies =
        runLowering(variant, part, LoweringPart::Bodies);
    if (!bodies)
      return {};
    setTarget(*bodies, part.target);
    appendTargetName(*bodies, part.target);
    move(*bodies, *lowered);
  }
  return lowered;
}
