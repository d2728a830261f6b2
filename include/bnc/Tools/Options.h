// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Command lines: one table of options per command.

#ifndef BNC_TOOLS_OPTIONS_H
#define BNC_TOOLS_OPTIONS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

namespace bnc {

/// One option of a command.
struct OptionSpec {
  /// As typed, with its dashes.
  llvm::StringLiteral name;
  /// What stands for its value in the help, "" for a switch.
  llvm::StringLiteral value;
  /// One line for the help.
  llvm::StringLiteral help;
};

/// A parsed command line.
class Options {
public:
  /// Parses `arguments` by `table`. After an error, said on standard error in
  /// the name of `command`, returns nothing.
  static std::optional<Options>
  parse(llvm::StringRef command, llvm::ArrayRef<OptionSpec> table,
        llvm::ArrayRef<llvm::StringRef> arguments);

  /// Whether the switch or option `name` was given.
  bool has(llvm::StringRef name) const { return values.count(name); }
  /// The last value of `name`, or `otherwise`.
  llvm::StringRef get(llvm::StringRef name,
                      llvm::StringRef otherwise = "") const;
  /// Every value of `name`, in order.
  llvm::ArrayRef<llvm::StringRef> getAll(llvm::StringRef name) const;
  /// The value of `name` as an integer of at least `least`; `otherwise` if it
  /// was not given, nothing after an error.
  std::optional<int64_t> getInteger(llvm::StringRef name, int64_t otherwise,
                                    int64_t least) const;
  /// What is no option, in order.
  llvm::ArrayRef<llvm::StringRef> getPositional() const { return positional; }
  /// Says on standard error that exactly one positional argument called
  /// `what` is needed, unless there is exactly one.
  bool needsOne(llvm::StringRef what) const;

private:
  llvm::StringRef command;
  llvm::StringMap<llvm::SmallVector<llvm::StringRef, 1>> values;
  llvm::SmallVector<llvm::StringRef> positional;
};

/// Prints the options of `table` in aligned columns.
void printOptions(llvm::raw_ostream &os, llvm::ArrayRef<OptionSpec> table);

/// "; did you mean 'x'?" with the nearest of `candidates`, or "".
std::string suggest(llvm::StringRef name,
                    llvm::ArrayRef<llvm::StringRef> candidates);

/// Standard error, after "bnc COMMAND: error: ".
llvm::raw_ostream &errorOf(llvm::StringRef command);

} // namespace bnc

#endif // BNC_TOOLS_OPTIONS_H
