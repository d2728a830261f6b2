// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Normalizations against values worked out by hand, their bounds and edges.

#include "Spec.h"

using namespace bnc::reference;

namespace {

void expectNear(const Tensor &tensor, std::vector<double> expected,
                double tolerance = 1e-14) {
  ASSERT_EQ(tensor.values.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(tensor.values[i])) << i;
    else
      EXPECT_NEAR(tensor.values[i], expected[i],
                  tolerance * std::max(1.0, std::abs(expected[i])))
          << i;
  }
}

/// layer_norm of one row of `type` with everything saved.
std::string layerNorm(const std::string &type, int64_t n,
                      const std::string &compute = "f32") {
  std::string t = "tensor<" + std::to_string(n) + "x", s = "tensor<" + compute;
  return "norm.func @f(%x: [c = " + std::to_string(n) + "] " + type +
         ", %g: [c] " + compute + ", %b: [c] " + compute +
         ", %eps: " + compute + ") -> (y: [c] " + compute + ", mean: [] " +
         compute + ", low: [] " + compute + ", rstd: [] " + compute +
         ") {\n %0:4 = norm.layer_norm %x over [0] scale %g shift %b eps %eps "
         "saves [mean, mean_low, rstd] : (" +
         t + type + ">, " + t + compute + ">, " + t + compute + ">, " +
         compute + ") -> (" + t + compute + ">, " + s + ">, " + s + ">, " + s +
         ">)\n norm.return %0#0, %0#1, %0#2, %0#3 : " + t + compute + ">, " +
         s + ">, " + s + ">, " + s + ">\n}";
}

TEST(Norms, LayerNorm) {
  Spec spec(layerNorm("f32", 4));
  auto y =
      spec.run({spec.argument(0, {1, 3, 5, 7}), spec.argument(1, {1, 2, 1, 2}),
                spec.argument(2, {0, 1, 0, 1}), spec.argument(3, {0.25})});
  double rstd = 1 / std::sqrt(5.25);
  expectNear(y[0], {-3 * rstd, 1 - 2 * rstd, rstd, 1 + 6 * rstd});
  expectNear(y[1], {4});
  expectNear(y[2], {0});
  expectNear(y[3], {rstd});
  // 5 ulp of max(|xhat g|, |b|, |y|) and 2^-23 |g|; element 3: y = 3.6, g = 2.
  EXPECT_DOUBLE_EQ(y[0].getError(3), 5 * 0x1p-22 + 2 * 0x1p-23);
  EXPECT_DOUBLE_EQ(y[1].getError(0), 2 * 0x1p-21 + 0x1p-23 * std::sqrt(5));
  EXPECT_DOUBLE_EQ(y[3].getError(0), 4 * 0x1p-25);
}

TEST(Norms, LayerNormOverTwoAxes) {
  Spec spec(R"(
    norm.func @f(%x: [r = 2, h = 2, w = 2] f32, %g: [h, w] f32, %eps: f32)
        -> (y: [r, h, w] f32) {
      %0 = norm.layer_norm %x over [1, 2] scale %g eps %eps
        : (tensor<2x2x2xf32>, tensor<2x2xf32>, f32) -> tensor<2x2x2xf32>
      norm.return %0 : tensor<2x2x2xf32>
    })");
  auto y = spec.run({spec.argument(0, {-1, 1, 1, -1, 10, 14, 14, 10}),
                     spec.argument(1, {1, 2, 3, 4}), spec.argument(2, {0})});
  expectNear(y[0], {-1, 2, 3, -4, -1, 2, 3, -4});
}

TEST(Norms, RmsNormWithWeightOffset) {
  Spec spec(R"(
    norm.func @f(%x: [r, c = 2] bf16, %g: [c] f32, %eps: f32)
        -> (y: [r, c] f32) {
      %0 = norm.rms_norm %x over [1] scale %g eps %eps {weight_offset = 1.0}
        : (tensor<?x2xbf16>, tensor<2xf32>, f32) -> tensor<?x2xf32>
      norm.return %0 : tensor<?x2xf32>
    })");
  auto y = spec.run({spec.argument(0, {3, 4, 0, 0}, {}, {2}),
                     spec.argument(1, {0, 1}), spec.argument(2, {0})});
  double rstd = 1 / std::sqrt(12.5);
  expectNear(y[0], {3 * rstd, 8 * rstd, 0, 0});
  EXPECT_DOUBLE_EQ(y[0].getError(0), 5 * 0x1p-24); // no mean, no second term
}

TEST(Norms, L2NormForms) {
  for (bool max : {false, true}) {
    Spec spec(std::string("norm.func @f(%x: [r = 2, c = 2] f32, %eps: f32) -> "
                          "(y: [r, c] f32) {\n%0 = norm.l2_norm %x over [1] ") +
              (max ? "form max" : "") +
              " eps %eps : (tensor<2x2xf32>, f32) -> tensor<2x2xf32>\n"
              "norm.return %0 : tensor<2x2xf32>\n}");
    auto y = spec.run(
        {spec.argument(0, {3, 4, 0.03125, 0}), spec.argument(1, {0.125})})[0];
    if (max) {
      expectNear(y, {0.6, 0.8, 0.25, 0});
    } else {
      double rstd = 1 / std::sqrt(25.125), small = 0.0009765625 + 0.125;
      expectNear(y, {3 * rstd, 4 * rstd, 0.03125 / std::sqrt(small), 0});
    }
  }
}

TEST(Norms, GroupNormInBothLayouts) {
  const char *nchw = R"(
    norm.func @f(%x: [n = 1, c = 4, w = 2] f32, %g: [c] f32, %eps: f32)
        -> (y: [n, c, w] f32, mean: [n, k = 2] f32) {
      %0:2 = norm.group_norm %x feature 1 groups 2 scale %g eps %eps saves [mean]
        : (tensor<1x4x2xf32>, tensor<4xf32>, f32)
          -> (tensor<1x4x2xf32>, tensor<1x2xf32>)
      norm.return %0#0, %0#1 : tensor<1x4x2xf32>, tensor<1x2xf32>
    })";
  const char *nhwc = R"(
    norm.func @f(%x: [n = 1, w = 2, c = 4] f32, %g: [c] f32, %eps: f32)
        -> (y: [n, w, c] f32, mean: [n, k = 2] f32) {
      %0:2 = norm.group_norm %x feature 2 groups 2 scale %g eps %eps saves [mean]
        : (tensor<1x2x4xf32>, tensor<4xf32>, f32)
          -> (tensor<1x2x4xf32>, tensor<1x2xf32>)
      norm.return %0#0, %0#1 : tensor<1x2x4xf32>, tensor<1x2xf32>
    })";
  Spec first(nchw), last(nhwc);
  auto y = first.run({first.argument(0, {1, 3, 3, 1, 10, 10, 20, 20}),
                      first.argument(1, {1, 2, 3, 4}), first.argument(2, {0})});
  expectNear(y[0], {-1, 1, 2, -2, -3, -3, 4, 4});
  expectNear(y[1], {2, 15});
  auto z = last.run({last.argument(0, {1, 3, 10, 20, 3, 1, 10, 20}),
                     last.argument(1, {1, 2, 3, 4}), last.argument(2, {0})});
  expectNear(z[0], {-1, 2, -3, 4, 1, -2, -3, 4});
  expectNear(z[1], {2, 15});
}

TEST(Norms, InstanceNorm) {
  Spec spec(R"(
    norm.func @f(%x: [n = 2, c = 2, w = 2] f32, %b: [c] f32, %eps: f32)
        -> (y: [n, c, w] f32, rstd: [n, c] f32) {
      %0:2 = norm.instance_norm %x feature 1 shift %b eps %eps saves [rstd]
        : (tensor<2x2x2xf32>, tensor<2xf32>, f32)
          -> (tensor<2x2x2xf32>, tensor<2x2xf32>)
      norm.return %0#0, %0#1 : tensor<2x2x2xf32>, tensor<2x2xf32>
    })");
  auto y = spec.run({spec.argument(0, {0, 2, 4, 8, 6, 6, 1, -1}),
                     spec.argument(1, {0, 10}), spec.argument(2, {0})});
  expectNear(y[0], {-1, 1, 9, 11, 0, 0, 11, 9});
  expectNear(y[1], {1, 0.5, 0, 1});
}

TEST(Norms, BatchNormInference) {
  Spec spec(R"(
    norm.func @f(%x: [n, c = 2] f32, %m: [c] f32, %v: [c] f32, %g: [c] f32,
                 %b: [c] f32, %eps: f32) -> (y: [n, c] f32) {
      %0 = norm.batch_norm_inference %x feature 1 mean %m variance %v scale %g
        shift %b eps %eps : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>,
          tensor<2xf32>, tensor<2xf32>, f32) -> tensor<?x2xf32>
      norm.return %0 : tensor<?x2xf32>
    })");
  auto y = spec.run({spec.argument(0, {1, 2, 3, 4}, {}, {2}),
                     spec.argument(1, {1, 0}), spec.argument(2, {3, 15}),
                     spec.argument(3, {2, 8}), spec.argument(4, {0.5, 1}),
                     spec.argument(5, {1})});
  expectNear(y[0], {0.5, 5, 2.5, 9});
  EXPECT_DOUBLE_EQ(y[0].getError(3), 5 * 0x1p-20);
}

std::string batchNorm(bool biased) {
  return std::string(R"(
    norm.func @f(%x: [n, c = 2] f32, %rm: [c] f32, %rv: [c] f32, %m: f32,
                 %eps: f32) -> (y: [n, c] f32, mean: [c] f32,
                 nm: [c] f32 ties %rm, nv: [c] f32 ties %rv) {
      %0:4 = norm.batch_norm_training %x feature 1 running %rm, %rv momentum %m)") +
         (biased ? " biased_running_variance" : "") + R"( eps %eps saves [mean]
        : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, f32, f32)
          -> (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
      norm.return %0#0, %0#1, %0#2, %0#3
        : tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
    })";
}

TEST(Norms, BatchNormTrainingUpdatesRunningStatistics) {
  for (bool biased : {false, true}) {
    Spec spec(batchNorm(biased));
    auto y = spec.run({spec.argument(0, {1, 10, 3, 10, 1, 14, 3, 14}, {}, {4}),
                       spec.argument(1, {0, 8}), spec.argument(2, {1, 1}),
                       spec.argument(3, {0.25}), spec.argument(4, {0})});
    expectNear(y[0], {-1, -1, 1, -1, -1, 1, 1, 1});
    expectNear(y[1], {2, 12});
    expectNear(y[2], {0.5, 9});
    double n = biased ? 1 : 4.0 / 3;
    expectNear(y[3], {0.75 + 0.25 * n, 0.75 + n}); // variances 1 and 4
    EXPECT_GT(y[3].getError(0), 0x1p-24);          // half an ulp at least
    EXPECT_LT(y[3].getError(0), 0x1p-19);
  }
}

TEST(Norms, AnEmptyBatchLeavesRunningStatisticsAlone) {
  Spec spec(batchNorm(false));
  auto y = spec.run({spec.argument(0, {}, {}, {0}), spec.argument(1, {0, 8}),
                     spec.argument(2, {1, 3}), spec.argument(3, {0.25}),
                     spec.argument(4, {0})});
  EXPECT_EQ(y[0].size(), 0);
  expectNear(y[1], {NaN, NaN});
  EXPECT_EQ(y[1].getError(0), 0);
  EXPECT_EQ(y[2].values, (std::vector<double>{0, 8}));
  EXPECT_EQ(y[3].values, (std::vector<double>{1, 3}));
  EXPECT_EQ(y[3].getError(0), 0);
}

TEST(Norms, ConstantRowsGiveExactlyBeta) {
  for (double eps : {0.0, 1e-5}) {
    Spec spec(layerNorm("f32", 3));
    double tenth = 0.1f;
    auto y =
        spec.run({spec.argument(0, {tenth, tenth, tenth}),
                  spec.argument(1, {3, 4, 5}), spec.argument(2, {0.5, 0, -2}),
                  spec.argument(3, {double(float(eps))})});
    EXPECT_EQ(y[0].values, (std::vector<double>{0.5, 0, -2}));
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(y[0].getError(i), 0);
    EXPECT_EQ(y[1].values[0], tenth);
    if (eps == 0)
      EXPECT_EQ(y[3].values[0], 0);
  }
}

TEST(Norms, EpsMayMakeTheSumNegative) {
  Spec spec(layerNorm("f32", 2));
  auto y = spec.run({spec.argument(0, {-1, 1}), spec.argument(1, {1, 1}),
                     spec.argument(2, {0, 0}), spec.argument(3, {-100})});
  expectNear(y[0], {NaN, NaN});
  EXPECT_EQ(y[0].getError(0), 0);
  expectNear(y[3], {NaN});
}

TEST(Norms, NonFiniteElementsStayInTheirRow) {
  Spec spec(R"(
    norm.func @f(%x: [r = 3, c = 2] f32, %eps: f32)
        -> (y: [r, c] f32, z: [r, c] f32, mean: [r] f32) {
      %0:2 = norm.layer_norm %x over [1] eps %eps saves [mean]
        : (tensor<3x2xf32>, f32) -> (tensor<3x2xf32>, tensor<3xf32>)
      %1 = norm.rms_norm %x over [1] eps %eps
        : (tensor<3x2xf32>, f32) -> tensor<3x2xf32>
      norm.return %0#0, %1, %0#1
        : tensor<3x2xf32>, tensor<3x2xf32>, tensor<3xf32>
    })");
  auto y = spec.run(
      {spec.argument(0, {inf, 1, -1, 1, NaN, 2}), spec.argument(1, {0})});
  expectNear(y[0], {NaN, NaN, -1, 1, NaN, NaN});
  // rstd is 1 / inf = 0: inf * 0 is NaN, 1 * 0 is 0.
  expectNear(y[1], {NaN, 0, -1, 1, NaN, NaN});
  EXPECT_EQ(y[2].values[0], inf);
  EXPECT_EQ(y[2].getError(0), 0);
  EXPECT_EQ(y[0].getError(0), 0);
}

TEST(Norms, MeansThatFloatCannotHold) {
  Spec spec(layerNorm("f32", 2));
  auto y = spec.run({spec.argument(0, {1e7, 1e7 + 1}), spec.argument(1, {1, 1}),
                     spec.argument(2, {0, 0}), spec.argument(3, {0})});
  expectNear(y[0], {-1, 1});
  EXPECT_LE(y[0].getError(0), 6 * 0x1p-23);
  // The mean ends in .5: a tie of f32, on either side of which the kernel may
  // round; the low half is .5 one way and -.5 the other.
  EXPECT_EQ(std::abs(y[2].values[0]), 0.5);
  EXPECT_GE(y[2].getError(0), 1);
  EXPECT_LT(y[2].getError(0), 1.001);
}

TEST(Norms, LargeValuesDoNotOverflow) {
  Spec spec(layerNorm("f32", 2));
  double large = 1e30f;
  auto y =
      spec.run({spec.argument(0, {-large, large}), spec.argument(1, {1, 1}),
                spec.argument(2, {0, 0}), spec.argument(3, {1})});
  expectNear(y[0], {-1, 1});
  expectNear(y[3], {1 / large});
}

TEST(Norms, DoubleSpecsAreComputedInTwiceThePrecision) {
  Spec spec(layerNorm("f64", 3, "f64"));
  auto y = spec.run({spec.argument(0, {1e15, 1e15 + 1, 1e15 + 3}),
                     spec.argument(1, {1, 1, 1}), spec.argument(2, {0, 0, 0}),
                     spec.argument(3, {0})});
  // Mean 4/3 above the first: double alone would be off in the third digit.
  double rstd = 1 / std::sqrt(14.0 / 9);
  expectNear(y[0], {-4.0 / 3 * rstd, -rstd / 3, 5.0 / 3 * rstd}, 4e-16);
  ASSERT_FALSE(y[0].lows.empty());
  EXPECT_NE(y[0].lows[0], 0);
  EXPECT_DOUBLE_EQ(y[0].getError(1), 16 * 0x1p-54 + 0x1p-50);
}

TEST(Norms, NarrowResultsRoundOnce) {
  Spec spec(R"(
    norm.func @f(%x: [c = 4] bf16, %eps: f32) -> (y: [c] bf16) {
      %0 = norm.layer_norm %x over [0] eps %eps
        : (tensor<4xbf16>, f32) -> tensor<4xbf16>
      norm.return %0 : tensor<4xbf16>
    })");
  auto y = spec.run({spec.argument(0, {1, 2, 3, 5}), spec.argument(1, {0})})[0];
  double rstd = 1 / std::sqrt(2.1875);
  mlir::Type bf16 = y.element;
  // No tie is near: the rounded result is the only right one.
  EXPECT_EQ(y.values[0], roundTo(-1.75 * rstd, bf16));
  EXPECT_EQ(y.getError(0), 0);
}

TEST(Norms, RefusesWhatNoSpecMayUse) {
  mlir::MLIRContext context;
  context.loadDialect<bnc::norm::NormDialect, mlir::arith::ArithDialect,
                      mlir::math::MathDialect>();
  mlir::ParserConfig unverified(&context, /*verifyAfterParse=*/false);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"(
    norm.func @f(%x: [c = 4] f32) -> (y: [c] f32) {
      %0 = math.cos %x : tensor<4xf32>
      norm.return %0 : tensor<4xf32>
    })",
                                                        unverified);
  ASSERT_TRUE(module);
  std::string message;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &d) { message = d.str(); });
  Tensor x({4}, mlir::Float32Type::get(&context));
  EXPECT_TRUE(
      mlir::failed(evaluate(*module->getOps<bnc::norm::FuncOp>().begin(), x)));
  EXPECT_EQ(message, "the reference cannot evaluate 'math.cos'");
}

} // namespace
