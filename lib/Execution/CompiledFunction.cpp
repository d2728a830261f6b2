// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Objects loaded into this process.

#include "bnc/Execution/CompiledFunction.h"

#include "PackedCall.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"

using namespace mlir;
using namespace bnc;

/// The memory that the object was linked into.
class CompiledFunction::Code {
public:
  static llvm::Expected<std::shared_ptr<Code>>
  load(ArrayRef<StringRef> objects) {
    // No platform: kernels have no constructors and no thread-local data.
    auto jit = llvm::orc::LLJITBuilder()
                   .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                   .create();
    if (!jit)
      return jit.takeError();
    for (StringRef object : objects)
      if (llvm::Error error = (*jit)->addObjectFile(
              llvm::MemoryBuffer::getMemBufferCopy(object, "bnc")))
        return std::move(error);
    auto code = std::make_shared<Code>();
    code->jit = std::move(*jit);
    return code;
  }

  template <typename Function>
  llvm::Error find(StringRef name, Function *&function) {
    auto address = jit->lookup(name);
    if (!address)
      return address.takeError();
    function = address->toPtr<Function *>();
    return llvm::Error::success();
  }

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

std::optional<CompiledFunction> CompiledFunction::load(const Compiled &compiled,
                                                       norm::TargetAttr target,
                                                       StringRef name,
                                                       std::string &error) {
  auto func = SymbolTable::lookupNearestSymbolFrom<norm::FuncOp>(
      compiled.kernels.get().getOperation(),
      StringAttr::get(target.getContext(), name));
  if (!func) {
    error = ("no function '" + name + "'").str();
    return std::nullopt;
  }
  CompiledFunction result(Signature::get(func));
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> packed =
      buildPackedCalls(context, name, result.signature);
  std::string packedObject = emitCode(*packed, target, CodeForm::Object);

  auto code = Code::load({compiled.object, packedObject});
  if (!code) {
    error = llvm::toString(code.takeError());
    return std::nullopt;
  }
  result.code = std::move(*code);
  llvm::Error failed = result.code->find("packed_call", result.packedCall);
  if (!failed && result.signature.getWorkspaceIndex())
    failed = result.code->find("packed_workspace_size", result.packedSize);
  if (failed) {
    error = llvm::toString(std::move(failed));
    return std::nullopt;
  }
  return result;
}

Callee CompiledFunction::getCallee(const bnc_context *ctx) const {
  Callee callee;
  callee.signature = signature;
  callee.call = [self = *this, ctx](ArrayRef<uint64_t> slots) {
    return self.call(ctx, slots);
  };
  callee.workspaceSize = [self = *this](ArrayRef<int64_t> extents) {
    return self.getWorkspaceSize(extents);
  };
  return callee;
}
