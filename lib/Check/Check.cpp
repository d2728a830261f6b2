// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Runs a compiled function on random and hard inputs and judges it.

#include "bnc/Check/Check.h"

#include "bnc/Check/Compare.h"
#include "bnc/Check/ExtentLadder.h"
#include "bnc/Check/Inputs.h"
#include "bnc/Reference/Reference.h"

#include "llvm/Support/FormatVariadic.h"

using namespace bnc;
using namespace bnc::norm;
using namespace bnc::reference;
using namespace mlir;

/// With more elements than this, only the first recipes run: the reference
/// takes about a microsecond for each.
static constexpr int64_t manyElements = int64_t(1) << 22;
static constexpr size_t recipesForMany = 4;

bool CaseReport::passed() const {
  return status == 0 && strayWrite.empty() &&
         llvm::all_of(results, [](const ResultReport &result) {
           return result.failures == 0;
         });
}

bool FunctionReport::passed() const {
  return llvm::all_of(cases,
                      [](const CaseReport &report) { return report.passed(); });
}

/// One call, compared. Empty if there is no memory for it.
static FailureOr<std::optional<CaseReport>>
runCase(FuncOp spec, const Callee &callee, const InputKind &kind,
        const Extents &extents, const CheckOptions &options) {
  SmallVector<Tensor> inputs = makeInputs(kind, spec, extents, options.seed);
  SmallVector<Bytes> arguments = llvm::map_to_vector(inputs, toBytes);
  std::optional<Invocation> invocation =
      Invocation::create(spec, callee, extents, arguments, options.invocation);
  if (!invocation)
    return std::optional<CaseReport>();
  CaseReport report;
  report.input = kind.name.str();
  report.extents = printExtents(spec, extents);
  report.status = invocation->call(callee);
  report.strayWrite = invocation->findStrayWrite().value_or("");
  if (report.status != 0)
    return std::optional(report);
  FailureOr<SmallVector<Tensor>> expected = evaluate(spec, inputs);
  if (failed(expected))
    return failure();
  for (auto [i, tensor] : llvm::enumerate(*expected))
    report.results.push_back(compare(spec.getResultPort(i).getName().getValue(),
                                     tensor, invocation->readResult(i)));
  return std::optional(report);
}

FailureOr<FunctionReport> bnc::checkFunction(FuncOp spec, const Callee &callee,
                                             const CheckOptions &options) {
  FunctionReport report;
  report.function = spec.getSymName().str();
  SmallVector<const InputKind *> kinds;
  std::string unfit;
  SmallVector<const InputKind *> hard;
  for (const InputKind &kind : getInputKinds()) {
    if (!kind.random && options.hardInputs == HardInputs::None)
      continue;
    if (fits(kind, spec))
      (kind.random ? kinds : hard).push_back(&kind);
    else
      unfit += (unfit.empty() ? "" : "; ") + kind.name.str();
  }
  if (options.hardInputs == HardInputs::One && !hard.empty())
    hard = {hard[options.seed % hard.size()]};
  llvm::append_range(kinds, hard);
  if (!unfit.empty())
    report.leftOut.push_back("inputs that do not fit the spec: " + unfit);

  for (const Extents &extents :
       options.extents.empty() ? chooseExtents(spec) : options.extents) {
    std::string at = printExtents(spec, extents);
    std::string where = at.empty() ? "" : at + ": ";
    if (int64_t bytes = estimateMemory(spec, extents);
        bytes > options.maxMemory) {
      report.leftOut.push_back(
          llvm::formatv("{0}needs about {1} MiB, more than the {2} MiB allowed",
                        where, bytes >> 20, options.maxMemory >> 20));
      continue;
    }
    if (hasUnbiasedSingle(spec, extents)) {
      report.leftOut.push_back(
          where + "an unbiased variance of one element has no value");
      continue;
    }
    size_t count = kinds.size();
    if (countLargest(spec, extents) > manyElements && count > recipesForMany) {
      report.leftOut.push_back(
          llvm::formatv("{0}with more than {1} elements only the first {2} "
                        "inputs run",
                        where, manyElements, recipesForMany));
      count = recipesForMany;
    }
    for (const InputKind *kind : ArrayRef(kinds).take_front(count)) {
      FailureOr<std::optional<CaseReport>> result =
          runCase(spec, callee, *kind, extents, options);
      if (failed(result))
        return failure();
      if (*result)
        report.cases.push_back(**result);
      else
        report.leftOut.push_back(where + kind->name.str() +
                                 ": no memory for the buffers");
    }
  }
  return report;
}
