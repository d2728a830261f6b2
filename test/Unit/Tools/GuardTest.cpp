// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A bug in the compiler leaves a reproducer and exit code 70.

#include "bnc/Tools/SpecFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace bnc;

namespace {

constexpr llvm::StringLiteral kSpec =
    "norm.func @f(%x: [c = 4] f32) -> (y: [c] f32) {\n"
    "  %0 = norm.relu %x : tensor<4xf32>\n"
    "  norm.return %0 : tensor<4xf32>\n"
    "}\n";

/// A folder of its own with a spec in it.
class GuardTest : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("bnc-guard", folder));
    ASSERT_FALSE(llvm::sys::fs::set_current_path(folder));
    ASSERT_EQ(writeFile("", "spec.mlir", kSpec), ExitOk);
    ASSERT_EQ(spec.read("", "spec.mlir"), ExitOk);
  }
  void TearDown() override {
    llvm::sys::fs::set_current_path("/");
    llvm::sys::fs::remove_directories(folder);
  }

  static std::string readReproducer() {
    auto buffer = llvm::MemoryBuffer::getFile("bnc-reproducer.mlir");
    return buffer ? (*buffer)->getBuffer().str() : std::string();
  }

  llvm::SmallString<64> folder;
  SpecFile spec;
};

TEST_F(GuardTest, LeavesOrdinaryExitCodesAlone) {
  EXPECT_EQ(spec.guard({}, [] { return int(ExitNotPossible); }),
            ExitNotPossible);
  EXPECT_EQ(readReproducer(), "");
}

TEST_F(GuardTest, WritesTheSpecAndCommandAfterAnInternalError) {
  EXPECT_EQ(spec.guard({"spec.mlir", "-v"}, [] { return int(ExitInternal); }),
            ExitInternal);
  EXPECT_EQ(readReproducer(), ("// bnc spec.mlir -v \n" + kSpec).str());
}

TEST_F(GuardTest, SurvivesACrash) {
  EXPECT_EQ(spec.guard({"spec.mlir"},
                       []() -> int {
                         *static_cast<volatile int *>(nullptr) = 1;
                         return ExitOk;
                       }),
            ExitInternal);
  EXPECT_EQ(readReproducer(), ("// bnc spec.mlir \n" + kSpec).str());
}

} // namespace
