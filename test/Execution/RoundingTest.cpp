// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Every value is rounded once, to its own type: numbers beside the ties of the
// narrow types, where rounding by way of another type goes wrong.

#include "ExecutionTest.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/APFloat.h"

#include <cmath>

using namespace bnc;

namespace {

/// Element types of the argument and the result.
class Rounding : public ExecutionTest,
                 public testing::WithParamInterface<
                     std::tuple<const char *, const char *>> {};

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
