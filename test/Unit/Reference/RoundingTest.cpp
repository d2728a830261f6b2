// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Rounding against values worked out by hand.

#include "Spec.h"

#include "mlir/IR/Builders.h"

using namespace bnc::reference;
using namespace mlir;

namespace {

class Rounding : public testing::Test {
protected:
  MLIRContext context;
  Builder b{&context};
  Type f64 = b.getF64Type(), f32 = b.getF32Type(), f16 = b.getF16Type(),
       bf16 = b.getBF16Type();
};

TEST_F(Rounding, TiesGoToEven) {
  EXPECT_EQ(roundTo(1 + 0x1p-8, bf16), 1);          // between 1 and 1 + 2^-7
  EXPECT_EQ(roundTo(1 + 0x3p-8, bf16), 1 + 0x2p-7); // to the even one above
  EXPECT_EQ(roundTo(1 + 0x1p-8 + 0x1p-40, bf16), 1 + 0x1p-7);
  EXPECT_EQ(roundTo(-1 - 0x1p-11, f16), -1);
  EXPECT_EQ(roundTo(1 + 0x3p-11, f16), 1 + 0x2p-10);
  EXPECT_EQ(roundTo(1 + 0x1p-24, f32), 1);
  EXPECT_EQ(roundTo(1 + 0x3p-24, f32), 1 + 0x2p-23);
  EXPECT_EQ(roundTo(0.1, f64), 0.1);
}

TEST_F(Rounding, SubnormalsKeepTheirSpacing) {
  EXPECT_EQ(roundTo(0x1p-24, f16), 0x1p-24);
  EXPECT_EQ(roundTo(0x1p-25, f16), 0); // tie to 0
  EXPECT_EQ(roundTo(0x3p-25, f16), 0x1p-23);
  EXPECT_EQ(roundTo(0x1p-133, bf16), 0x1p-133);
  EXPECT_EQ(roundTo(0x1p-134, bf16), 0);
  EXPECT_EQ(roundTo(0x1.8p-149, f32), 0x1p-148);
}

TEST_F(Rounding, OverflowIsInfinite) {
  EXPECT_EQ(roundTo(65504, f16), 65504);
  EXPECT_EQ(roundTo(65519.99, f16), 65504);
  EXPECT_EQ(roundTo(65520, f16), inf); // tie to the even 65536
  EXPECT_EQ(roundTo(-1e39, f32), -inf);
  EXPECT_EQ(roundTo(0x1.FFp127, bf16), inf);
  EXPECT_EQ(roundTo(0x1.FEp127, bf16), 0x1.FEp127);
  EXPECT_TRUE(std::isnan(roundTo(NaN, f16)));
}

TEST_F(Rounding, AgreesWithTheHardwareOnFloat) {
  double x = 1e-46;
  for (int i = 0; i < 2000; ++i, x *= -1.1001)
    EXPECT_EQ(roundTo(x, f32), double(float(x))) << x;
}

TEST_F(Rounding, UnitInTheLastPlace) {
  EXPECT_EQ(ulp(1, f32), 0x1p-23);
  EXPECT_EQ(ulp(-1.99, f32), 0x1p-23);
  EXPECT_EQ(ulp(2, f64), 0x1p-51);
  EXPECT_EQ(ulp(1, bf16), 0x1p-7);
  EXPECT_EQ(ulp(1, f16), 0x1p-10);
  EXPECT_EQ(ulp(0, f32), 0x1p-149);
  EXPECT_EQ(ulp(1e-40, f32), 0x1p-149);
  EXPECT_EQ(ulp(0, f16), 0x1p-24);
  EXPECT_TRUE(std::isnan(ulp(inf, f32)));
}

TEST_F(Rounding, BytesRoundTrip) {
  for (Type type : {f64, f32, f16, bf16}) {
    Tensor tensor({4}, type);
    tensor.values = {1.5, -0x1p-14, 0, inf};
    Tensor back = fromBytes(tensor.shape, type, toBytes(tensor));
    EXPECT_EQ(back.values, tensor.values);
  }
  Tensor one({1}, bf16);
  one.values = {1};
  llvm::SmallVector<char, 0> bytes = toBytes(one);
  EXPECT_EQ(bytes[0], char(0x80));
  EXPECT_EQ(bytes[1], 0x3f);
}

} // namespace
