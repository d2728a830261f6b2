// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The JSON sidecar parses and says what the signature says.

#include "Parse.h"

#include "bnc/Emit/Metadata.h"

#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace bnc;

TEST(Metadata, DescribesArgumentsAndKernels) {
  ParsedModule parsed(columnsSpec);
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse(buildMetadata(*parsed.module, "norms"));
  ASSERT_TRUE(bool(value));
  llvm::json::Object &root = *value->getAsObject();
  EXPECT_EQ(root.getString("library"), "norms");
  llvm::json::Object &func = *root.getArray("functions")->front().getAsObject();
  EXPECT_EQ(func.getString("name"), "bn");
  llvm::json::Array &arguments = *func.getArray("arguments");
  ASSERT_EQ(arguments.size(), 10u);
  llvm::json::Object &y = *arguments[5].getAsObject();
  EXPECT_EQ(y.getString("kind"), "output");
  EXPECT_EQ(y.getString("type"), "f16");
  EXPECT_EQ(y.getBoolean("strided"), true);
  EXPECT_EQ(func.getString("bytes_read"), "2 * n * c + 4 * c");
  EXPECT_EQ(func.getString("bytes_written"), "4 * c + 2 * n * c");
  llvm::json::Object &kernel = *func.getArray("variants")
                                    ->front()
                                    .getAsObject()
                                    ->getArray("kernels")
                                    ->front()
                                    .getAsObject();
  EXPECT_EQ(kernel.getArray("reductions")->size(), 1u);
}

TEST(Metadata, MultipliesStaticExtents) {
  ParsedModule parsed(R"(
norm.func @id(%x: [r, c = 4] f64) -> (y: [r, c] f64) {
  %0 = norm.kernel [r, c = 4] (%x[r, c]) : (tensor<?x4xf64>)
      -> ([r, c] tensor<?x4xf64>) {
  ^bb0(%v: f64):
    norm.yield %v : f64
  }
  norm.return %0 : tensor<?x4xf64>
}
)");
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse(describeKernels(parsed.func()));
  ASSERT_TRUE(bool(value));
  EXPECT_EQ(value->getAsObject()->getString("bytes_read"), "32 * r");
}

TEST(Metadata, ManglesLibraryNames) {
  EXPECT_EQ(mangleLibraryName("norms"), "norms");
  EXPECT_EQ(mangleLibraryName("my-norms.v2"), "my_norms_v2");
  EXPECT_EQ(mangleLibraryName("3d"), "_3d");
  EXPECT_EQ(mangleLibraryName(""), "_");
}
