// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The commands of `bnc`.

#ifndef BNC_TOOLS_TOOL_H
#define BNC_TOOLS_TOOL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace bnc {

/// What `bnc` exits with.
enum ExitCode : int {
  ExitOk = 0,
  ExitSpecWrong = 1,   ///< the spec is wrong, or a check failed
  ExitUsage = 2,       ///< the command line is
  ExitNotPossible = 3, ///< not possible on this target or machine
  ExitInternal = 70    ///< a bug; a reproducer was written
};

/// All of `bnc`: picks the command and returns the exit code.
int runTool(int argc, char **argv);

/// The commands, with the arguments after their name.
int runBench(llvm::ArrayRef<llvm::StringRef> arguments);
int runCheck(llvm::ArrayRef<llvm::StringRef> arguments);
int runCompile(llvm::ArrayRef<llvm::StringRef> arguments);
int runExplain(llvm::ArrayRef<llvm::StringRef> arguments);
int runNew(llvm::ArrayRef<llvm::StringRef> arguments);
int runTargets(llvm::ArrayRef<llvm::StringRef> arguments);

} // namespace bnc

#endif // BNC_TOOLS_TOOL_H
