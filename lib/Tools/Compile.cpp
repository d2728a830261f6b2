// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc SPEC: compile to files.

#include "Compilation.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

#include <chrono>

using namespace mlir;
using namespace bnc;

static const OptionSpec kOptions[] = {
    {"-o", "BASE", "base name of the files written, '-': standard output"},
    {"--target", "NAMES",
     "processors to generate for, with commas ('bnc targets'; host)"},
    {"--emit", "KINDS", "what to write (lib,header,metadata)"},
    {"-MD", "", "write BASE.d, a dependency file for make"},
    {"-g", "", "line tables that point into the spec"},
    {"-v", "", "print the names of the files written"},
    {"--time", "", "print the time of each stage"},
    {"--print-pipeline", "", "print the passes that run"},
    {"--save-temps", "", "write every intermediate level as well"},
    {"--naive", "", "scalar loops in f64 instead of the schedule, for tests"},
    {"--force-case", "N", "take case N of every schedule, for tests"},
    {"--help", "", "this text"},
};

static void printHelp() {
  llvm::raw_ostream &os = llvm::outs();
  os << "Usage: bnc SPEC -o BASE [OPTION...]\n\n"
        "Compiles the functions of SPEC ('-': standard input).\n\n";
  printOptions(os, kOptions);
  os << "\nKinds of --emit:\n";
  for (const OutputKindInfo &info : getOutputKinds()) {
    os << "  " << info.name;
    os.indent(10 - info.name.size());
    os << (info.kind == OutputKind::Shared ? "libBASE.so" : "BASE")
       << (info.kind == OutputKind::Shared ? "" : info.suffix) << ": "
       << info.help << '\n';
  }
}

/// The base name if -o is not given: the spec's, in the current folder.
static std::string getPrefix(const Options &options, StringRef input) {
  if (options.has("-o"))
    return options.get("-o").str();
  return input == "-" ? "" : llvm::sys::path::stem(input).str();
}

static void printTimes(ArrayRef<StageTime> times) {
  double total = 0;
  for (const StageTime &time : times) {
    llvm::errs() << llvm::format("%8.2f ms  ", time.seconds * 1e3) << time.stage
                 << '\n';
    total += time.seconds;
  }
  llvm::errs() << llvm::format("%8.2f ms  ", total * 1e3) << "total\n";
}

/// What can be said about a command line before the spec is read.
static int checkUsage(const Options &options, StringRef prefix,
                      ArrayRef<OutputKind> kinds) {
  if (prefix.empty() || prefix.ends_with("/")) {
    errorOf("") << "expected -o BASE, the base name of the files written\n";
    return ExitUsage;
  }
  if (prefix != "-")
    return ExitOk;
  if (kinds.size() != 1 || kinds[0] == OutputKind::Shared ||
      options.has("--save-temps") || options.has("-MD")) {
    errorOf("") << "standard output takes one kind of --emit other than "
                   "shared, and neither --save-temps nor -MD\n";
    return ExitUsage;
  }
  return ExitOk;
}

int bnc::runCompile(ArrayRef<StringRef> arguments) {
  std::optional<Options> options = Options::parse("", kOptions, arguments);
  if (!options)
    return ExitUsage;
  if (options->has("--help")) {
    printHelp();
    return ExitOk;
  }
  std::optional<SmallVector<OutputKind>> kinds =
      parseOutputKinds(options->get("--emit", "lib,header,metadata"));
  std::optional<int64_t> forceCase = options->getInteger("--force-case", -1, 0);
  if (!kinds || !forceCase || !options->needsOne("a spec"))
    return ExitUsage;
  StringRef input = options->getPositional()[0];
  std::string prefix = getPrefix(*options, input);
  if (int code = checkUsage(*options, prefix, *kinds))
    return code;

  SpecFile spec;
  auto begin = std::chrono::steady_clock::now();
  if (int code = spec.read("", input))
    return code;
  std::vector<StageTime> times = {
      {"parse",
       std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
           .count()}};
  int code;
  std::optional<SmallVector<norm::TargetAttr>> targets =
      chooseTargets("", *options, spec.getContext(), code);
  if (!targets)
    return code;
  bool several = targets->size() > 1;
  if (several)
    for (OutputKind kind : *kinds)
      if (isOfOneTarget(kind)) {
        errorOf("") << "--emit=" << getOutputKinds()[unsigned(kind)].name
                    << " shows the code of one target; --target names "
                    << targets->size() << '\n';
        return ExitUsage;
      }

  if (options->has("--save-temps"))
    for (OutputKind kind :
         {OutputKind::Kernel, OutputKind::Schedule, OutputKind::Lowered,
          OutputKind::LLVM, OutputKind::Assembly, OutputKind::Object})
      if (!llvm::is_contained(*kinds, kind) &&
          !(several && isOfOneTarget(kind)))
        kinds->push_back(kind);

  CompileOptions compile;
  compile.naive = options->has("--naive");
  compile.forceCase = *forceCase;
  compile.lineTables = options->has("-g");
  compile.times = &times;
  if (options->has("--print-pipeline"))
    compile.configure = [](PassManager &passes) {
      passes.printAsTextualPipeline(llvm::errs());
      llvm::errs() << '\n';
    };
  code = spec.guard(arguments, [&] {
    Compilation compilation(spec, *targets, compile, prefix);
    int code = compilation.generate(*kinds);
    return code ? code
                : compilation.write(options->has("-v"), options->has("-MD"));
  });
  if (code == ExitOk && options->has("--time"))
    printTimes(times);
  return code;
}
