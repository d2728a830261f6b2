// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Cuts the body of a norm.func into kernels.

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace bnc {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

namespace {
struct FormKernelsPass : bnc::impl::FormKernelsPassBase<FormKernelsPass> {
  using FormKernelsPassBase::FormKernelsPassBase;
  void runOnOperation() override {}
};
} // namespace
