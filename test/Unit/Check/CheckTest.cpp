// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The check on a hand-written function, right and wrong in several ways.

#include "Spec.h"

#include "bnc/Check/Check.h"

#include <cmath>

using namespace bnc;

namespace {

const char *rmsNorm = R"(
  norm.func @rms(%x: [r, c = 48] f32 strided, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.rms_norm %x over [1] eps %eps
      : (tensor<?x48xf32>, f32) -> tensor<?x48xf32>
    norm.return %0 : tensor<?x48xf32>
  })";

/// What is wrong with the function below.
enum class Fault { None, LastElement, Precision, Padding, Input, Status };

/// r, x, stride of x, y, eps.
int32_t rms(llvm::ArrayRef<uint64_t> slots, Fault fault) {
  EXPECT_EQ(slots.size(), 5u);
  int64_t rows = slots[0], stride = slots[2];
  float *x = reinterpret_cast<float *>(slots[1]);
  float *y = reinterpret_cast<float *>(slots[3]), eps;
  std::memcpy(&eps, &slots[4], sizeof(eps));
  for (int64_t r = 0; r < rows; ++r, x += stride, y += 48) {
    double sum = 0;
    for (int i = 0; i < 48; ++i)
      sum += double(x[i]) * x[i];
    double rstd = sum / 48 + eps == 0 ? 0 : 1 / std::sqrt(sum / 48 + eps);
    if (fault == Fault::Precision)
      rstd *= 1 + 0x1p-20;
    for (int i = 0; i < 48; ++i)
      if (fault != Fault::LastElement || i < 47)
        y[i] = float(rstd) * x[i];
    if (fault == Fault::Padding && r == 0 && rows > 1)
      x[48] = 0;
    if (fault == Fault::Input)
      x[0] += 1;
  }
  return fault == Fault::Status ? -3 : 0;
}

FunctionReport run(Fault fault, CheckOptions options = {}) {
  Spec spec(rmsNorm);
  Callee callee;
  callee.signature = Signature::get(spec.getFunc());
  callee.call = [=](llvm::ArrayRef<uint64_t> slots) {
    return rms(slots, fault);
  };
  auto report = checkFunction(spec.getFunc(), callee, options);
  EXPECT_TRUE(mlir::succeeded(report));
  return *report;
}

TEST(Check, ARightFunctionPassesOnEveryInput) {
  FunctionReport report = run(Fault::None);
  EXPECT_TRUE(report.passed());
  EXPECT_GT(report.cases.size(), 200u);
  EXPECT_TRUE(report.leftOut.empty());
}

TEST(Check, AMissingElementFails) {
  FunctionReport report = run(Fault::LastElement);
  for (const CaseReport &row : report.cases)
    EXPECT_EQ(row.passed(), row.extents == "r = 0") << row.input;
}

TEST(Check, EightUlpOfRstdFail) {
  EXPECT_FALSE(run(Fault::Precision).passed());
}

TEST(Check, StrayWritesFail) {
  FunctionReport report = run(Fault::Padding);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.cases.back().strayWrite, "x");
  EXPECT_FALSE(run(Fault::Input).passed());
}

TEST(Check, AnErrorOfTheCallFails) {
  FunctionReport report = run(Fault::Status);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.cases.front().status, -3);
}

TEST(Check, SaysWhatTheMemoryCapLeavesOut) {
  CheckOptions options;
  options.maxMemory = 1 << 20;
  FunctionReport report = run(Fault::None, options);
  EXPECT_TRUE(report.passed());
  ASSERT_FALSE(report.leftOut.empty());
  EXPECT_NE(report.leftOut.back().find("more than the 1 MiB allowed"),
            std::string::npos);
}

TEST(Check, PrintsErrorsBesideTheirBounds) {
  CheckOptions options;
  options.hardInputs = HardInputs::None;
  options.extents.resize(1);
  options.extents[0]["r"] = 3;
  std::string text;
  llvm::raw_string_ostream os(text);
  printReport(os, run(Fault::None, options));
  printReport(os, run(Fault::LastElement, options));
  EXPECT_NE(text.find("ok    randn"), std::string::npos) << text;
  EXPECT_NE(text.find("% of "), std::string::npos) << text;
  EXPECT_NE(text.find("FAIL  randn"), std::string::npos) << text;
  EXPECT_NE(text.find("y: 3 elements are outside the bound; ["),
            std::string::npos)
      << text;
}

} // namespace
