// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Replaces transcendental functions by polynomials: a kernel calls no libm.

#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace bnc {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;

namespace {

struct ExpandMathPass : bnc::impl::ExpandMathPassBase<ExpandMathPass> {
  void runOnOperation() override {
    // Most kernels have none, and the patterns cost time to build.
    SmallVector<func::FuncOp> functions;
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (function
              .walk([](Operation *op) {
                return isa<math::ExpOp, math::ExpM1Op, math::LogOp,
                           math::Log1pOp, math::TanhOp, math::ErfOp,
                           math::RsqrtOp>(op)
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              })
              .wasInterrupted())
        functions.push_back(function);
    if (functions.empty())
      return;
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns);
    math::populateExpansionPatterns(patterns, {"rsqrt"});
    FrozenRewritePatternSet frozen(std::move(patterns));
    for (func::FuncOp function : functions)
      if (failed(applyPatternsGreedily(function, frozen)))
        return signalPassFailure();
  }
};

} // namespace
