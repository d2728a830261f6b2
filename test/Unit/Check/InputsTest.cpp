// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Inputs: roles, recipes and types.

#include "Spec.h"

#include "bnc/Check/ExtentLadder.h"
#include "bnc/Check/Inputs.h"
#include "bnc/Reference/Rounding.h"

#include <cmath>

using namespace bnc;
using namespace bnc::reference;

namespace {

const char *batchNorm = R"(
  norm.func @f(%x: [n, c = 4] f16, %res: [n, c] f16, %rm: [c] f32,
               %rv: [c] f32, %g: [c] f32, %m: f32, %eps: f32)
      -> (y: [n, c] f16, nm: [c] f32 ties %rm, nv: [c] f32 ties %rv) {
    %0 = arith.addf %x, %res : tensor<?x4xf16>
    %1:3 = norm.batch_norm_training %0 feature 1 scale %g
      running %rm, %rv momentum %m eps %eps
      : (tensor<?x4xf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, f32, f32)
        -> (tensor<?x4xf16>, tensor<4xf32>, tensor<4xf32>)
    norm.return %1#0, %1#1, %1#2
      : tensor<?x4xf16>, tensor<4xf32>, tensor<4xf32>
  })";

const InputKind &find(llvm::StringRef name) {
  for (const InputKind &kind : getInputKinds())
    if (kind.name == name)
      return kind;
  ADD_FAILURE() << "no input called " << name.str();
  return getInputKinds().front();
}

TEST(Inputs, RolesComeFromTheUses) {
  Spec spec(batchNorm);
  EXPECT_EQ(getRoles(spec.getFunc()),
            (llvm::SmallVector<Role>{Role::Data, Role::OtherData, Role::Mean,
                                     Role::Variance, Role::Parameter,
                                     Role::Momentum, Role::Eps}));
}

TEST(Inputs, ValuesAreOfTheArgumentsTypes) {
  Spec spec(batchNorm);
  Extents extents;
  extents["n"] = 5;
  for (const InputKind &kind : getInputKinds()) {
    if (!fits(kind, spec.getFunc()))
      continue;
    auto inputs = makeInputs(kind, spec.getFunc(), extents, 7);
    ASSERT_EQ(inputs.size(), 7u);
    EXPECT_EQ(inputs[0].shape, (llvm::SmallVector<int64_t>{5, 4}));
    for (const Tensor &tensor : inputs)
      for (double value : tensor.values)
        if (!std::isnan(value))
          EXPECT_EQ(value, roundTo(value, tensor.element)) << kind.name.str();
    for (double variance : inputs[3].values)
      EXPECT_GE(variance, 0);
  }
}

TEST(Inputs, OneSeedOneInput) {
  Spec spec(batchNorm);
  Extents extents;
  extents["n"] = 5;
  auto make = [&](uint64_t seed) {
    return makeInputs(find("randn"), spec.getFunc(), extents, seed)[0].values;
  };
  EXPECT_EQ(make(1), make(1));
  EXPECT_NE(make(1), make(2));
}

TEST(Inputs, WhatOverflowsTheTypeDoesNotFit) {
  Spec spec(batchNorm);
  EXPECT_FALSE(fits(find("1e30 randn"), spec.getFunc()));
  EXPECT_FALSE(fits(find("{1e7, 1e7 + 1}"), spec.getFunc()));
  EXPECT_TRUE(fits(find("5e4 + 0.5 randn"), spec.getFunc()));
  EXPECT_TRUE(fits(find("randn, eps -100"), spec.getFunc()));
}

TEST(Inputs, RecipesFollowTheRowsOfTheNorm) {
  Spec spec(batchNorm);
  Extents extents;
  extents["n"] = 3;
  auto x = makeInputs(find("one 258, rest 256"), spec.getFunc(), extents, 1)[0];
  for (int i = 0; i < 12; ++i) // the first sample of every channel
    EXPECT_EQ(x.values[i], i < 4 ? 258 : 256);
  x = makeInputs(find("NaN in one row"), spec.getFunc(), extents, 1)[0];
  for (int i = 0; i < 12; ++i) // channel 2, sample 1
    EXPECT_EQ(std::isnan(x.values[i]), i == 6);
}

TEST(Ladder, SizesSuitTheFunction) {
  Spec spec(R"(
    norm.func @f(%x: [n, c, h] f32, %eps: f32) -> (y: [n, c, h] f32) {
      %0 = norm.group_norm %x feature 1 groups 4 eps %eps
        : (tensor<?x?x?xf32>, f32) -> tensor<?x?x?xf32>
      norm.return %0 : tensor<?x?x?xf32>
    })");
  auto ladder = chooseExtents(spec.getFunc());
  EXPECT_EQ(printExtents(spec.getFunc(), ladder[0]), "n = 0, c = 12, h = 3");
  bool hasOne = false;
  for (const Extents &extents : ladder) {
    EXPECT_EQ(extents.lookup("c") % 4, 0);
    EXPECT_LE(countLargest(spec.getFunc(), extents), 1 << 18);
    hasOne |= extents.lookup("n") == 1;
  }
  EXPECT_TRUE(hasOne);
}

TEST(Ladder, KnowsAnUnbiasedVarianceOfOneElement) {
  Spec spec(batchNorm);
  Extents one, two;
  one["n"] = 1;
  two["n"] = 2;
  EXPECT_TRUE(hasUnbiasedSingle(spec.getFunc(), one));
  EXPECT_FALSE(hasUnbiasedSingle(spec.getFunc(), two));
}

} // namespace
