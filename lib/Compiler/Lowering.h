// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The parts of lowerKernels.

#ifndef BNC_LIB_COMPILER_LOWERING_H
#define BNC_LIB_COMPILER_LOWERING_H

#include "bnc/Compiler/Compiler.h"
#include "bnc/Pipelines/Pipelines.h"

namespace bnc {

/// Clones `kernels` and lowers `part` of it to the LLVM dialect for
/// `options.target`. Null after a diagnostic.
mlir::OwningOpRef<mlir::ModuleOp> runLowering(mlir::ModuleOp kernels,
                                              const CompileOptions &options,
                                              LoweringPart part);

/// lowerKernels for several targets.
mlir::OwningOpRef<mlir::ModuleOp>
lowerVariants(llvm::ArrayRef<mlir::ModuleOp> kernels,
              const CompileOptions &options);

} // namespace bnc

#endif // BNC_LIB_COMPILER_LOWERING_H
