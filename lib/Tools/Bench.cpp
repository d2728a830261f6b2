// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc bench: time, GB/s and the fraction of what the memory allows.

#include "Measure.h"

#include "bnc/Tools/SpecFile.h"
#include "bnc/runtime.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static const OptionSpec kOptions[] = {
    {"--target", "NAME", "processor to generate for, if it runs here (host)"},
    {"--extent", "DIM=N", "extent of a dynamic dim; may be repeated"},
    {"--threads", "N", "threads of the pool (1: no context)"},
    {"--force-case", "N", "take case N of every schedule"},
    {"--mean", "N", "mean of the data, in standard deviations (0)"},
    {"--naive", "", "time the naive pipeline as well"},
    {"--json", "", "one JSON object per function, in an array"},
    {"--help", "", "this text"},
};

namespace {
/// A function that was measured.
struct Result {
  std::string function, extents;
  Measurement measured;

  double getGBPerSecond() const {
    return measured.bytes / measured.seconds * 1e-9;
  }
  double getFraction() const {
    return measured.limitSeconds / measured.seconds;
  }
};
} // namespace

static llvm::json::Object describe(const Result &result, StringRef target,
                                   int64_t threads) {
  llvm::json::Object object{{"function", result.function},
                            {"target", target},
                            {"extents", result.extents},
                            {"threads", threads},
                            {"seconds", result.measured.seconds},
                            {"bytes", result.measured.bytes},
                            {"gb_per_second", result.getGBPerSecond()},
                            {"limit_seconds", result.measured.limitSeconds},
                            {"fraction_of_limit", result.getFraction()}};
  if (result.measured.naiveSeconds)
    object["naive_seconds"] = result.measured.naiveSeconds;
  return object;
}

static void print(ArrayRef<Result> results, StringRef target, int64_t threads) {
  llvm::raw_ostream &os = llvm::outs();
  os << target << ", " << threads << (threads == 1 ? " thread" : " threads")
     << "; medians; limit: loops that only read and write as often as needed\n";
  os << "      us     GB/s   limit us  fraction  function\n";
  for (const Result &result : results) {
    os << llvm::format("%8.1f %8.1f %10.1f %9.2f  ",
                       result.measured.seconds * 1e6, result.getGBPerSecond(),
                       result.measured.limitSeconds * 1e6, result.getFraction())
       << result.function;
    if (!result.extents.empty())
      os << " (" << result.extents << ')';
    if (result.measured.naiveSeconds)
      os << llvm::format(", naive %.1f times slower",
                         result.measured.naiveSeconds /
                             result.measured.seconds);
    os << '\n';
  }
}

/// Compiles, or says why not.
static std::optional<Compiled> compileFor(ModuleOp spec, CompileOptions options,
                                          bool naive, int64_t forceCase) {
  options.naive = naive;
  options.forceCase = forceCase;
  FailureOr<Compiled> compiled = compile(spec, options);
  if (failed(compiled))
    return std::nullopt;
  return std::move(*compiled);
}

/// Measures `func`, a function of `compiled`. Returns the exit code.
static int benchFunction(FuncOp func, const Compiled &compiled,
                         const Compiled *naive, TargetAttr target,
                         const Options &options, const bnc_context *ctx,
                         int64_t mean, SmallVectorImpl<Result> &results) {
  std::string error;
  std::optional<CompiledFunction> function =
      CompiledFunction::load(compiled, target, func.getSymName(), error);
  std::optional<CompiledFunction> slow;
  if (function && naive)
    slow = CompiledFunction::load(*naive, target, func.getSymName(), error);
  if (!error.empty()) {
    errorOf("bench") << "cannot load '" << func.getSymName() << "': " << error
                     << '\n';
    return ExitInternal;
  }
  std::optional<Extents> extents = chooseExtents("bench", options, func);
  if (!extents)
    return ExitUsage;
  std::optional<Measurement> measured =
      measure(func, *function, slow ? &*slow : nullptr, *extents, ctx, mean);
  if (!measured) {
    errorOf("bench") << "not enough memory for '" << func.getSymName()
                     << "' at " << printExtents(func, *extents) << '\n';
    return ExitNotPossible;
  }
  if (measured->status != 0) {
    errorOf("bench") << "'" << func.getSymName() << "' returned "
                     << measured->status << ": "
                     << bnc_status_string(measured->status) << '\n';
    return ExitInternal;
  }
  results.push_back(
      {func.getSymName().str(), printExtents(func, *extents), *measured});
  return ExitOk;
}

int bnc::runBench(ArrayRef<StringRef> arguments) {
  std::optional<Options> options = Options::parse("bench", kOptions, arguments);
  if (!options)
    return ExitUsage;
  if (options->has("--help")) {
    llvm::outs() << "Usage: bnc bench SPEC [OPTION...]\n\nTimes every function "
                    "of SPEC on this machine beside loops that only read\nand "
                    "write the same memory.\n\n";
    printOptions(llvm::outs(), kOptions);
    return ExitOk;
  }
  std::optional<int64_t> threads = options->getInteger("--threads", 1, 1);
  std::optional<int64_t> forceCase = options->getInteger("--force-case", -1, 0);
  std::optional<int64_t> mean = options->getInteger("--mean", 0, 0);
  if (!threads || !forceCase || !mean || !options->needsOne("a spec"))
    return ExitUsage;
  SpecFile spec;
  if (int code = spec.read("bench", options->getPositional()[0]))
    return code;
  if (!checkExtents("bench", *options, spec.getModule()))
    return ExitUsage;
  int code;
  std::optional<TargetAttr> target =
      chooseRunnableTarget("bench", *options, spec.getContext(), code);
  if (!target)
    return code;

  bnc_context ctx;
  bnc_context_init(&ctx);
  bnc_pool *pool = nullptr;
  if (*threads > 1) {
    pool = bnc_pool_create(*threads);
    if (!pool) {
      errorOf("bench") << "cannot start " << *threads << " threads\n";
      return ExitNotPossible;
    }
    bnc_pool_context(pool, &ctx);
  }
  code = spec.guard(arguments, [&]() -> int {
    CompileOptions compile;
    compile.target = *target;
    OwningOpRef<ModuleOp> kernels = buildKernels(spec.getModule(), compile);
    if (!kernels)
      return ExitSpecWrong;
    std::optional<Compiled> compiled =
        compileFor(spec.getModule(), compile, false, *forceCase);
    std::optional<Compiled> naive;
    if (compiled && options->has("--naive"))
      naive = compileFor(spec.getModule(), compile, true, -1);
    if (!compiled || (options->has("--naive") && !naive))
      return ExitInternal;
    SmallVector<Result> results;
    for (FuncOp func : compiled->kernels->getOps<FuncOp>())
      if (int failed =
              benchFunction(func, *compiled, naive ? &*naive : nullptr, *target,
                            *options, pool ? &ctx : nullptr, *mean, results))
        return failed;
    if (!options->has("--json")) {
      print(results, target->getName(), *threads);
      return ExitOk;
    }
    llvm::json::Array objects;
    for (const Result &result : results)
      objects.push_back(describe(result, target->getName(), *threads));
    llvm::outs() << llvm::formatv("{0:2}\n",
                                  llvm::json::Value(std::move(objects)));
    return ExitOk;
  });
  bnc_pool_destroy(pool);
  return code;
}
