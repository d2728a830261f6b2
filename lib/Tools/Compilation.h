// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One run of the compiler, from a spec to files.

#ifndef BNC_LIB_TOOLS_COMPILATION_H
#define BNC_LIB_TOOLS_COMPILATION_H

#include "Outputs.h"

#include "bnc/Compiler/Compiler.h"
#include "bnc/Tools/SpecFile.h"

namespace bnc {

/// The levels a spec has reached, and the files so far.
class Compilation {
public:
  /// `targets` are worst instruction set first; `prefix` is the base name of
  /// the files.
  Compilation(SpecFile &spec, llvm::ArrayRef<norm::TargetAttr> targets,
              const CompileOptions &options, llvm::StringRef prefix)
      : spec(spec), targets(targets), options(options), prefix(prefix) {}

  /// Makes what `kinds` need, in memory. Returns the exit code.
  int generate(llvm::ArrayRef<OutputKind> kinds);
  /// Writes the files, to standard output if the base name is "-".
  int write(bool verbose, bool dependencies);

private:
  mlir::FailureOr<std::string> generate(OutputKind kind);
  int writeShared(llvm::StringRef path);

  SpecFile &spec;
  llvm::ArrayRef<norm::TargetAttr> targets;
  CompileOptions options;
  llvm::StringRef prefix;
  /// One per target.
  llvm::SmallVector<mlir::OwningOpRef<mlir::ModuleOp>> owned;
  llvm::SmallVector<mlir::ModuleOp> kernels;
  mlir::OwningOpRef<mlir::ModuleOp> lowered;
  std::string object;
  llvm::SmallVector<std::pair<OutputKind, std::string>> outputs;
};

} // namespace bnc

#endif // BNC_LIB_TOOLS_COMPILATION_H
