// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The kinds of file `bnc` writes.

#ifndef BNC_LIB_TOOLS_OUTPUTS_H
#define BNC_LIB_TOOLS_OUTPUTS_H

#include "bnc/Tools/Options.h"

#include <string>

namespace bnc {

/// Order is that of kOutputKinds.
enum class OutputKind {
  Library,
  Shared,
  Header,
  Metadata,
  Object,
  Assembly,
  LLVM,
  Lowered,
  Kernel,
  Schedule
};

struct OutputKindInfo {
  OutputKind kind;
  /// As --emit takes it.
  llvm::StringLiteral name;
  /// What is appended to the base name.
  llvm::StringLiteral suffix;
  llvm::StringLiteral help;
};

/// All kinds.
llvm::ArrayRef<OutputKindInfo> getOutputKinds();

/// Whether `kind` is a level before the code of all targets is in one module.
inline bool isOfOneTarget(OutputKind kind) {
  return kind == OutputKind::Kernel || kind == OutputKind::Schedule;
}

/// Parses the value of --emit. Says what is wrong and returns nothing on error.
std::optional<llvm::SmallVector<OutputKind>>
parseOutputKinds(llvm::StringRef list);

/// The file of `kind` for the base name `prefix` ("out/norms"): the prefix and
/// its suffix; of a shared library "out/libnorms.so".
std::string getOutputPath(OutputKind kind, llvm::StringRef prefix);

} // namespace bnc

#endif // BNC_LIB_TOOLS_OUTPUTS_H
