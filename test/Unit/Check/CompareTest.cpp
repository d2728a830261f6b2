// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What counts as equal, and how far off the rest is.

#include "Spec.h"

#include "bnc/Check/Compare.h"

#include <cmath>

using namespace bnc;
using namespace bnc::reference;
using namespace mlir;

namespace {

class Comparison : public testing::Test {
protected:
  ResultReport run(std::vector<double> expected, std::vector<double> errors,
                   std::vector<double> got, std::vector<double> lows = {}) {
    Tensor tensor({int64_t(expected.size())}, type), other = tensor;
    tensor.values = expected;
    tensor.errors = errors;
    tensor.lows = lows;
    other.values = got;
    return compare("y", tensor, toBytes(other));
  }
  MLIRContext context;
  Type type = Float32Type::get(&context);
  const double inf = INFINITY;
};

TEST_F(Comparison, ErrorsAreInUlpAndFractionsOfTheBound) {
  ResultReport report =
      run({1, 8}, {0x1p-22, 0x1p-10}, {1 + 0x1p-23, 8 + 0x1p-18});
  EXPECT_EQ(report.failures, 0);
  EXPECT_EQ(report.maxUlp, 4); // 2^-18 at 8, where an ulp is 2^-20
  EXPECT_EQ(report.fraction, 0.5);
  EXPECT_EQ(report.worst, 0);
  EXPECT_EQ(report.boundUlp, 2);
}

TEST_F(Comparison, OutsideTheBoundFails) {
  ResultReport report = run({1, 2}, {0x1p-23, 0x1p-22}, {1, 2 + 0x1p-21});
  EXPECT_EQ(report.failures, 1);
  EXPECT_EQ(report.worst, 1);
  EXPECT_EQ(report.got, 2 + 0x1p-21);
}

TEST_F(Comparison, NoBoundDemandsTheVeryNumber) {
  EXPECT_EQ(run({1}, {}, {1}).failures, 0);
  EXPECT_EQ(run({1}, {}, {1 + 0x1p-23}).failures, 1);
  EXPECT_EQ(run({0}, {}, {-0.0}).failures, 0);
}

TEST_F(Comparison, NonFiniteNumbersEqualTheirOwnKind) {
  EXPECT_EQ(run({NAN, inf, -inf}, {}, {NAN, inf, -inf}).failures, 0);
  EXPECT_EQ(run({NAN, 1, inf}, {1, 1, 1}, {1, NAN, -inf}).failures, 3);
  EXPECT_EQ(run({1}, {1}, {inf}).failures, 1);
}

TEST_F(Comparison, AnInfiniteErrorAllowsAnything) {
  EXPECT_EQ(run({1, NAN}, {inf, inf}, {NAN, 3}).failures, 0);
}

TEST_F(Comparison, TheLowHalfCounts) {
  type = Float64Type::get(&context);
  ResultReport report = run({1}, {0x1p-54}, {1}, {0x1p-53});
  EXPECT_EQ(report.failures, 1);
  EXPECT_EQ(report.fraction, 2);
}

} // namespace
