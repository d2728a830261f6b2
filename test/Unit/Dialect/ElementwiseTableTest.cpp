// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The table of elementwise ops, and docs/Spec.md, which shows it.

#include "bnc/Dialect/Norm/IR/ElementwiseTable.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace bnc::norm;

namespace {

std::string formatUlp(double ulp) {
  if (ulp < 0)
    return "-";
  std::ostringstream text;
  text << ulp;
  return text.str();
}

TEST(ElementwiseTable, IsOrderedByName) {
  llvm::ArrayRef<ElementwiseOp> table = getElementwiseTable();
  for (size_t i = 1; i < table.size(); ++i)
    EXPECT_LT(table[i - 1].name.str(), table[i].name.str());
}

TEST(ElementwiseTable, FindsEveryEntryAndNothingElse) {
  for (const ElementwiseOp &op : getElementwiseTable())
    EXPECT_EQ(lookupElementwise(op.name), &op);
  for (const char *name :
       {"", "math.exp2", "math.ex", "math", "norm.layer_norm", "zzz"})
    EXPECT_EQ(lookupElementwise(name), nullptr) << name;
}

TEST(ElementwiseTable, NamesRegisteredOps) {
  mlir::MLIRContext context;
  context.loadDialect<NormDialect, mlir::arith::ArithDialect,
                      mlir::math::MathDialect>();
  for (const ElementwiseOp &op : getElementwiseTable())
    EXPECT_TRUE(mlir::OperationName(op.name, &context).isRegistered())
        << op.name.str();
}

TEST(ElementwiseTable, IsInTheSpecPage) {
  std::ifstream page(BNC_SOURCE_DIR "/docs/Spec.md");
  ASSERT_TRUE(page);
  std::vector<std::string> rows;
  bool inTable = false;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| op | ulp f32 |", 0) == 0)
      inTable = true;
    else if (inTable && line.rfind("| `", 0) == 0)
      rows.push_back(line);
    else if (line.empty())
      inTable = false;
  }
  std::vector<std::string> expected;
  for (const ElementwiseOp &op : getElementwiseTable())
    expected.push_back("| `" + op.name.str() + "` | " + formatUlp(op.ulpF32) +
                       " | " + formatUlp(op.ulpF64) + " |");
  EXPECT_EQ(rows, expected);
}

} // namespace
