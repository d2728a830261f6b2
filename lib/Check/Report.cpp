// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The table that a check prints.

#include "bnc/Check/Check.h"

#include "llvm/Support/Format.h"

using namespace bnc;
using namespace llvm;

/// In plain digits as long as one can read them.
static void printUlp(raw_ostream &os, double ulp) {
  os << (ulp < 1e6 ? format("%.2f", ulp) : format("%.1e", ulp));
}

/// Errors of one result, as "y 0.52 of 6.00 ulp". Where the bound is 0 the
/// result is the one right number.
static void printResult(raw_ostream &os, const ResultReport &result) {
  os << "  " << result.name << ' ';
  if (result.maxUlp == 0 && result.boundUlp == 0) {
    os << "exact";
  } else {
    printUlp(os, result.maxUlp);
    os << " ulp, " << format("%.0f", 100 * result.fraction) << "% of ";
    printUlp(os, result.boundUlp);
  }
}

void bnc::printReport(raw_ostream &os, const FunctionReport &report) {
  size_t inputWidth = 5, extentsWidth = 0;
  for (const CaseReport &row : report.cases) {
    inputWidth = std::max(inputWidth, row.input.size());
    extentsWidth = std::max(extentsWidth, row.extents.size());
  }
  os << report.function << ": largest error of each result in ulp, and the "
     << "largest fraction of a bound, in ulp\n";
  for (const CaseReport &row : report.cases) {
    os << (row.passed() ? "  ok    " : "  FAIL  ")
       << left_justify(row.input, inputWidth) << "  "
       << left_justify(row.extents, extentsWidth);
    if (row.status != 0)
      os << "  returned " << row.status;
    for (const ResultReport &result : row.results)
      printResult(os, result);
    os << '\n';
    if (!row.strayWrite.empty())
      os << "        wrote outside of '" << row.strayWrite << "'\n";
    for (const ResultReport &result : row.results)
      if (result.failures != 0)
        os << "        " << result.name << ": " << result.failures
           << (result.failures == 1 ? " element is" : " elements are")
           << " outside the bound; [" << result.worst << "] is "
           << format("%.9g", result.got) << ", expected "
           << format("%.9g", result.expected) << " within "
           << format("%.3g", result.bound) << '\n';
  }
  for (const std::string &reason : report.leftOut)
    os << "  left out: " << reason << '\n';
}
