// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a compiled function is, as JSON.

#ifndef BNC_EMIT_METADATA_H
#define BNC_EMIT_METADATA_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include <string>

namespace bnc {

/// The JSON object of one function after buildKernelPipeline, on one line:
/// arguments, dtypes, extents, kernels with plan and schedule, and the bytes a
/// call moves as a C expression of the extents. `target` may be null.
std::string describeFunction(norm::FuncOp func, norm::TargetAttr target);

/// The sidecar of a library: a JSON object with the target and, under
/// "functions", what describeFunction says of each norm.func of `module`.
std::string buildMetadata(mlir::ModuleOp module, llvm::StringRef libraryName);

/// `baseName` (a file name without folder and extension) as a C identifier:
/// what C does not allow becomes `_`; a name that is empty or begins with a
/// digit gets a `_` in front.
std::string mangleLibraryName(llvm::StringRef baseName);

} // namespace bnc

#endif // BNC_EMIT_METADATA_H
