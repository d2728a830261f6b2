// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Runs a compiled function on random and hard inputs and judges it.

#ifndef BNC_CHECK_CHECK_H
#define BNC_CHECK_CHECK_H

#include "bnc/Check/Invocation.h"

#include "llvm/Support/raw_ostream.h"

namespace bnc {

/// Which of the hard inputs that fit a function run, beside the random ones.
enum class HardInputs { None, One, All };

/// What to check a function on.
struct CheckOptions {
  /// Everything random comes from it.
  uint64_t seed = 1;
  /// Bytes that one case may use for its tensors and the reference's. Cases
  /// that need more are left out, and the report says so.
  int64_t maxMemory = int64_t(2) << 30;
  /// Extents of the dynamic dims, one case each; empty: a ladder of sizes. A
  /// function with no dynamic dim has one case anyway.
  llvm::SmallVector<Extents> extents;
  /// `One` is picked by the seed.
  HardInputs hardInputs = HardInputs::All;
  InvocationOptions invocation;
};

/// How one result compares with the reference.
struct ResultReport {
  std::string name;
  /// Largest distance from the reference, in ulp of the result's type at the
  /// reference (infinite where one is NaN or infinite and the other is not).
  double maxUlp = 0;
  /// The bound at the element whose distance is the largest fraction of its
  /// bound, in ulp there, and that fraction. Above 1 is a failure.
  double boundUlp = 0;
  double fraction = 0;
  /// That element: its index in row-major order, and what was there.
  int64_t worst = -1;
  double got = 0, expected = 0, bound = 0;
  /// Elements outside their bound.
  int64_t failures = 0;
};

/// One call of the function.
struct CaseReport {
  /// Name of the input, and the extents of the dynamic dims as text.
  std::string input, extents;
  int32_t status = 0;
  llvm::SmallVector<ResultReport> results;
  /// The parameter that was written to and must not be, if any.
  std::string strayWrite;

  bool passed() const;
};

/// All cases of one function.
struct FunctionReport {
  std::string function;
  llvm::SmallVector<CaseReport> cases;
  /// What was not run, and why; one sentence each.
  llvm::SmallVector<std::string> leftOut;

  bool passed() const;
};

/// Runs `callee`, compiled from `spec`, on every input that fits and compares
/// with the reference. `spec` is the verified function as the user wrote it,
/// before kernel formation. Fails, with a diagnostic, where the reference
/// cannot evaluate the spec.
mlir::FailureOr<FunctionReport> checkFunction(norm::FuncOp spec,
                                              const Callee &callee,
                                              const CheckOptions &options);

/// Prints one line per case: extents, input and, per result, the largest error
/// in ulp beside its bound; then what was left out.
void printReport(llvm::raw_ostream &os, const FunctionReport &report);

} // namespace bnc

#endif // BNC_CHECK_CHECK_H
