// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// No byte outside a tensor is touched, whatever its length: every buffer
// begins or ends at a page that may not be read or written.

#include "ExecutionTest.h"
#include "Specs.h"

using namespace bnc;

namespace {

using MakeSpec = std::string (*)(llvm::StringRef dtype, int64_t extent);

/// Form of the kernel, element type.
class Tails : public ExecutionTest,
              public testing::WithParamInterface<
                  std::tuple<std::pair<const char *, MakeSpec>, const char *>> {
protected:
  /// Runs with `columns` columns against both guards; the bits must agree.
  void runGuarded(const Subject &subject, const CompiledFunction &function,
                  int64_t columns) {
    Extents extents;
    extents["r"] = 5;
    extents["c"] = columns;
    llvm::SmallVector<Bytes> arguments = fill(subject, extents);
    auto results = [&](Placement::Guard guard) {
      return run(subject, function, extents, arguments, nullptr, {guard, 0});
    };
    ASSERT_TRUE(results(Placement::Guard::After) ==
                results(Placement::Guard::Before))
        << columns << " columns";
  }
};

} // namespace

TEST_P(Tails, StayInsideDynamic) {
  auto [form, dtype] = GetParam();
  Subject subject = parse(form.second(dtype, -1));
  for (const Variant &variant : listSchedules(subject)) {
    CompiledFunction function = compile(subject, variant);
    // Every tail behind no, one and two unrolled steps of 4 x 16 lanes.
    for (int64_t columns = 1; columns <= 3 * 64 + 1; ++columns)
      runGuarded(subject, function, columns);
  }
}

TEST_P(Tails, StayInsideStatic) {
  auto [form, dtype] = GetParam();
  for (int64_t columns :
       {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 63, 65, 79, 127, 129}) {
    Subject subject = parse(form.second(dtype, columns));
    runGuarded(subject, compile(subject), columns);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Tails,
    testing::Combine(
        testing::Values(std::pair("rows", MakeSpec(layerNormRows)),
                        std::pair("columns", MakeSpec(batchNormChannelsLast))),
        testing::Values("f32", "bf16", "f16", "f64")),
    [](const testing::TestParamInfo<Tails::ParamType> &info) {
      return std::string(std::get<0>(info.param).first) + "_" +
             std::get<1>(info.param);
    });
