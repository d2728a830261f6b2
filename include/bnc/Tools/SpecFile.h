// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the commands share: reading a spec, choosing a target, writing files,
// and what happens when the compiler itself fails.

#ifndef BNC_TOOLS_SPECFILE_H
#define BNC_TOOLS_SPECFILE_H

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Tools/Options.h"
#include "bnc/Tools/Tool.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/SourceMgr.h"

#include <functional>
#include <memory>

namespace bnc {

/// One parsed spec with its context and its diagnostics on standard error.
class SpecFile {
public:
  SpecFile();

  /// Reads and verifies `path` ("-": standard input). Says what is wrong and
  /// returns the exit code, ExitOk if nothing is.
  int read(llvm::StringRef command, llvm::StringRef path);

  mlir::MLIRContext &getContext() { return context; }
  mlir::ModuleOp getModule() { return *module; }
  llvm::StringRef getPath() const { return path; }

  /// Runs `body`, which returns an exit code. A crash of the compiler, and
  /// ExitInternal, leave a reproducer in the current directory.
  int guard(llvm::ArrayRef<llvm::StringRef> arguments,
            llvm::function_ref<int()> body);

private:
  int checkModule();

  std::string path;
  std::shared_ptr<llvm::SourceMgr> sources;
  mlir::MLIRContext context;
  std::unique_ptr<mlir::SourceMgrDiagnosticHandler> handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// The targets that `--target` names, worst instruction set first; the host if
/// it is not given (with one note on standard error). Says why not and returns
/// nothing if there is none, or two have the same instructions; `code` is then
/// the exit code.
std::optional<llvm::SmallVector<norm::TargetAttr>>
chooseTargets(llvm::StringRef command, const Options &options,
              mlir::MLIRContext &context, int &code);

/// As chooseTargets, for commands that take one.
std::optional<norm::TargetAttr> chooseTarget(llvm::StringRef command,
                                             const Options &options,
                                             mlir::MLIRContext &context,
                                             int &code);

/// As chooseTarget, for code that is to run here.
std::optional<norm::TargetAttr> chooseRunnableTarget(llvm::StringRef command,
                                                     const Options &options,
                                                     mlir::MLIRContext &context,
                                                     int &code);

/// Writes `bytes` to `path` through a temporary file, "-" being standard
/// output; makes the directory. Returns the exit code.
int writeFile(llvm::StringRef command, llvm::StringRef path,
              llvm::StringRef bytes);

} // namespace bnc

#endif // BNC_TOOLS_SPECFILE_H
