// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Functions of one C type each that call functions of any.

#ifndef BNC_LIB_EXECUTION_PACKEDCALL_H
#define BNC_LIB_EXECUTION_PACKEDCALL_H

#include "bnc/Emit/Signature.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <memory>

namespace bnc {

/// `int32_t packed_call(ctx, const uint64_t *slots)`, which calls `name` with
/// its parameters read from the slots, and, if there is a workspace,
/// `size_t packed_workspace_size(const int64_t *extents)`.
std::unique_ptr<llvm::Module> buildPackedCalls(llvm::LLVMContext &context,
                                               llvm::StringRef name,
                                               const Signature &signature);

} // namespace bnc

#endif // BNC_LIB_EXECUTION_PACKEDCALL_H
