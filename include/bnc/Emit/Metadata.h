// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a compiled function is, as JSON.

#ifndef BNC_EMIT_METADATA_H
#define BNC_EMIT_METADATA_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include <string>

namespace bnc {

/// The function called `name` in each of `variants`, the modules for each
/// target.
llvm::SmallVector<norm::FuncOp>
findVariants(llvm::ArrayRef<mlir::ModuleOp> variants, mlir::StringAttr name);

/// A JSON object, on one line, of what bnc_metadata has no fields for, after
/// buildKernelPipeline: kernels with plan and schedule per target, and the
/// bytes a call moves as a C expression of the extents. `variants` are the
/// function for each target, the module attribute `norm.target`, of which there
/// may be none.
std::string describeKernels(llvm::ArrayRef<norm::FuncOp> variants);

/// The sidecar of a library: a JSON object with, under "functions", name,
/// targets and arguments of each norm.func and what describeKernels says of it.
/// `variants` are the module for each target; they differ in plans and
/// schedules only.
std::string buildMetadata(llvm::ArrayRef<mlir::ModuleOp> variants,
                          llvm::StringRef libraryName);

/// `baseName` (a file name without folder and extension) as a C identifier:
/// what C does not allow becomes `_`; a name that is empty or begins with a
/// digit gets a `_` in front.
std::string mangleLibraryName(llvm::StringRef baseName);

} // namespace bnc

#endif // BNC_EMIT_METADATA_H
