// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What operands with errors do to a result.

#include "Spec.h"

using namespace bnc::reference;

namespace {

TEST(Propagation, SumsAddErrorsAndOneRounding) {
  Tensor y = evaluateOne("f32", "%0 = arith.addf %a, %b : tensor<1xf32>",
                         {1, 2}, {0x1p-20, 0x1p-18});
  EXPECT_EQ(y.values[0], 3);
  EXPECT_EQ(y.getError(0), 0x1p-20 + 0x1p-18 + 0.5 * 0x1p-22);
}

TEST(Propagation, ProductsWeighErrorsByTheOtherFactor) {
  Tensor y = evaluateOne("f32", "%0 = arith.mulf %a, %b : tensor<1xf32>",
                         {3, 5}, {0x1p-10, 0x1p-12});
  // (3 + e)(5 + f) - 15, and half an ulp of 15
  EXPECT_DOUBLE_EQ(y.getError(0),
                   5 * 0x1p-10 + 3 * 0x1p-12 + 0x1p-22 + 0.5 * 0x1p-20);
}

TEST(Propagation, QuotientsKnowADivisorThatMayBeZero) {
  const char *divide = "%0 = arith.divf %a, %b : tensor<1xf32>";
  EXPECT_EQ(evaluateOne("f32", divide, {1, 0x1p-20}, {0, 0x1p-19}).getError(0),
            inf);
  Tensor y = evaluateOne("f32", divide, {1, 1}, {0, 0x1p-10});
  EXPECT_DOUBLE_EQ(y.getError(0), 1 / (1 - 0x1p-10) - 1 + 0x1p-24);
}

TEST(Propagation, RootsNearZeroAreSteep) {
  const char *root = "%0 = math.sqrt %a : tensor<1xf32>";
  EXPECT_GE(evaluateOne("f32", root, {0x1p-40}, {0x1p-40}).getError(0),
            0x1p-20);
  // Below zero it may be NaN: nothing is demanded.
  EXPECT_EQ(evaluateOne("f32", root, {0x1p-40}, {0x1p-39}).getError(0), inf);
}

TEST(Propagation, ClampingStopsErrors) {
  const char *clamp = "%k = arith.constant dense<1.0> : tensor<1xf32>\n"
                      "%0 = arith.minimumf %a, %k : tensor<1xf32>";
  Tensor y = evaluateOne("f32", clamp, {2}, {0x1p-10});
  EXPECT_EQ(y.values[0], 1);
  EXPECT_EQ(y.getError(0), 0);
  y = evaluateOne("f32", clamp, {1}, {0x1p-10});
  EXPECT_EQ(y.getError(0), 0x1p-10);
}

TEST(Propagation, AChoiceNearATieMayGoEitherWay) {
  const char *choose = "%p = arith.cmpf olt, %a, %b : tensor<1xf32>\n"
                       "%0 = arith.select %p, %b, %c : tensor<1xi1>, "
                       "tensor<1xf32>";
  Tensor y = evaluateOne("f32", choose, {1, 1 + 0x1p-20, 8}, {0x1p-19, 0, 0});
  EXPECT_EQ(y.values[0], 1 + 0x1p-20);
  EXPECT_EQ(y.getError(0), 7 - 0x1p-20);
  y = evaluateOne("f32", choose, {1, 2, 8}, {0x1p-19, 0, 0});
  EXPECT_EQ(y.values[0], 2);
  EXPECT_EQ(y.getError(0), 0);
}

TEST(Propagation, NarrowingIsExactAwayFromATie) {
  const char *narrow = "%0 = arith.truncf %a : tensor<1xf32> to tensor<1xbf16>";
  Tensor y = evaluateOne("f32", narrow, {1 + 0x1p-10}, {0x1p-20}, "bf16");
  EXPECT_EQ(y.values[0], 1);
  EXPECT_EQ(y.getError(0), 0);
  // Within the error of a tie both neighbours are right, and no other.
  y = evaluateOne("f32", narrow, {1 + 0x1p-8}, {0x1p-20}, "bf16");
  EXPECT_LE(std::abs(y.values[0] - 1), y.getError(0));
  EXPECT_LE(std::abs(y.values[0] - 1 - 0x1p-7), y.getError(0));
  EXPECT_GT(std::abs(y.values[0] - 1 + 0x1p-8), y.getError(0));
}

TEST(Propagation, AnOverflowBeyondDoubtIsCertain) {
  const char *scale = "%0 = arith.mulf %a, %b : tensor<1xf32>";
  Tensor y = evaluateOne("f32", scale, {0x1p100, 0x1p100}, {0x1p70, 0});
  EXPECT_EQ(y.values[0], inf);
  EXPECT_EQ(y.getError(0), 0);
  // At the largest number it is open whether the kernel overflows.
  y = evaluateOne("f32", scale, {0x1.fffffep127, 1}, {0x1p104, 0});
  EXPECT_EQ(y.getError(0), inf);
}

TEST(Propagation, ActivationsAddTheirOwnError) {
  Tensor y =
      evaluateOne("f32", "%0 = norm.relu %a : tensor<1xf32>", {2}, {0x1p-20});
  EXPECT_EQ(y.getError(0), 0x1p-20);
  y = evaluateOne("f32", "%0 = norm.silu %a : tensor<1xf32>", {1}, {0x1p-10});
  double slope = 0.92767; // silu'(1)
  EXPECT_NEAR(y.getError(0), slope * 0x1p-10, 1e-6);
  EXPECT_GT(y.getError(0), slope * 0x1p-10);
}

TEST(Propagation, NormsSpreadTheErrorOfOneElementOverItsRow) {
  Spec spec(R"(
    norm.func @f(%x: [r = 2, c = 4] f32, %eps: f32) -> (y: [r, c] f32) {
      %0 = norm.layer_norm %x over [1] eps %eps
        : (tensor<2x4xf32>, f32) -> tensor<2x4xf32>
      norm.return %0 : tensor<2x4xf32>
    })");
  std::vector<double> x = {-1, 1, -1, 1, 4, 8, 8, 4};
  std::vector<double> errors(8, 0);
  errors[5] = 0x1p-8;
  Tensor eps = spec.argument(1, {0});
  Tensor exact = spec.run({spec.argument(0, x), eps})[0];
  Tensor moved = spec.run({spec.argument(0, x, errors), eps})[0];
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(exact.getError(i), moved.getError(i));
  // rstd = 1/2, |xhat| = 1: e rstd (own + 1/4 + 1/4), to first order.
  for (int i = 4; i < 8; ++i)
    EXPECT_NEAR(moved.getError(i) - exact.getError(i),
                0x1p-8 * 0.5 * (i == 5 ? 1.5 : 0.5), 1e-5);
  // It covers what really happens when the element moves.
  x[5] += errors[5];
  Tensor other = spec.run({spec.argument(0, x), eps})[0];
  for (int i = 0; i < 8; ++i)
    EXPECT_LE(std::abs(other.values[i] - moved.values[i]), moved.getError(i));
}

TEST(Propagation, AVarianceThatMayBeZeroDecidesNothing) {
  Spec spec(R"(
    norm.func @f(%x: [c = 2] f32, %eps: f32) -> (y: [c] f32) {
      %0 = norm.layer_norm %x over [0] eps %eps
        : (tensor<2xf32>, f32) -> tensor<2xf32>
      norm.return %0 : tensor<2xf32>
    })");
  Tensor y = spec.run(
      {spec.argument(0, {1, 1}, {0x1p-20, 0x1p-20}), spec.argument(1, {0})})[0];
  EXPECT_EQ(y.getError(0), inf);
}

} // namespace
