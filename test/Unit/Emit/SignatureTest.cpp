// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The order of the C parameters is a contract.

#include "Parse.h"

#include "bnc/Emit/Signature.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "gtest/gtest.h"

using namespace bnc;

using Names = std::vector<std::string>;

static Names getNames(const Signature &signature) {
  Names names;
  for (const Parameter &parameter : signature.getParameters())
    names.push_back(parameter.name);
  return names;
}

TEST(Signature, OrdersExtentsInputsResultsScalarsWorkspace) {
  ParsedModule parsed(columnsSpec);
  Signature signature = Signature::get(parsed.func());
  EXPECT_EQ(getNames(signature),
            Names({"n", "c", "x", "x_stride_n", "run", "y", "y_stride_n", "eps",
                   "workspace", "workspace_size"}));
}

TEST(Signature, FindsParameters) {
  ParsedModule parsed(columnsSpec);
  Signature signature = Signature::get(parsed.func());
  EXPECT_EQ(signature.getExtentIndex("c"), 1u);
  EXPECT_EQ(signature.getPointerIndex(0, /*isResult=*/false), 2u);
  EXPECT_EQ(signature.getPointerIndex(0, /*isResult=*/true), 5u);
  // The tied result is its argument.
  EXPECT_EQ(signature.getPointerIndex(1, /*isResult=*/true), 4u);
  EXPECT_EQ(signature.getParameters()[4].kind, Parameter::Kind::InOut);
  EXPECT_EQ(signature.getStrideIndex(0, /*isResult=*/true, 0), 6u);
  EXPECT_EQ(signature.getScalarIndex(1), 7u);
  EXPECT_EQ(signature.getWorkspaceIndex(), 8u);
}

TEST(Signature, StridesAllDimsButTheInnermost) {
  ParsedModule parsed(R"(
norm.func @id(%x: [a, b, c = 4] f64 strided) -> (y: [a, b, c] f64) {
  %0 = norm.kernel [a, b, c = 4] (%x[a, b, c]) : (tensor<?x?x4xf64>)
      -> ([a, b, c] tensor<?x?x4xf64>) {
  ^bb0(%v: f64):
    norm.yield %v : f64
  }
  norm.return %0 : tensor<?x?x4xf64>
}
)");
  Signature signature = Signature::get(parsed.func());
  EXPECT_EQ(getNames(signature),
            Names({"a", "b", "x", "x_stride_a", "x_stride_b", "y"}));
  EXPECT_EQ(signature.getWorkspaceIndex(), std::nullopt);
}

TEST(Signature, FrameHasContextThenParameters) {
  ParsedModule parsed(columnsSpec);
  mlir::LLVM::LLVMStructType frame;
  parsed.context.loadDialect<mlir::LLVM::LLVMDialect>();
  frame = Signature::get(parsed.func()).getFrameType(&parsed.context);
  std::string text;
  llvm::raw_string_ostream(text) << frame;
  EXPECT_EQ(text, "!llvm.struct<(ptr, i64, i64, ptr, i64, ptr, ptr, i64, f32, "
                  "ptr, i64, ptr)>");
}
