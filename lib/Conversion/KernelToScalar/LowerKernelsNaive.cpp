// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Lowers kernels to scalar loops in f64.

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace bnc {
#define GEN_PASS_DEF_LOWERKERNELSNAIVEPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

namespace {
struct LowerKernelsNaivePass : bnc::impl::LowerKernelsNaivePassBase<LowerKernelsNaivePass> {
  using LowerKernelsNaivePassBase::LowerKernelsNaivePassBase;
  void runOnOperation() override {}
};
} // namespace
