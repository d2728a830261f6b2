// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Runs single passes and pipelines of bnc on MLIR text, for tests.

#include "bnc/Pipelines/Registration.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  bnc::registerDialects(registry);
  bnc::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "bnc optimizer driver\n", registry));
}
