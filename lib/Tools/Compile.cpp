// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc SPEC: compile to files.

#include "Outputs.h"

#include "bnc/Compiler/Compiler.h"
#include "bnc/Emit/Header.h"
#include "bnc/Emit/Metadata.h"
#include "bnc/Tools/SpecFile.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

#include <chrono>

using namespace mlir;
using namespace bnc;

static const OptionSpec kOptions[] = {
    {"-o", "BASE", "base name of the files written, '-': standard output"},
    {"--target", "NAME", "processor to generate for ('bnc targets'; host)"},
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

namespace {
/// One run of the compiler: the levels it has reached and the files so far.
class Compilation {
public:
  Compilation(SpecFile &spec, const CompileOptions &options, StringRef prefix)
      : spec(spec), options(options), prefix(prefix) {}

  /// Makes what `kinds` need, in memory. Returns the exit code.
  int generate(ArrayRef<OutputKind> kinds);
  /// Writes the files, to standard output if the base name is "-".
  int write(bool verbose, bool dependencies);

private:
  FailureOr<std::string> generate(OutputKind kind);
  int writeShared(StringRef path);

  SpecFile &spec;
  const CompileOptions &options;
  StringRef prefix;
  OwningOpRef<ModuleOp> kernels, lowered;
  std::string object;
  SmallVector<std::pair<OutputKind, std::string>> outputs;
};
} // namespace

static std::string printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text + "\n";
}

/// The kernels without the decisions on them.
static std::string printKernels(ModuleOp module) {
  OwningOpRef<ModuleOp> plain = module.clone();
  (*plain)->removeAttr("norm.target");
  plain->walk([](Operation *op) {
    op->removeAttr("plan");
    op->removeAttr("schedule");
  });
  return printModule(*plain);
}

int Compilation::generate(ArrayRef<OutputKind> kinds) {
  kernels = buildKernels(spec.getModule(), options);
  if (!kernels)
    return ExitSpecWrong;
  bool levelsOnly = llvm::all_of(kinds, [](OutputKind kind) {
    return kind == OutputKind::Kernel || kind == OutputKind::Schedule ||
           kind == OutputKind::Header || kind == OutputKind::Metadata;
  });
  if (!levelsOnly) {
    lowered = lowerKernels(*kernels, options);
    if (!lowered)
      return ExitInternal;
  }
  if (llvm::any_of(kinds, [](OutputKind kind) {
        return kind == OutputKind::Library || kind == OutputKind::Shared ||
               kind == OutputKind::Object;
      })) {
    FailureOr<std::string> code =
        generateCode(*lowered, options, CodeForm::Object);
    if (failed(code))
      return ExitInternal;
    object = std::move(*code);
  }
  for (OutputKind kind : kinds) {
    FailureOr<std::string> bytes = generate(kind);
    if (failed(bytes))
      return ExitInternal;
    outputs.emplace_back(kind, std::move(*bytes));
  }
  return ExitOk;
}

FailureOr<std::string> Compilation::generate(OutputKind kind) {
  StringRef name = llvm::sys::path::filename(prefix);
  switch (kind) {
  case OutputKind::Library:
    return buildArchive((name + ".o").str(), object);
  case OutputKind::Shared:
  case OutputKind::Object:
    return object;
  case OutputKind::Header:
    return buildHeader(*kernels, mangleLibraryName(name));
  case OutputKind::Metadata:
    return buildMetadata(*kernels, mangleLibraryName(name));
  case OutputKind::Assembly:
    return generateCode(*lowered, options, CodeForm::Assembly);
  case OutputKind::LLVM:
    return generateCode(*lowered, options, CodeForm::LLVM);
  case OutputKind::Lowered:
    return printModule(*lowered);
  case OutputKind::Kernel:
    return printKernels(*kernels);
  case OutputKind::Schedule:
    return printModule(*kernels);
  }
  llvm_unreachable("a kind of output");
}

/// The linker wants files: object and library are made beside `path` and the
/// library renamed when it is whole.
int Compilation::writeShared(StringRef path) {
  SmallString<128> objectPath, linkedPath;
  StringRef folder = llvm::sys::path::parent_path(path);
  std::error_code failed;
  if (!folder.empty())
    failed = llvm::sys::fs::create_directories(folder);
  if (!failed)
    failed = llvm::sys::fs::createUniqueFile(path + ".%%%%%%.o", objectPath);
  if (failed) {
    errorOf("") << "cannot write '" << path << "': " << failed.message()
                << '\n';
    return ExitUsage;
  }
  linkedPath = objectPath;
  llvm::sys::path::replace_extension(linkedPath, "so");
  std::string error;
  int code = writeFile("", objectPath, object);
  if (code == ExitOk &&
      !linkSharedLibrary(objectPath, linkedPath,
                         llvm::sys::path::filename(path), error)) {
    errorOf("") << "cannot link '" << path << "': " << error << '\n';
    code = ExitNotPossible;
  }
  llvm::sys::fs::remove(objectPath);
  if (code == ExitOk)
    llvm::sys::fs::rename(linkedPath, path);
  else
    llvm::sys::fs::remove(linkedPath);
  return code;
}

int Compilation::write(bool verbose, bool dependencies) {
  std::string targets;
  for (auto &[kind, bytes] : outputs) {
    std::string path = prefix == "-" ? "-" : getOutputPath(kind, prefix);
    int code = ExitOk;
    if (kind == OutputKind::Shared) {
      code = writeShared(path);
    } else {
      code = writeFile("", path, bytes);
    }
    if (code != ExitOk)
      return code;
    if (verbose && path != "-")
      llvm::errs() << "bnc: wrote '" << path << "'\n";
    targets += (targets.empty() ? "" : " ") + path;
  }
  if (!dependencies)
    return ExitOk;
  return writeFile("", (prefix + ".d").str(),
                   targets + ": " + spec.getPath().str() + "\n");
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
  if (options->has("--save-temps"))
    for (OutputKind kind :
         {OutputKind::Kernel, OutputKind::Schedule, OutputKind::Lowered,
          OutputKind::LLVM, OutputKind::Assembly, OutputKind::Object})
      if (!llvm::is_contained(*kinds, kind))
        kinds->push_back(kind);

  SpecFile spec;
  auto begin = std::chrono::steady_clock::now();
  if (int code = spec.read("", input))
    return code;
  std::vector<StageTime> times = {
      {"parse",
       std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
           .count()}};
  int code;
  std::optional<norm::TargetAttr> target =
      chooseTarget("", *options, spec.getContext(), code);
  if (!target)
    return code;

  CompileOptions compile;
  compile.target = *target;
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
    Compilation compilation(spec, compile, prefix);
    int code = compilation.generate(*kinds);
    return code ? code
                : compilation.write(options->has("-v"), options->has("-MD"));
  });
  if (code == ExitOk && options->has("--time"))
    printTimes(times);
  return code;
}
