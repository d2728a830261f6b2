// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Elementwise ops against values worked out by hand.

#include "Spec.h"

using namespace bnc::reference;

namespace {

/// The exact result of `op` on tensors of f32.
double f32Of(const char *op, std::vector<double> values) {
  const char *operands[] = {"%a", "%a, %b", "%a, %b, %c"};
  Tensor y = evaluateOne("f32",
                         std::string("%0 = ") + op + " " +
                             operands[values.size() - 1] + " : tensor<1xf32>",
                         values);
  EXPECT_EQ(y.getError(0), 0) << op;
  return y.values[0];
}

TEST(Elementwise, CorrectlyRoundedOpsAreExact) {
  EXPECT_EQ(f32Of("arith.addf", {1, 0x1p-24}), 1);
  EXPECT_EQ(f32Of("arith.addf", {1, 0x1.8p-24}), 1 + 0x1p-23);
  EXPECT_EQ(f32Of("arith.subf", {3, 5}), -2);
  EXPECT_EQ(f32Of("arith.mulf", {16777217.0 - 2, 3}), 50331645 - 1);
  EXPECT_EQ(f32Of("arith.divf", {1, 3}), double(1.0f / 3.0f));
  EXPECT_EQ(f32Of("arith.divf", {1, 0}), inf);
  EXPECT_EQ(f32Of("math.sqrt", {2}), double(std::sqrt(2.0f)));
  EXPECT_EQ(f32Of("arith.negf", {2}), -2);
  EXPECT_EQ(f32Of("math.absf", {-2}), 2);
  EXPECT_EQ(f32Of("math.floor", {-1.5}), -2);
  EXPECT_EQ(f32Of("math.ceil", {-1.5}), -1);
  EXPECT_EQ(f32Of("arith.mulf", {0x1p100, 0x1p100}), inf);
}

TEST(Elementwise, FmaRoundsOnce) {
  // In double the sum is a tie of f32 and loses the 2^-60 that breaks it.
  EXPECT_EQ(f32Of("math.fma", {0x1p-30, 0x1p-30, 1 + 0x1p-23}), 1 + 0x1p-23);
  EXPECT_EQ(f32Of("math.fma", {1 + 0x1p-12, 1 + 0x1p-12, 0x1p-70}),
            1 + 0x1p-11 + 0x1p-23);
  // bf16: the product is a tie, and c is far below a double next to it.
  Tensor y = evaluateOne("bf16", "%0 = math.fma %a, %b, %c : tensor<1xbf16>",
                         {1 + 0x1p-4, 1 + 0x1p-4, 0x1p-80});
  EXPECT_EQ(y.values[0], 1 + 0x1p-3 + 0x1p-7); // 1.00100001 | above the tie
}

TEST(Elementwise, MaximumPropagatesNaNAndMaxnumDoesNot) {
  EXPECT_TRUE(std::isnan(f32Of("arith.maximumf", {1, NaN})));
  EXPECT_TRUE(std::isnan(f32Of("arith.minimumf", {NaN, 1})));
  EXPECT_EQ(f32Of("arith.maxnumf", {1, NaN}), 1);
  EXPECT_EQ(f32Of("arith.minnumf", {NaN, 1}), 1);
  EXPECT_EQ(f32Of("arith.maximumf", {1, 2}), 2);
  EXPECT_EQ(f32Of("arith.minnumf", {1, 2}), 1);
}

TEST(Elementwise, NarrowArithmeticRoundsToItsOwnType) {
  const char *add = "%0 = arith.addf %a, %b : tensor<1xbf16>";
  EXPECT_EQ(evaluateOne("bf16", add, {1, 0x1p-8}).values[0], 1);
  EXPECT_EQ(evaluateOne("bf16", add, {1, 0x1.02p-8}).values[0], 1 + 0x1p-7);
  EXPECT_EQ(evaluateOne("f16", "%0 = arith.addf %a, %b : tensor<1xf16>",
                        {65504, 65504})
                .values[0],
            inf);
}

TEST(Elementwise, ConversionsRoundOnce) {
  const char *narrow = "%0 = arith.truncf %a : tensor<1xf32> to tensor<1xbf16>";
  Tensor y = evaluateOne("f32", narrow, {1 + 0x1p-8 + 0x1p-20}, {}, "bf16");
  EXPECT_EQ(y.values[0], 1 + 0x1p-7);
  EXPECT_EQ(y.getError(0), 0);
  // A subnormal bf16 may be zero.
  y = evaluateOne("f32", narrow, {0x1p-130}, {}, "bf16");
  EXPECT_EQ(y.values[0], 0x1p-130);
  EXPECT_EQ(y.getError(0), 0x1p-130);
  y = evaluateOne("f64",
                  "%0 = arith.truncf %a : tensor<1xf64> to tensor<1xf32>",
                  {0.1}, {}, "f32");
  EXPECT_EQ(y.values[0], double(0.1f));
}

TEST(Elementwise, DoubleResultsAreRoundedOnce) {
  auto f64 = [](const char *body, std::vector<double> values) {
    Tensor y = evaluateOne("f64", body, values);
    EXPECT_EQ(y.getError(0), 0);
    EXPECT_TRUE(y.lows.empty());
    return y.values[0];
  };
  EXPECT_EQ(f64("%0 = arith.divf %a, %b : tensor<1xf64>", {1, 3}), 1.0 / 3);
  EXPECT_EQ(f64("%0 = math.sqrt %a : tensor<1xf64>", {2}), std::sqrt(2.0));
  EXPECT_EQ(f64("%0 = math.fma %a, %b, %c : tensor<1xf64>",
                {1 + 0x1p-52, 1 - 0x1p-52, -1}),
            -0x1p-104);
}

/// An approximated function of f32: its value, and its error in ulp.
void expectApproximate(const char *op, double x, double y, double ulps) {
  Tensor result = evaluateOne(
      "f32", std::string("%0 = ") + op + " %a : tensor<1xf32>", {x});
  EXPECT_NEAR(result.values[0], y, 1e-13 * std::abs(y)) << op;
  mlir::MLIRContext context;
  EXPECT_EQ(result.getError(0), ulps * ulp(y, mlir::Float32Type::get(&context)))
      << op;
}

TEST(Elementwise, ApproximationsHaveTheErrorOfTheTable) {
  expectApproximate("math.exp", 1, 2.71828182845904523536, 1);
  expectApproximate("math.expm1", 0x1p-10, 0.000977039492416535, 3);
  expectApproximate("math.log", 3, 1.09861228866810969140, 1);
  expectApproximate("math.log1p", 1, 0.69314718055994530942, 3);
  expectApproximate("math.erf", 0.5, 0.52049987781304653768, 5);
  expectApproximate("math.tanh", 0.5, 0.46211715726000975850, 5);
  expectApproximate("norm.tanh", 0.5, 0.46211715726000975850, 5);
  expectApproximate("math.rsqrt", 2, 0.70710678118654752440, 1.5);
  expectApproximate("norm.sigmoid", 1, 0.73105857863000487926, 4);
  expectApproximate("norm.silu", 1, 0.73105857863000487926, 4);
  expectApproximate("norm.gelu", 1, 0.84134474606854294859, 4);
  expectApproximate("norm.gelu_tanh", 1, 0.84119199060827617, 4);
  // Far out, where 1 + erf would cancel: -5 * Phi(-5).
  expectApproximate("norm.gelu", -5, -1.4332578593959695e-6, 4);
}

TEST(Elementwise, RectifiersAreExact) {
  EXPECT_EQ(f32Of("norm.relu", {-3}), 0);
  EXPECT_EQ(f32Of("norm.relu", {3}), 3);
  EXPECT_TRUE(std::isnan(f32Of("norm.relu", {NaN})));
  Tensor y = evaluateOne(
      "f32", "%0 = norm.leaky_relu %a slope 1.000000e-01 : tensor<1xf32>",
      {-3});
  EXPECT_EQ(y.values[0], double(0.1f * -3.0f));
  EXPECT_EQ(y.getError(0), 0);
}

TEST(Elementwise, SelectFollowsTheComparison) {
  const char *larger = "%p = arith.cmpf ogt, %a, %b : tensor<1xf32>\n"
                       "%0 = arith.select %p, %a, %b : tensor<1xi1>, "
                       "tensor<1xf32>";
  EXPECT_EQ(evaluateOne("f32", larger, {1, 2}).values[0], 2);
  EXPECT_EQ(evaluateOne("f32", larger, {2, 1}).values[0], 2);
  EXPECT_TRUE(std::isnan(evaluateOne("f32", larger, {1, NaN}).values[0]));
}

TEST(Elementwise, BroadcastRepeatsAlongTheOtherDims) {
  Spec spec(R"(
    norm.func @f(%v: [a = 2] f32, %s: f32, %x: [n = 2, a, m = 2] f32)
        -> (y: [n, a, m] f32, z: [n, a, m] f32) {
      %0 = norm.broadcast %v like %x dims [1]
        : tensor<2xf32>, tensor<2x2x2xf32> -> tensor<2x2x2xf32>
      %1 = norm.broadcast %s like %x dims []
        : f32, tensor<2x2x2xf32> -> tensor<2x2x2xf32>
      norm.return %0, %1 : tensor<2x2x2xf32>, tensor<2x2x2xf32>
    })");
  auto y = spec.run({spec.argument(0, {1, 2}), spec.argument(1, {7}),
                     spec.argument(2, std::vector<double>(8, 0))});
  EXPECT_EQ(y[0].values, (std::vector<double>{1, 1, 2, 2, 1, 1, 2, 2}));
  EXPECT_EQ(y[1].values, std::vector<double>(8, 7));
}

TEST(Elementwise, ConstantsAreOfTheirOwnType) {
  Tensor y = evaluateOne("f32",
                         "%k = arith.constant dense<2.5> : tensor<1xf32>\n"
                         "%0 = arith.mulf %a, %k : tensor<1xf32>",
                         {2});
  EXPECT_EQ(y.values[0], 5);
}

} // namespace
