// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Functions of one C type each that call functions of any.

#include "PackedCall.h"

#include "llvm/IR/IRBuilder.h"

using namespace mlir;
using namespace bnc;

/// The C type of a parameter.
static llvm::Type *getType(const Parameter &parameter,
                           llvm::LLVMContext &context) {
  switch (parameter.kind) {
  case Parameter::Kind::Input:
  case Parameter::Kind::Output:
  case Parameter::Kind::InOut:
  case Parameter::Kind::Workspace:
    return llvm::PointerType::get(context, 0);
  case Parameter::Kind::Scalar:
    return parameter.element.isF64() ? llvm::Type::getDoubleTy(context)
                                     : llvm::Type::getFloatTy(context);
  case Parameter::Kind::Extent:
  case Parameter::Kind::Stride:
  case Parameter::Kind::WorkspaceSize:
    return llvm::Type::getInt64Ty(context);
  }
  llvm_unreachable("a kind of parameter");
}

/// Adds `wrapper`, which calls `callee` with `first` (if any) and one value of
/// each of `types` read from consecutive 64-bit slots at its last argument.
static void addWrapper(llvm::Module &module, StringRef wrapper,
                       StringRef callee, llvm::Type *result,
                       ArrayRef<llvm::Type *> first,
                       ArrayRef<llvm::Type *> types) {
  llvm::LLVMContext &context = module.getContext();
  llvm::IRBuilder<> b(context);
  SmallVector<llvm::Type *> parameters(first);
  parameters.push_back(b.getPtrTy());
  auto *function =
      llvm::Function::Create(llvm::FunctionType::get(result, parameters, false),
                             llvm::Function::ExternalLinkage, wrapper, module);
  b.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
  SmallVector<llvm::Value *> values;
  for (unsigned i = 0; i < first.size(); ++i)
    values.push_back(function->getArg(i));
  llvm::Value *slots = function->getArg(first.size());
  for (auto [i, type] : llvm::enumerate(types))
    values.push_back(
        b.CreateLoad(type, b.CreateConstGEP1_64(b.getInt64Ty(), slots, i)));
  SmallVector<llvm::Type *> calleeTypes(first);
  calleeTypes.append(types.begin(), types.end());
  llvm::FunctionCallee target = module.getOrInsertFunction(
      callee, llvm::FunctionType::get(result, calleeTypes, false));
  b.CreateRet(b.CreateCall(target, values));
}

std::unique_ptr<llvm::Module>
bnc::buildPackedCalls(llvm::LLVMContext &context, StringRef name,
                      const Signature &signature) {
  auto module = std::make_unique<llvm::Module>("packed", context);
  SmallVector<llvm::Type *> types, extents;
  for (const Parameter &parameter : signature.getParameters()) {
    types.push_back(getType(parameter, context));
    if (parameter.kind == Parameter::Kind::Extent)
      extents.push_back(types.back());
  }
  addWrapper(*module, "packed_call", name, llvm::Type::getInt32Ty(context),
             llvm::PointerType::get(context, 0), types);
  if (signature.getWorkspaceIndex())
    addWrapper(*module, "packed_workspace_size",
               (name + "_workspace_size").str(),
               llvm::Type::getInt64Ty(context), {}, extents);
  return module;
}
