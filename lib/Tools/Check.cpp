// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc check: runs compiled functions and holds them against the reference.

#include "Traffic.h"

#include "bnc/Check/Check.h"
#include "bnc/Execution/CompiledFunction.h"
#include "bnc/Target/CPU/TargetTable.h"
#include "bnc/Tools/SpecFile.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static const OptionSpec kOptions[] = {
    {"--target", "NAMES",
     "processors to generate for, with commas; those that run here (host)"},
    {"--extent", "DIM=N",
     "extent of a dynamic dim; give all or none (a ladder of sizes)"},
    {"--seed", "N", "where random inputs start (1)"},
    {"--max-memory", "BYTES", "of one case, as in 512M (2G)"},
    {"--help", "", "this text"},
};

namespace {
/// One way to compile the spec.
struct Variant {
  std::string name;
  bool naive = false;
  int64_t forceCase = -1;
  bool forceSplit = false;
  /// Hard inputs judge the code that ships; the others get random ones.
  HardInputs hardInputs = HardInputs::None;
};
} // namespace

static std::optional<int64_t> parseBytes(StringRef text) {
  StringRef number = text;
  int shift = number.consume_back("G")   ? 30
              : number.consume_back("M") ? 20
              : number.consume_back("K") ? 10
                                         : 0;
  int64_t value;
  if (number.getAsInteger(10, value) || value < 1 ||
      value > (INT64_MAX >> shift)) {
    errorOf("check")
        << "expected --max-memory to be as in 512M or 2G, but got '" << text
        << "'\n";
    return std::nullopt;
  }
  return value << shift;
}

/// What to run: by guard, every schedule case forced, rows cut into pieces, and
/// naive.
static SmallVector<Variant> getVariants(ModuleOp kernels) {
  size_t numCases = 0;
  bool splits = false;
  kernels.walk([&](KernelOp kernel) {
    if (auto schedule =
            dyn_cast_or_null<CPUScheduleAttr>(kernel.getScheduleAttr())) {
      numCases = std::max(numCases, schedule.getCases().size());
      splits |= schedule.getSplit() != 0;
    }
  });
  SmallVector<Variant> variants;
  variants.push_back({"as compiled"});
  variants.back().hardInputs = HardInputs::All;
  if (numCases > 1)
    for (size_t i = 0; i < numCases; ++i)
      variants.push_back(
          {"schedule case " + std::to_string(i), false, int64_t(i)});
  if (splits) {
    variants.push_back({"rows in pieces"});
    variants.back().forceSplit = true;
  }
  variants.push_back({"naive", true});
  return variants;
}

/// All dynamic dims of `func`, or none if none was given.
static bool readExtents(const Options &options, FuncOp func,
                        CheckOptions &check) {
  Extents extents;
  SmallVector<StringAttr> dims = func.getDynamicDims();
  for (StringAttr dim : dims)
    if (std::optional<int64_t> extent =
            getExtentOption(options, dim.getValue()))
      extents[dim.getValue()] = *extent;
  if (extents.empty())
    return true;
  if (extents.size() == dims.size()) {
    check.extents.push_back(extents);
    return true;
  }
  errorOf("check") << "--extent is needed for every dynamic dim of '"
                   << func.getSymName() << "' or for none\n";
  return false;
}

/// Compiles and judges one variant. Returns the exit code.
static int checkVariant(ModuleOp spec, CompileOptions compileOptions,
                        const Variant &variant,
                        ArrayRef<CheckOptions> checkOptions) {
  compileOptions.naive = variant.naive;
  compileOptions.forceCase = variant.forceCase;
  compileOptions.forceSplit = variant.forceSplit;
  FailureOr<Compiled> compiled = compile(spec, compileOptions);
  if (failed(compiled))
    return ExitInternal;
  int code = ExitOk;
  for (auto [i, func] : llvm::enumerate(spec.getOps<FuncOp>())) {
    std::string error;
    std::optional<CompiledFunction> function = CompiledFunction::load(
        *compiled, compileOptions.target, func.getSymName(), error);
    if (!function) {
      errorOf("check") << "cannot load '" << func.getSymName() << "': " << error
                       << '\n';
      return ExitInternal;
    }
    CheckOptions options = checkOptions[i];
    options.hardInputs = variant.hardInputs;
    FailureOr<FunctionReport> report =
        checkFunction(func, function->getCallee(), options);
    if (failed(report))
      return ExitSpecWrong;
    llvm::outs() << func.getSymName() << ", " << variant.name << ", "
                 << compileOptions.target.getName() << '\n';
    printReport(llvm::outs(), *report);
    llvm::outs() << (report->passed() ? "passed\n\n" : "FAILED\n\n");
    llvm::outs().flush();
    if (!report->passed())
      code = ExitSpecWrong;
  }
  return code;
}

/// Judges every variant of the spec for `target`. Returns the exit code.
static int checkFor(TargetAttr target, ModuleOp spec,
                    ArrayRef<CheckOptions> checks) {
  CompileOptions compile;
  compile.target = target;
  OwningOpRef<ModuleOp> kernels = buildKernels(spec, compile);
  if (!kernels)
    return ExitSpecWrong;
  int code = ExitOk;
  for (const Variant &variant : getVariants(*kernels))
    if (int failed = checkVariant(spec, compile, variant, checks)) {
      code = failed;
      if (failed == ExitInternal)
        break;
    }
  return code;
}

/// The `targets` that this machine can run; names the others, as an error if
/// there is none.
static SmallVector<TargetAttr> dropUnrunnable(ArrayRef<TargetAttr> targets) {
  SmallVector<TargetAttr> runnable, others;
  for (TargetAttr target : targets)
    (hostCanRun(target) ? runnable : others).push_back(target);
  for (TargetAttr target : others) {
    if (runnable.empty())
      errorOf("check") << "code for '" << target.getName()
                       << "' cannot run on this processor\n";
    else
      llvm::outs() << "not checked: code for '" << target.getName()
                   << "' cannot run on this processor\n\n";
  }
  return runnable;
}

int bnc::runCheck(ArrayRef<StringRef> arguments) {
  std::optional<Options> options = Options::parse("check", kOptions, arguments);
  if (!options)
    return ExitUsage;
  if (options->has("--help")) {
    llvm::outs()
        << "Usage: bnc check SPEC [OPTION...]\n\nCompiles SPEC for this "
           "machine, runs it on random and on hard inputs and compares\nwith a "
           "reference in f64: as compiled, with every schedule case forced, "
           "and\nthrough the naive pipeline. Prints errors beside their bounds "
           "in ulp; exits\nwith 1 if one is over.\n\n";
    printOptions(llvm::outs(), kOptions);
    return ExitOk;
  }
  std::optional<int64_t> seed = options->getInteger("--seed", 1, 0);
  std::optional<int64_t> maxMemory =
      parseBytes(options->get("--max-memory", "2G"));
  if (!seed || !maxMemory || !options->needsOne("a spec"))
    return ExitUsage;
  SpecFile spec;
  if (int code = spec.read("check", options->getPositional()[0]))
    return code;
  if (!checkExtents("check", *options, spec.getModule()))
    return ExitUsage;
  SmallVector<CheckOptions> checks;
  for (FuncOp func : spec.getModule().getOps<FuncOp>()) {
    CheckOptions &check = checks.emplace_back();
    check.seed = *seed;
    check.maxMemory = *maxMemory;
    if (!readExtents(*options, func, check))
      return ExitUsage;
  }
  int code;
  std::optional<SmallVector<TargetAttr>> targets =
      chooseTargets("check", *options, spec.getContext(), code);
  if (!targets)
    return code;
  SmallVector<TargetAttr> runnable = dropUnrunnable(*targets);
  if (runnable.empty())
    return ExitNotPossible;
  return spec.guard(arguments, [&]() -> int {
    int code = ExitOk;
    for (TargetAttr target : runnable)
      if (int failed = checkFor(target, spec.getModule(), checks)) {
        code = failed;
        if (failed == ExitInternal)
          break;
      }
    return code;
  });
}
