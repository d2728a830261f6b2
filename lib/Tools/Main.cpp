// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Picks the command.

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Tools/Options.h"
#include "bnc/Tools/Tool.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace bnc;

namespace {
struct Command {
  StringLiteral name;
  StringLiteral arguments;
  StringLiteral help;
  int (*run)(ArrayRef<StringRef>);
};
} // namespace

static const Command kCommands[] = {
    {"new", "OP [OPTION...]", "print a spec to start from", runNew},
    {"check", "SPEC [OPTION...]",
     "compile for this machine, run on random and hard inputs, judge",
     runCheck},
    {"bench", "SPEC [OPTION...]",
     "time, GB/s and the fraction of what the memory allows", runBench},
    {"explain", "SPEC [OPTION...]", "kernels, plan and schedule, and why",
     runExplain},
    {"targets", "", "what code can be generated for, and what host means",
     runTargets},
};

static void printHelp() {
  llvm::raw_ostream &os = llvm::outs();
  os << "bnc compiles normalization specs to C functions.\n\n"
        "  bnc SPEC.mlir -o out/norms    compile: out/norms.a, .h and .json\n";
  for (const Command &command : kCommands) {
    std::string left =
        ("  bnc " + command.name + " " + command.arguments).str();
    os << left;
    os.indent(left.size() < 32 ? 32 - left.size() : 1);
    os << command.help << '\n';
  }
  os << "\n'-' is standard input or output. 'bnc compile --help' and 'bnc "
        "COMMAND --help'\nlist options. Start with:\n\n"
        "  bnc new layer_norm > norms.mlir && bnc norms.mlir -o norms\n\n"
        "Exit codes: 0 ok, 1 the spec is wrong or a check failed, 2 usage,\n"
        "3 not possible on this target, 70 bug in bnc (a reproducer is "
        "written).\n";
}

static void printVersion() {
  llvm::outs() << "bnc " BNC_VERSION "\nLLVM " LLVM_VERSION_STRING
                  "\nABI 1\nspec language "
               << norm::NormDialect::currentVersion << '\n';
}

int bnc::runTool(int argc, char **argv) {
  SmallVector<StringRef> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    printHelp();
    return arguments.empty() ? ExitUsage : ExitOk;
  }
  if (arguments[0] == "--version") {
    printVersion();
    return ExitOk;
  }
  if (arguments[0] == "compile")
    return runCompile(ArrayRef(arguments).drop_front());
  for (const Command &command : kCommands)
    if (arguments[0] == command.name)
      return command.run(ArrayRef(arguments).drop_front());
  // A word that is no file and close to a command is most likely that.
  StringRef first = arguments[0];
  if (!first.starts_with("-") && !first.contains('.') && !first.contains('/') &&
      !llvm::sys::fs::exists(first)) {
    SmallVector<StringRef> names;
    for (const Command &command : kCommands)
      names.push_back(command.name);
    errorOf("") << "unknown command '" << first << "'" << suggest(first, names)
                << " ('bnc --help' lists them)\n";
    return ExitUsage;
  }
  return runCompile(arguments);
}
