// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Declarations of the C header. That it compiles is test/Contract's matter.

#include "Parse.h"

#include "bnc/Emit/Header.h"

#include "gtest/gtest.h"

using namespace bnc;

/// Whether the header of the columns spec has `text`.
static bool headerHas(llvm::StringRef text) {
  ParsedModule parsed(columnsSpec);
  return llvm::StringRef(buildHeader(*parsed.module, "norms")).contains(text);
}

TEST(Header, DeclaresTheFunctionInOrder) {
  ParsedModule parsed(columnsSpec);
  // With `float eps,` the second line would have 81 columns.
  EXPECT_EQ(buildPrototype(parsed.func()),
            "int bn(const bnc_context *ctx, int64_t n, int64_t c, "
            "const bnc_bf16 *x,\n"
            "       int64_t x_stride_n, float *run, bnc_f16 *y, "
            "int64_t y_stride_n,\n"
            "       float eps, void *workspace, size_t workspace_size)");
}

TEST(Header, DeclaresWorkspaceSizeAndMetadata) {
  EXPECT_TRUE(headerHas("size_t bn_workspace_size(int64_t n, int64_t c);"));
  EXPECT_TRUE(headerHas("const bnc_metadata *bn_metadata(void);"));
  EXPECT_TRUE(headerHas("#ifndef BNC_LIBRARY_norms\n"));
}

TEST(Header, SaysWhatATiedArgumentReceives) {
  EXPECT_TRUE(headerHas("[c], read, then overwritten by 'run_out'"));
}

TEST(Header, HasTheTypesOnceAndGuarded) {
  EXPECT_TRUE(headerHas("#ifndef BNC_ABI_1\n#define BNC_ABI_1\n"));
  EXPECT_TRUE(headerHas("BNC_CALLBACK_FAILED = -10"));
  ParsedModule parsed(columnsSpec);
  std::string header = buildHeader(*parsed.module, "norms");
  EXPECT_EQ(llvm::StringRef(header).count("typedef struct bnc_context"), 1u);
}
