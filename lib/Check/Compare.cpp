// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Compares what a kernel wrote with the reference.

#include "bnc/Check/Compare.h"

#include "bnc/Reference/Rounding.h"

#include <cmath>

using namespace bnc;
using namespace bnc::reference;
using namespace mlir;

static constexpr double infinity = std::numeric_limits<double>::infinity();

ResultReport bnc::compare(StringRef name, const Tensor &expected,
                          ArrayRef<char> bytes) {
  ResultReport report;
  report.name = name.str();
  Tensor got = fromBytes(expected.shape, expected.element, bytes);
  for (int64_t i = 0, n = got.size(); i < n; ++i) {
    double bound = expected.getError(i);
    if (bound == infinity)
      continue;
    double x = got.values[i], want = expected.values[i];
    double distance = infinity;
    if (x == want || (std::isnan(x) && std::isnan(want)))
      distance = 0;
    else if (std::isfinite(x) && std::isfinite(want))
      distance = std::abs(x - want);
    if (std::isfinite(distance) && std::isfinite(want) &&
        !expected.lows.empty())
      distance = std::abs((x - want) - expected.lows[i]);

    double unit = std::isfinite(want) ? ulp(want, expected.element) : 1;
    double fraction = distance == 0 ? 0
                      : bound == 0  ? infinity
                                    : distance / bound;
    report.maxUlp = std::max(report.maxUlp, distance / unit);
    report.failures += fraction > 1;
    if (report.worst < 0 || fraction > report.fraction) {
      report.worst = i;
      report.fraction = fraction;
      report.boundUlp = bound / unit;
      report.got = x;
      report.expected = want;
      report.bound = bound;
    }
  }
  return report;
}
