// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc explain: kernels, plan and schedule, and why.

#include "Traffic.h"

#include "bnc/Compiler/Compiler.h"
#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Emit/Header.h"
#include "bnc/Tools/SpecFile.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static const OptionSpec kOptions[] = {
    {"--target", "NAMES",
     "processors to explain for, with commas ('bnc targets'; host)"},
    {"--extent", "DIM=N", "extent of a dynamic dim; may be repeated"},
    {"--json", "", "the same facts as JSON"},
    {"--help", "", "this text"},
};

static StringRef describeForm(KernelForm form) {
  switch (form) {
  case KernelForm::Elementwise:
    return "elementwise: no statistics, every element by itself";
  case KernelForm::Rows:
    return "rows: the innermost dim is reduced, vector lanes run along it";
  case KernelForm::Columns:
    return "columns: the innermost dim is kept, every lane is one kept element";
  case KernelForm::ColumnsThenMerge:
    return "columns, then merge: the innermost dim is part of a group, lanes "
           "are merged at the end";
  }
  llvm_unreachable("a form");
}

static std::string printBytes(int64_t bytes) {
  if (bytes >= 10 << 20)
    return std::to_string(bytes >> 20) + " MiB";
  if (bytes >= 10 << 10)
    return std::to_string(bytes >> 10) + " KiB";
  return std::to_string(bytes) + " bytes";
}

static void explainPlan(const KernelStructure &structure,
                        llvm::raw_ostream &os) {
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
    for (Operation *op : structure.getReductions(stage)) {
      os << "    " << op->getName().stripDialect() << " over [";
      llvm::interleaveComma(
          op->getAttrOfType<ArrayAttr>("over").getAsRange<StringAttr>(), os,
          [&](StringAttr dim) { os << dim.getValue(); });
      os << ']';
      auto plan = op->getAttrOfType<PlanAttr>("plan");
      if (!plan) {
        os << ": no plan\n";
        continue;
      }
      os << ": " << plan.getAccumulators() << " accumulators of "
         << plan.getLanes() << " lanes, summed every " << plan.getBlock()
         << "; chunks of " << plan.getChunk()
         << (plan.getForm() == PlanForm::Rows ? " elements" : " steps")
         << " merge in one tree; " << (plan.getFma() ? "with" : "without")
         << " fma\n";
    }
}

static void explainSchedule(KernelOp kernel, int64_t bytes, TargetAttr target,
                            llvm::raw_ostream &os) {
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(kernel.getScheduleAttr());
  if (!schedule)
    return;
  std::optional<CPUCaseAttr> chosen = getCase(kernel, bytes);
  for (auto [i, option] : llvm::enumerate(schedule.getCases())) {
    os << "    case " << i << ", from " << printBytes(option.getMinBytes())
       << ": " << option.getRows() << " at once";
    if (option.getBatch())
      os << ", finished in batches of a row a lane";
    if (option.getTables())
      os << ", what is the same all over a plane from tables that all samples "
            "share";
    else if (option.getBatch() && option.getRows() > 1 &&
             option.getNontemporal())
      os << ", whose runs are stored together";
    if (option.getPrefetch())
      os << ", prefetch " << option.getPrefetch() << " ahead";
    if (option.getTurn())
      os << ", statistics in turns of " << option.getTurn() << " steps";
    if (option.getReadAhead())
      os << ", read " << option.getReadAhead() << " bytes ahead";
    if (option.getMapAhead())
      os << ", read " << option.getMapAhead()
         << " bytes ahead while outputs are written";
    if (option.getWriteAhead())
      os << ", fetch outputs of short runs that share no lines "
         << option.getWriteAhead() << " bytes ahead";
    os << (option.getNontemporal() ? ", non-temporal stores"
                                   : ", plain stores");
    if (option.getNontemporal())
      os << " (one call may keep " << printBytes(target.getLlcShare())
         << " of the last cache level, and this is more)";
    os << (chosen == option ? "  <- taken at these extents\n" : "\n");
  }
  if (schedule.getSplit())
    os << "    from " << printBytes(schedule.getSplit())
       << " few rows are cut into pieces, where threads would get unequal "
          "shares of whole ones; one row always is, if its extents are "
          "static\n";
}

/// What would make the kernel faster, where something would.
static void explainLimits(const Traffic &traffic, TargetAttr target,
                          llvm::raw_ostream &os) {
  if (traffic.restarts > 1 && traffic.getReads(target.getL2()) > 1)
    os << "    the unit of " << printBytes(traffic.unitBytes)
       << " is more than half of L2 (" << printBytes(target.getL2())
       << "): the inputs are read " << traffic.restarts
       << " times; a unit that fits would need one read\n";
  else if (traffic.restarts > 1)
    os << "    the unit of " << printBytes(traffic.unitBytes)
       << " stays in L2 between statistics and outputs: one read\n";
}

static void explainKernel(FuncOp func, KernelOp kernel, unsigned index,
                          const Extents &extents, TargetAttr target,
                          llvm::raw_ostream &os) {
  KernelStructure structure(kernel);
  Traffic traffic = getTraffic(func, kernel, extents);
  os << "  kernel " << index << " [";
  llvm::interleaveComma(
      llvm::seq<unsigned>(0, kernel.getNumDims()), os,
      [&](unsigned i) { os << kernel.getDim(i).getName().getValue(); });
  os << "], " << describeForm(structure.getForm()) << '\n';
  for (const Stream &stream : traffic.inputs) {
    os << "    reads " << stream.name << ": " << printBytes(stream.bytes);
    if (stream.passes > 1)
      os << ", " << stream.passes << " times from cache";
    os << '\n';
  }
  for (const Stream &stream : traffic.outputs)
    os << "    writes " << stream.name << ": " << printBytes(stream.bytes)
       << (stream.port < 0 ? " (workspace)" : "") << '\n';
  os << "    sweeps: " << traffic.sweeps << " over the inputs";
  if (traffic.mostSweeps != traffic.sweeps)
    os << ", " << traffic.mostSweeps << " where sums cancel";
  os << "; " << traffic.getReads(target.getL1()) << " from beyond L1, "
     << traffic.getReads(target.getL2()) << " from beyond L2, "
     << traffic.getReads(target.getLlcShare())
     << " from beyond the last level's share\n";
  explainLimits(traffic, target, os);
  os << "   plan (decides the bits)\n";
  if (structure.getNumStages() == 0)
    os << "    none: nothing is summed\n";
  explainPlan(structure, os);
  os << "   schedule (decides the speed)\n";
  explainSchedule(kernel, traffic.getBytes(), target, os);
}

static void explainFunction(FuncOp func, const Extents &extents,
                            TargetAttr target, llvm::raw_ostream &os) {
  os << buildPrototype(func) << ";\n  for '" << target.getName() << "'";
  std::string sizes = printExtents(func, extents);
  if (!sizes.empty())
    os << ", figures for " << sizes << " (--extent)";
  os << "\n  workspace: " << (needsWorkspace(func) ? "yes" : "none") << '\n';
  for (auto [i, kernel] : llvm::enumerate(func.getBody().getOps<KernelOp>()))
    explainKernel(func, kernel, i, extents, target, os);
  os << '\n';
}

template <typename T> static std::string print(T printable) {
  std::string text;
  llvm::raw_string_ostream(text) << printable;
  return text;
}

static llvm::json::Object describeStream(const Stream &stream) {
  return llvm::json::Object{{"name", stream.name},
                            {"type", print(getElementTypeOrSelf(stream.value))},
                            {"bytes", stream.bytes},
                            {"passes", stream.passes},
                            {"least_accesses", stream.leastAccesses},
                            {"most_accesses", stream.mostAccesses},
                            {"workspace", stream.port < 0}};
}

static llvm::json::Object describeKernel(FuncOp func, KernelOp kernel,
                                         const Extents &extents,
                                         TargetAttr target) {
  KernelStructure structure(kernel);
  Traffic traffic = getTraffic(func, kernel, extents);
  llvm::json::Array reads, writes, dims, reductions;
  for (const Stream &stream : traffic.inputs)
    reads.push_back(describeStream(stream));
  for (const Stream &stream : traffic.outputs)
    writes.push_back(describeStream(stream));
  for (Attribute dim : kernel.getDims())
    dims.push_back(cast<DimAttr>(dim).getName().getValue());
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
    for (Operation *op : structure.getReductions(stage))
      reductions.push_back(
          llvm::json::Object{{"op", op->getName().stripDialect()},
                             {"stage", stage},
                             {"plan", print(op->getAttr("plan"))}});
  std::optional<CPUCaseAttr> chosen = getCase(kernel, traffic.getBytes());
  return llvm::json::Object{
      {"dims", std::move(dims)},
      {"reads", std::move(reads)},
      {"writes", std::move(writes)},
      {"reductions", std::move(reductions)},
      {"schedule", print(kernel.getScheduleAttr())},
      {"nontemporal", chosen && chosen->getNontemporal()},
      {"bytes", traffic.getBytes()},
      {"units", traffic.units},
      {"sweeps", traffic.sweeps},
      {"sweeps_where_sums_cancel", traffic.mostSweeps},
      {"reads_beyond_l1", traffic.getReads(target.getL1())},
      {"reads_beyond_l2", traffic.getReads(target.getL2())},
      {"reads_beyond_llc_share", traffic.getReads(target.getLlcShare())}};
}

static llvm::json::Object describeExtents(FuncOp func, const Extents &extents,
                                          TargetAttr target) {
  llvm::json::Array kernels;
  for (KernelOp kernel : func.getBody().getOps<KernelOp>())
    kernels.push_back(describeKernel(func, kernel, extents, target));
  llvm::json::Object sizes;
  for (StringAttr dim : func.getDynamicDims())
    sizes[dim.getValue()] = extents.lookup(dim.getValue());
  return llvm::json::Object{{"function", func.getSymName()},
                            {"target", target.getName()},
                            {"extents", std::move(sizes)},
                            {"workspace", needsWorkspace(func)},
                            {"kernels", std::move(kernels)}};
}

/// Prints the functions of `spec` for `target`, or adds them to `functions` if
/// they are wanted as JSON. Returns the exit code.
static int explainFor(TargetAttr target, ModuleOp spec, const Options &options,
                      llvm::json::Array &functions) {
  CompileOptions compile;
  compile.target = target;
  OwningOpRef<ModuleOp> kernels = buildKernels(spec, compile);
  if (!kernels)
    return ExitSpecWrong;
  for (FuncOp func : kernels->getOps<FuncOp>()) {
    std::optional<Extents> extents = chooseExtents("explain", options, func);
    if (!extents)
      return ExitUsage;
    if (options.has("--json"))
      functions.push_back(describeExtents(func, *extents, target));
    else
      explainFunction(func, *extents, target, llvm::outs());
  }
  return ExitOk;
}

int bnc::runExplain(ArrayRef<StringRef> arguments) {
  std::optional<Options> options =
      Options::parse("explain", kOptions, arguments);
  if (!options)
    return ExitUsage;
  if (options->has("--help")) {
    llvm::outs() << "Usage: bnc explain SPEC [OPTION...]\n\nPrints the kernels "
                    "of every function, what they read and write, in which\n"
                    "order sums are taken and how the kernels run, with the "
                    "reasons.\n\n";
    printOptions(llvm::outs(), kOptions);
    return ExitOk;
  }
  if (!options->needsOne("a spec"))
    return ExitUsage;
  SpecFile spec;
  if (int code = spec.read("explain", options->getPositional()[0]))
    return code;
  if (!checkExtents("explain", *options, spec.getModule()))
    return ExitUsage;
  int code;
  std::optional<SmallVector<TargetAttr>> targets =
      chooseTargets("explain", *options, spec.getContext(), code);
  if (!targets)
    return code;
  return spec.guard(arguments, [&]() -> int {
    llvm::json::Array functions;
    for (TargetAttr target : *targets)
      if (int failed =
              explainFor(target, spec.getModule(), *options, functions))
        return failed;
    if (options->has("--json"))
      llvm::outs() << llvm::formatv("{0:2}\n",
                                    llvm::json::Value(std::move(functions)));
    return ExitOk;
  });
}
