// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The C header of a library.

#ifndef BNC_EMIT_HEADER_H
#define BNC_EMIT_HEADER_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include <string>

namespace bnc {

/// A self-contained C99 and C++11 header for the functions of `variants`, the
/// results of buildKernelPipeline for each target. `libraryName` is a C
/// identifier (mangleLibraryName); it names the include guard. The types and
/// status codes are the text of runtime/include/bnc/abi.h, guarded, so that any
/// two headers go together.
std::string buildHeader(llvm::ArrayRef<mlir::ModuleOp> variants,
                        llvm::StringRef libraryName);

/// The C declaration of the function that `func` becomes, without a semicolon,
/// broken into lines of at most 80 columns.
std::string buildPrototype(norm::FuncOp func);

} // namespace bnc

#endif // BNC_EMIT_HEADER_H
