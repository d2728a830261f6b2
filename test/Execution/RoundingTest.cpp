// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Every value is rounded once, to its own type: numbers beside the ties of the
// narrow types, where rounding by way of another type goes wrong.

#include "Emulation.h"
#include "ExecutionTest.h"

#include "bnc/Target/CPU/TargetTable.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"

#include <cmath>

using namespace bnc;

namespace {

/// Element types of the argument and the result.
class Rounding : public ExecutionTest,
                 public testing::WithParamInterface<
                     std::tuple<const char *, const char *>> {};

/// Targets without AVX512-BF16, which round words of 16 bits.
class RoundingWords : public ExecutionTest,
                      public testing::WithParamInterface<const char *> {
protected:
  void SetUp() override {
    std::optional<norm::TargetAttr> target = lookupTarget(GetParam(), &context);
    ASSERT_TRUE(target);
    if (!hostCanRun(*target) && !canEmulate(*target))
      GTEST_SKIP() << "not on this processor";
  }

  /// Holds the function of `text`, of arguments `x` and `y` and a result of
  /// bf16, all [c], against `expected`, which it rounds.
  void expectRounded(llvm::StringRef text, llvm::ArrayRef<Bytes> arguments,
                     llvm::ArrayRef<float> expected);
};

} // namespace

/// `number` rounded to `type`, as bits.
static uint64_t roundTo(mlir::FloatType type, double number) {
  llvm::APFloat value(number);
  bool inexact;
  value.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                &inexact);
  return value.bitcastToAPInt().getZExtValue();
}

TEST_P(Rounding, HappensOnce) {
  auto [from, to] = GetParam();
  std::string wide = std::string("tensor<?x") + from + ">";
  std::string narrow = std::string("tensor<?x") + to + ">";
  Subject subject =
      parse(std::string("norm.func @f(%x: [c] ") + from + ") -> (y: [c] " + to +
            ") {\n  %y = arith.truncf %x : " + wide + " to " + narrow +
            "\n  norm.return %y : " + narrow + "\n}\n");
  auto type = [&](norm::PortAttr port) {
    return llvm::cast<mlir::FloatType>(
        mlir::getElementTypeOrSelf(port.getType()));
  };
  mlir::FloatType fromType = type(subject.getFunc().getArgumentPort(0));
  mlir::FloatType toType = type(subject.getFunc().getResultPort(0));

  // Ties of `to` between neighbours of either parity, and what lies beside them
  // by the last bits of `from` and of f32.
  int digits = llvm::APFloat::semanticsPrecision(toType.getFloatSemantics());
  int last = llvm::APFloat::semanticsPrecision(fromType.getFloatSemantics());
  llvm::SmallVector<double> numbers;
  for (int i = 0; i < 64; ++i)
    for (int beside : {last - 1, 30, 24, 23})
      for (double sign : {1.0, -1.0})
        for (double side : {-1.0, 0.0, 1.0})
          if (beside < last)
            numbers.push_back(sign *
                              (1 + (i + 0.5) * std::ldexp(1, 1 - digits) +
                               side * std::ldexp(1, -beside)));
  Bytes argument;
  for (double number : numbers) {
    uint64_t bits = roundTo(fromType, number);
    argument.append(reinterpret_cast<const char *>(&bits),
                    reinterpret_cast<const char *>(&bits) +
                        fromType.getWidth() / 8);
  }
  Extents extents;
  extents["c"] = numbers.size();
  Bytes results = run(subject, compile(subject), extents, {argument}, nullptr,
                      {Placement::Guard::None, 0})[0];
  unsigned size = toType.getWidth() / 8;
  for (auto [i, number] : llvm::enumerate(numbers)) {
    uint64_t bits = 0;
    std::memcpy(&bits, results.data() + i * size, size);
    EXPECT_EQ(bits, roundTo(toType, number))
        << from << " " << std::hexfloat << number;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Rounding,
                         testing::Values(std::tuple("f64", "bf16"),
                                         std::tuple("f64", "f16"),
                                         std::tuple("f64", "f32"),
                                         std::tuple("f32", "bf16"),
                                         std::tuple("f32", "f16")));

template <typename T> static void append(Bytes &bytes, T value) {
  bytes.append(reinterpret_cast<const char *>(&value),
               reinterpret_cast<const char *>(&value) + sizeof(T));
}

void RoundingWords::expectRounded(llvm::StringRef text,
                                  llvm::ArrayRef<Bytes> arguments,
                                  llvm::ArrayRef<float> expected) {
  Subject subject = parse(text, GetParam());
  auto type = mlir::BFloat16Type::get(&context);
  Extents extents;
  extents["c"] = expected.size();
  Bytes results = run(subject, compile(subject), extents, arguments, nullptr,
                      {Placement::Guard::None, 0})[0];
  int wrong = 0;
  for (auto [i, number] : llvm::enumerate(expected)) {
    uint16_t bits;
    std::memcpy(&bits, results.data() + i * sizeof(bits), sizeof(bits));
    bool isRight = std::isnan(number) ? (bits & 0x7fff) > 0x7f80
                                      : bits == roundTo(type, number);
    if (!isRight && ++wrong < 10)
      ADD_FAILURE() << std::hexfloat << number << " gives " << std::hex << bits;
  }
  EXPECT_EQ(wrong, 0);
}

TEST_P(RoundingWords, OfBlocks) {
  // Every upper half, signaling NaNs too, by every kind of lower half.
  Bytes x, zero;
  std::vector<float> expected;
  for (uint32_t upper = 0; upper < 0x10000; ++upper)
    for (uint32_t lower : {0x0000, 0x0001, 0x7fff, 0x8000, 0x8001, 0xffff}) {
      uint32_t bits = upper << 16 | lower;
      auto number = llvm::bit_cast<float>(bits);
      append(x, bits);
      append(zero, -0.0f);
      expected.push_back(number);
    }
  expectRounded(R"(
    norm.func @f(%x: [c] f32, %zero: [c] f32) -> (y: [c] bf16) {
      %sum = arith.addf %x, %zero : tensor<?xf32>
      %y = arith.truncf %sum : tensor<?xf32> to tensor<?xbf16>
      norm.return %y : tensor<?xbf16>
    })",
                {x, zero}, expected);
}

TEST_P(RoundingWords, OfPairs) {
  // Products of two bf16 are exact in f32; with 1.5 every second is a tie.
  Bytes x, factors;
  std::vector<float> expected;
  for (uint32_t upper = 0; upper < 0x10000; ++upper)
    for (float factor : {1.0f, 1.5f, 1.0078125f, -1.9921875f, 0x1p-8f}) {
      auto number = llvm::bit_cast<float>(upper << 16);
      append(x, uint16_t(upper));
      append(factors, uint16_t(llvm::bit_cast<uint32_t>(factor) >> 16));
      expected.push_back(number * factor);
    }
  expectRounded(R"(
    norm.func @f(%x: [c] bf16, %factor: [c] bf16) -> (y: [c] bf16) {
      %wide = arith.extf %x : tensor<?xbf16> to tensor<?xf32>
      %by = arith.extf %factor : tensor<?xbf16> to tensor<?xf32>
      %product = arith.mulf %wide, %by : tensor<?xf32>
      %y = arith.truncf %product : tensor<?xf32> to tensor<?xbf16>
      norm.return %y : tensor<?xbf16>
    })",
                {x, factors}, expected);
}

INSTANTIATE_TEST_SUITE_P(Targets, RoundingWords,
                         testing::Values("x86-64-v2", "x86-64-v3",
                                         "x86-64-v4"));
