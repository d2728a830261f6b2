// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the table of docs/Spec.md promises of each op of one operand, over every
// exponent of f32: prints the largest error that was seen.

#include "ExecutionTest.h"

#include "bnc/Dialect/Norm/IR/ElementwiseTable.h"
#include "bnc/Reference/Reference.h"
#include "bnc/Reference/Rounding.h"

#include <cmath>
#include <cstdio>

using namespace bnc;

namespace {

/// Name of the op.
class Elementwise : public ExecutionTest,
                    public testing::WithParamInterface<const char *> {};

} // namespace

TEST_P(Elementwise, IsWithinItsBound) {
  std::string op = GetParam();
  std::string text =
      "norm.func @f(%x: [c] f32) -> (y: [c] f32) {\n  %y = " + op +
      " %x : tensor<?xf32>\n  norm.return %y : tensor<?xf32>\n}\n";
  Subject subject = parse(text);
  // Every sign, exponent and seven bits of the fraction; the others differ.
  std::vector<float> numbers(1 << 16);
  for (uint32_t i = 0; i < numbers.size(); ++i) {
    uint32_t bits = i << 16 | (i * 40503u & 0xffff);
    std::memcpy(&numbers[i], &bits, sizeof(bits));
  }
  Bytes argument(reinterpret_cast<const char *>(numbers.data()),
                 reinterpret_cast<const char *>(numbers.data()) +
                     numbers.size() * sizeof(float));
  Extents extents;
  extents["c"] = numbers.size();
  Bytes results = run(subject, compile(subject), extents, {argument}, nullptr,
                      {Placement::Guard::None, 0})[0];

  mlir::Type f32 = mlir::Float32Type::get(&context);
  reference::Tensor input({int64_t(numbers.size())}, f32);
  for (auto [i, number] : llvm::enumerate(numbers))
    input.values[i] = number;
  auto expected = reference::evaluate(subject.getFunc(), {input});
  ASSERT_TRUE(mlir::succeeded(expected));
  const reference::Tensor &right = (*expected)[0];
  double worst = 0, where = 0;
  int64_t failures = 0;
  for (auto [i, number] : llvm::enumerate(numbers)) {
    float got;
    std::memcpy(&got, results.data() + i * sizeof(got), sizeof(got));
    double want = right.values[i], error = right.getError(i);
    if (std::isnan(want) || std::isinf(want) || std::isinf(error)) {
      bool same = std::isnan(want) ? std::isnan(got) : got == want;
      failures += !same && !std::isinf(error);
      continue;
    }
    double off = std::abs(got - want) / reference::ulp(want, f32);
    // Near the smallest normal number an exponential has an absolute error.
    if (off > worst && std::abs(want) > 0x1p-100) {
      worst = off;
      where = number;
    }
    if (!(std::abs(got - want) <= error) && failures++ < 5)
      ADD_FAILURE() << op << "(" << number << ") is " << got << ", not " << want
                    << " within " << error;
  }
  EXPECT_EQ(failures, 0);
  std::printf("%-16s %.2f ulp of %g, at %g\n", op.c_str(), worst,
              norm::lookupElementwise(op)->ulpF32, where);
}

INSTANTIATE_TEST_SUITE_P(Ops, Elementwise,
                         testing::Values("math.erf", "math.exp", "math.expm1",
                                         "math.log", "math.log1p", "math.rsqrt",
                                         "math.sqrt", "math.tanh", "norm.gelu",
                                         "norm.gelu_tanh", "norm.sigmoid",
                                         "norm.silu", "norm.tanh"),
                         [](const testing::TestParamInfo<const char *> &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });
