// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Parameters of every kind reach a loaded function in their C types.

#include "bnc/Execution/CompiledFunction.h"

#include "bnc/Target/CPU/TargetTable.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace bnc;

namespace {

/// Gives the signature: an extent, pointers with a stride, two scalars.
constexpr llvm::StringLiteral kSpec = R"mlir(
norm.func @f(%x: [r, c = 4] f32 strided, %a: f32, %b: f64) -> (y: [r, c] f32) {
  %0 = norm.relu %x : tensor<?x4xf32>
  norm.return %0 : tensor<?x4xf32>
}
)mlir";

/// Stores what it was called with into y and returns ctx's first word.
constexpr llvm::StringLiteral kCode = R"mlir(
llvm.func @f(%ctx: !llvm.ptr, %r: i64, %x: !llvm.ptr, %stride: i64,
             %y: !llvm.ptr, %a: f32, %b: f64) -> i32 {
  %x0 = llvm.load %x : !llvm.ptr -> f32
  %r32 = llvm.sitofp %r : i64 to f32
  %stride32 = llvm.sitofp %stride : i64 to f32
  %b32 = llvm.fptrunc %b : f64 to f32
  %y1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, f32
  %y2 = llvm.getelementptr %y[2] : (!llvm.ptr) -> !llvm.ptr, f32
  %y3 = llvm.getelementptr %y[3] : (!llvm.ptr) -> !llvm.ptr, f32
  %y4 = llvm.getelementptr %y[4] : (!llvm.ptr) -> !llvm.ptr, f32
  llvm.store %x0, %y : f32, !llvm.ptr
  llvm.store %r32, %y1 : f32, !llvm.ptr
  llvm.store %stride32, %y2 : f32, !llvm.ptr
  llvm.store %a, %y3 : f32, !llvm.ptr
  llvm.store %b32, %y4 : f32, !llvm.ptr
  %status = llvm.load %ctx : !llvm.ptr -> i32
  llvm.return %status : i32
}
)mlir";

TEST(CompiledFunctionTest, PassesEveryKindOfParameter) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  prepareContext(context);
  std::optional<norm::TargetAttr> target = lookupTarget("x86-64-v2", &context);
  ASSERT_TRUE(target);
  Compiled compiled;
  compiled.kernels = parseSourceString<ModuleOp>(kSpec, &context);
  OwningOpRef<ModuleOp> code = parseSourceString<ModuleOp>(kCode, &context);
  ASSERT_TRUE(compiled.kernels && code);
  CompileOptions options;
  options.target = *target;
  FailureOr<std::string> object =
      generateCode(*code, options, CodeForm::Object);
  ASSERT_TRUE(succeeded(object));
  compiled.object = *object;

  std::string error;
  std::optional<CompiledFunction> function =
      CompiledFunction::load(compiled, *target, "f", error);
  ASSERT_TRUE(function) << error;
  const int32_t status = 42;
  const float x = 7;
  float y[5] = {};
  const uint64_t slots[] = {3,
                            reinterpret_cast<uintptr_t>(&x),
                            9,
                            reinterpret_cast<uintptr_t>(y),
                            llvm::bit_cast<uint32_t>(0.25f),
                            llvm::bit_cast<uint64_t>(0.125)};
  ASSERT_EQ(function->getSignature().getParameters().size(), std::size(slots));
  EXPECT_EQ(
      function->call(reinterpret_cast<const bnc_context *>(&status), slots),
      status);
  const float expected[] = {7, 3, 9, 0.25f, 0.125f};
  for (unsigned i = 0; i < 5; ++i)
    EXPECT_EQ(y[i], expected[i]) << "parameter " << i;
  EXPECT_EQ(function->getWorkspaceSize({3}), 0u);

  EXPECT_FALSE(CompiledFunction::load(compiled, *target, "g", error));
  EXPECT_EQ(error, "no function 'g'");
}

TEST(CompiledFunctionTest, RefusesCodeThatCallsWhatIsNotThere) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  prepareContext(context);
  CompileOptions options;
  options.target = *lookupTarget("x86-64-v2", &context);
  OwningOpRef<ModuleOp> code =
      parseSourceString<ModuleOp>("llvm.func @expf(f32) -> f32\n"
                                  "llvm.func @f(%x: f32) -> f32 {\n"
                                  "  %0 = llvm.call @expf(%x) : (f32) -> f32\n"
                                  "  llvm.return %0 : f32\n"
                                  "}\n",
                                  &context);
  ASSERT_TRUE(code);
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(generateCode(*code, options, CodeForm::Object)));
  EXPECT_EQ(message, "the code calls 'expf', which is not there to call");
}

} // namespace
