// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From a module in the LLVM dialect to objects, assembly, archives and shared
// libraries, in memory: the same module and target give the same bytes.

#ifndef BNC_EMIT_OBJECT_H
#define BNC_EMIT_OBJECT_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <memory>
#include <string>

namespace bnc {

/// The forms code can be written in.
enum class CodeForm { Object, Assembly, LLVM };

/// Sets the triple and data layout that the lowering to the LLVM dialect reads.
void setTargetLayout(mlir::ModuleOp module, norm::TargetAttr target);

/// Translates `module` (LLVM dialect only) and runs the few LLVM passes that
/// explicit loops and vectors still profit from. Null after a diagnostic.
std::unique_ptr<llvm::Module> buildLLVMModule(mlir::ModuleOp module,
                                              norm::TargetAttr target,
                                              llvm::LLVMContext &context);

/// Generates position-independent code for `module`, which is used up.
std::string emitCode(llvm::Module &module, norm::TargetAttr target,
                     CodeForm form);

/// The undefined symbols of `object` other than memcpy, memset and getenv,
/// which are all that a library may need from outside (docs/Abi.md).
llvm::SmallVector<std::string> findForbiddenSymbols(llvm::StringRef object);

/// An archive with one member, without dates or users.
std::string buildArchive(llvm::StringRef memberName, llvm::StringRef object);

/// Links the object file at `objectPath` to a shared library at `path` with
/// the linker found on PATH. On failure returns false and says why in `error`.
bool linkSharedLibrary(llvm::StringRef objectPath, llvm::StringRef path,
                       llvm::StringRef soname, std::string &error);

/// The program linkSharedLibrary would run, "" if there is none.
std::string findLinker();

} // namespace bnc

#endif // BNC_EMIT_OBJECT_H
