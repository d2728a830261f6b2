// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Holds a drawn spec to what every spec promises.

#include "Compare.h"

#include "Inputs.h"
#include "Subject.h"

#include "bnc/Check/Check.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

using namespace bnc;
using namespace bnc::norm;
using namespace mlir;

namespace {

/// One way to call: all of them must give the same bits.
struct Call {
  int threads;
  Placement placement;
};

/// The runs of one seed.
class Comparison {
public:
  Comparison(uint64_t seed, const CompareOptions &options);

  std::optional<std::string> run();

private:
  std::optional<std::string> runText(bool allStatic);
  std::optional<std::string> judge(const Subject &subject,
                                   const Variant &variant);
  std::optional<std::string> compareBits(const Subject &subject,
                                         const Variant &variant,
                                         const std::string &label);

  uint64_t seed;
  const CompareOptions &options;
  DrawnSpec drawn;
  Extents extents;
  MLIRContext context;
  std::string diagnostics;
  std::unique_ptr<ScopedDiagnosticHandler> handler;
  /// What the first run left.
  std::optional<SmallVector<Bytes>> expected;
};

} // namespace

Comparison::Comparison(uint64_t seed, const CompareOptions &options)
    : seed(seed), options(options), drawn(drawSpec(seed, false)) {
  prepareContext(context);
  handler = std::make_unique<ScopedDiagnosticHandler>(
      &context, [&](Diagnostic &diagnostic) {
        diagnostics += diagnostic.str() + "\n";
        return success();
      });
  for (const DrawnDim &dim : drawn.dims)
    extents[dim.name] = dim.extent;
}

/// Holds one variant to the reference.
std::optional<std::string> Comparison::judge(const Subject &subject,
                                             const Variant &variant) {
  FailureOr<CompiledFunction> function = subject.compile(variant);
  if (failed(function))
    return "does not compile: " + diagnostics;
  CheckOptions check;
  check.seed = seed;
  check.extents = {extents};
  check.hardInputs = options.hardInputs ? HardInputs::All : HardInputs::One;
  FailureOr<FunctionReport> report =
      checkFunction(subject.getFunc(), function->getCallee(), check);
  if (failed(report))
    return "reference: " + diagnostics;
  if (report->cases.empty())
    return "the check ran no case";
  if (report->passed())
    return std::nullopt;
  std::string text;
  llvm::raw_string_ostream os(text);
  printReport(os, *report);
  return "outside its bound:\n" + text;
}

std::optional<std::string> Comparison::compareBits(const Subject &subject,
                                                   const Variant &variant,
                                                   const std::string &label) {
  FailureOr<CompiledFunction> function = subject.compile(variant);
  if (failed(function))
    return "does not compile: " + diagnostics;
  SmallVector<Bytes> arguments =
      fillArguments(subject.getFunc(), extents, drawn.arguments, seed);
  using Guard = Placement::Guard;
  const Call calls[] = {{1, {Guard::After, 0}},
                        {2, {Guard::Before, 0}},
                        {3, {Guard::None, 8}},
                        {2, {Guard::None, 40}}};
  for (const Call &call : calls) {
    ScatteredThreads threads(call.threads);
    InvocationOptions invocation;
    invocation.placement = call.placement;
    std::string where = label + ", " + std::to_string(call.threads) +
                        " threads, placement " +
                        std::to_string(int(call.placement.guard)) + "+" +
                        std::to_string(call.placement.misalignment) + ": ";
    std::string error;
    std::optional<SmallVector<Bytes>> results =
        runOnce(subject.getFunc(), function->getCallee(threads.get()), extents,
                arguments, invocation, error);
    if (!results)
      return where + error;
    if (!expected)
      expected = results;
    for (auto [i, bytes] : llvm::enumerate(*results))
      if (bytes != (*expected)[i]) {
        size_t at =
            std::mismatch(bytes.begin(), bytes.end(), (*expected)[i].begin())
                .first -
            bytes.begin();
        return where + "result '" +
               subject.getFunc().getResultPort(i).getName().str() +
               "' has other bits than the first run, at byte " +
               std::to_string(at) + " of " + std::to_string(bytes.size());
      }
  }
  return std::nullopt;
}

std::optional<std::string> Comparison::runText(bool allStatic) {
  FailureOr<Subject> subject =
      Subject::parse(context, drawSpec(seed, allStatic).text, options.target);
  if (failed(subject))
    return "does not parse: " + diagnostics;
  std::string form = allStatic ? "static" : "as drawn";
  if (!allStatic) {
    if (auto violation = judge(*subject, {/*naive=*/true}))
      return "naive, " + form + ": " + *violation;
    if (auto violation = judge(*subject, {}))
      return "scheduled, " + form + ": " + *violation;
  }
  FailureOr<SmallVector<Variant>> schedules = subject->listSchedules();
  if (failed(schedules))
    return "does not schedule: " + diagnostics;
  for (const Variant &variant : *schedules)
    if (auto violation =
            compareBits(*subject, variant, form + ", " + variant.describe()))
      return violation;
  return std::nullopt;
}

std::optional<std::string> Comparison::run() {
  if (auto violation = runText(/*allStatic=*/false))
    return violation;
  return runText(/*allStatic=*/true);
}

std::optional<std::string> bnc::findViolation(uint64_t seed,
                                              const CompareOptions &options) {
  return Comparison(seed, options).run();
}
