// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A spec from text, for the tests of the check.

#ifndef BNC_TEST_UNIT_CHECK_SPEC_H
#define BNC_TEST_UNIT_CHECK_SPEC_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace bnc {

/// Holds the one function of a module.
class Spec {
public:
  explicit Spec(llvm::StringRef text) {
    context.loadDialect<norm::NormDialect, mlir::arith::ArithDialect,
                        mlir::math::MathDialect, mlir::LLVM::LLVMDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text.str();
  }
  norm::FuncOp getFunc() { return *module->getOps<norm::FuncOp>().begin(); }

  mlir::MLIRContext context;

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace bnc

#endif // BNC_TEST_UNIT_CHECK_SPEC_H
