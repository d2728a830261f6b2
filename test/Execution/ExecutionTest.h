// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A fixture that compiles specs and runs them on random arguments.

#ifndef BNC_TEST_EXECUTION_EXECUTIONTEST_H
#define BNC_TEST_EXECUTION_EXECUTIONTEST_H

#include "Inputs.h"
#include "Subject.h"

#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

namespace bnc {

class ExecutionTest : public testing::Test {
protected:
  ExecutionTest() { prepareContext(context); }

  Subject parse(llvm::StringRef text,
                llvm::StringRef target = hostTargetName()) {
    mlir::FailureOr<Subject> subject = Subject::parse(context, text, target);
    EXPECT_TRUE(mlir::succeeded(subject)) << text.str();
    return std::move(*subject);
  }

  CompiledFunction compile(const Subject &subject,
                           const Variant &variant = {}) {
    mlir::FailureOr<CompiledFunction> function = subject.compile(variant);
    EXPECT_TRUE(mlir::succeeded(function));
    return *function;
  }

  llvm::SmallVector<Variant> listSchedules(const Subject &subject) {
    mlir::FailureOr<llvm::SmallVector<Variant>> schedules =
        subject.listSchedules();
    EXPECT_TRUE(mlir::succeeded(schedules));
    return *schedules;
  }

  /// Random elements of every argument: mean 1, standard deviation `scale`.
  llvm::SmallVector<Bytes> fill(const Subject &subject, const Extents &extents,
                                double scale = 1) {
    llvm::SmallVector<DrawnArgument> contents(
        subject.getFunc().getNumArgumentPorts(),
        {DrawnArgument::Fill::Normal, scale, scale});
    return fillArguments(subject.getFunc(), extents, contents, /*seed=*/1);
  }

  /// The results of one call that must succeed.
  llvm::SmallVector<Bytes>
  run(const Subject &subject, const CompiledFunction &function,
      const Extents &extents, llvm::ArrayRef<Bytes> arguments,
      const bnc_context *threads, Placement placement) {
    InvocationOptions options;
    options.placement = placement;
    std::string error;
    std::optional<llvm::SmallVector<Bytes>> results =
        runOnce(subject.getFunc(), function.getCallee(threads), extents,
                arguments, options, error);
    EXPECT_TRUE(results) << error;
    return results ? *results : llvm::SmallVector<Bytes>();
  }

  mlir::MLIRContext context;
};

} // namespace bnc

#endif // BNC_TEST_EXECUTION_EXECUTIONTEST_H
