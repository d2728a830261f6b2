// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Values of which code generation knows nothing.

#ifndef BNC_LIB_EMIT_OPAQUEVALUE_H
#define BNC_LIB_EMIT_OPAQUEVALUE_H

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"

namespace bnc {

/// `value` through an empty piece of assembly, which is no instruction;
/// `constraint` names the kind of its register as inline assembly does.
inline llvm::Value *createOpaque(llvm::IRBuilder<> &b, llvm::Value *value,
                                 llvm::StringRef constraint) {
  llvm::Type *type = value->getType();
  auto *nothing = llvm::InlineAsm::get(
      llvm::FunctionType::get(type, type, false), "",
      ("=" + constraint + ",0").str(), /*hasSideEffects=*/false);
  llvm::CallInst *call = b.CreateCall(nothing, value);
  call->setDoesNotAccessMemory();
  return call;
}

} // namespace bnc

#endif // BNC_LIB_EMIT_OPAQUEVALUE_H
