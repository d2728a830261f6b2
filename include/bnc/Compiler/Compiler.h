// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The compiler as a library: a spec module to kernels, LLVM dialect and code.
// Everything happens in memory; files are the tool's business.

#ifndef BNC_COMPILER_COMPILER_H
#define BNC_COMPILER_COMPILER_H

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Emit/Object.h"

#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <string>
#include <vector>

namespace mlir {
class PassManager;
} // namespace mlir

namespace bnc {

/// Adds what a spec needs to `registry` (registerDialects) and sets `context`
/// up for one short compilation: no threads.
void prepareContext(mlir::MLIRContext &context);

/// Seconds that one stage of a compilation took.
struct StageTime {
  std::string stage;
  double seconds;
};

/// How to compile.
struct CompileOptions {
  /// A row of the target table (lookupTarget). Required.
  norm::TargetAttr target;
  /// Scalar loops that accumulate in f64, for tests.
  bool naive = false;
  /// Index of the schedule case to take whatever its guard; -1: by guard.
  int64_t forceCase = -1;
  /// Cut the rows of a call that has few into pieces, whatever their size and
  /// the number of threads.
  bool forceSplit = false;
  /// Keep source locations in the code, as line tables.
  bool lineTables = false;
  /// Called on every pass manager before it runs (printing, statistics).
  std::function<void(mlir::PassManager &)> configure;
  /// Called on the code after LLVM's passes, for tests.
  std::function<void(llvm::Module &)> rewriteCode;
  /// If set, receives the time of every stage.
  std::vector<StageTime> *times = nullptr;
};

/// What compile() leaves behind.
struct Compiled {
  /// The spec as norm.func ops of norm.kernel ops with plan and schedule:
  /// signatures, header and metadata are read off it.
  mlir::OwningOpRef<mlir::ModuleOp> kernels;
  /// A relocatable ELF object with the exported functions.
  std::string object;
};

/// Clones `spec` and forms kernels with plan and schedule. Null after a
/// diagnostic.
mlir::OwningOpRef<mlir::ModuleOp> buildKernels(mlir::ModuleOp spec,
                                               const CompileOptions &options);

/// Clones `kernels` and lowers to the LLVM dialect. `kernels` are the results
/// of buildKernels for one target (`options.target`) or for several, worst
/// instruction set first, which end up in one module behind one entry per
/// function. Null after a diagnostic.
mlir::OwningOpRef<mlir::ModuleOp>
lowerKernels(llvm::ArrayRef<mlir::ModuleOp> kernels,
             const CompileOptions &options);

/// Generates code for `lowered`, the result of lowerKernels.
mlir::FailureOr<std::string> generateCode(mlir::ModuleOp lowered,
                                          const CompileOptions &options,
                                          CodeForm form);

/// All three steps. The spec stays as it is.
mlir::FailureOr<Compiled> compile(mlir::ModuleOp spec,
                                  const CompileOptions &options);

} // namespace bnc

#endif // BNC_COMPILER_COMPILER_H
