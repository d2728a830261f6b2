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

/// The JSON object of one function after buildKernelPipeline, on one line:
/// arguments, dtypes, extents, kernels with plan and schedule per target, and
/// the bytes a call moves as a C expression of the extents. `variants` are the
/// function for each target, the module attribute `norm.target`, of which there
/// may be none.
std::string describeFunction(llvm::ArrayRef<norm::FuncOp> variants);

/// The sidecar of a library: a JSON object with, under "functions", what
/// describeFunction says of each norm.func. `variants` are the module for each
/// target; they differ in plans and schedules only.
std::string buildMetadata(llvm::ArrayRef<mlir::ModuleOp> variants,
                          llvm::StringRef libraryName);

/// `baseName` (a file name without folder and extension) as a C identifier:
/// what C does not allow becomes `_`; a name that is empty or begins with a
/// digit gets a `_` in front.
std::string mangleLibraryName(llvm::StringRef baseName);

} // namespace bnc

#endif // BNC_EMIT_METADATA_H
