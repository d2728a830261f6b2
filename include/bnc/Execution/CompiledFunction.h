// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Objects made by the compiler, loaded into this process and called.

#ifndef BNC_EXECUTION_COMPILEDFUNCTION_H
#define BNC_EXECUTION_COMPILEDFUNCTION_H

#include "bnc/Check/Invocation.h"
#include "bnc/Compiler/Compiler.h"

#include <memory>
#include <string>

struct bnc_context;

namespace bnc {

/// One function of a loaded object. Copies share the code, which stays as long
/// as one of them.
class CompiledFunction {
public:
  /// Loads `compiled` and finds `name` in it. `target` is what it was compiled
  /// for; the processor must have it (hostCanRun). On failure returns nothing
  /// and says why in `error`.
  static std::optional<CompiledFunction> load(const Compiled &compiled,
                                              norm::TargetAttr target,
                                              llvm::StringRef name,
                                              std::string &error);

  const Signature &getSignature() const { return signature; }

  /// Calls the function. `slots` has 64 bits for each C parameter after ctx,
  /// as Callee::call describes them. Returns the function's status.
  int32_t call(const bnc_context *ctx, llvm::ArrayRef<uint64_t> slots) const {
    return packedCall(ctx, slots.data());
  }

  /// `<f>_workspace_size` of the extents, in the order of the signature; 0 if
  /// there is no workspace in it.
  size_t getWorkspaceSize(llvm::ArrayRef<int64_t> extents) const {
    return packedSize ? packedSize(extents.data()) : 0;
  }

  /// The function for the checker. Calls have `ctx`, which must live as long.
  Callee getCallee(const bnc_context *ctx = nullptr) const;

private:
  class Code;
  CompiledFunction(Signature signature) : signature(std::move(signature)) {}

  Signature signature;
  std::shared_ptr<Code> code;
  int32_t (*packedCall)(const bnc_context *, const uint64_t *) = nullptr;
  size_t (*packedSize)(const int64_t *) = nullptr;
};

} // namespace bnc

#endif // BNC_EXECUTION_COMPILEDFUNCTION_H
