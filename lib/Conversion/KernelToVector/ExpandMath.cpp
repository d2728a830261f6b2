// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Replaces transcendental functions by polynomials: a kernel calls no libm.

#include "bnc/Conversion/Elements.h"
#include "bnc/Conversion/KernelToVector/ExpandExp.h"
#include "bnc/Conversion/KernelToVector/InterleaveChains.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"

namespace bnc {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

/// Makes `log`, whose polynomial takes a number below the normal ones for the
/// smallest of these, take it as it is: log(x) = log(2^32 x) - 32 log(2).
static void widenLogarithm(math::LogOp log) {
  OpBuilder b(log);
  Location loc = log.getLoc();
  Value x = log.getOperand();
  auto constant = [&](double value) {
    return makeFloat(b, loc, x.getType(), value);
  };
  Value isSmall = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, x,
                                        constant(0x1p-126));
  Value scaled = arith::MulFOp::create(b, loc, x, constant(0x1p32));
  log->setOperand(0, arith::SelectOp::create(b, loc, isSmall, scaled, x));
  b.setInsertionPointAfter(log);
  Value moved =
      arith::SubFOp::create(b, loc, log, constant(32 * llvm::numbers::ln2));
  auto result = arith::SelectOp::create(b, loc, isSmall, moved, log);
  llvm::SmallPtrSet<Operation *, 2> own{result, moved.getDefiningOp()};
  log.getResult().replaceAllUsesExcept(result, own);
}

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
    auto target =
        getOperation()->getAttrOfType<norm::TargetAttr>("norm.target");
    constexpr unsigned fewest = 16;
    unsigned registers = target ? target.getRegisters() : fewest;
    for (func::FuncOp function : functions) {
      function.walk([&](arith::AddFOp sum) { expandOnePlusExp(sum, target); });
      function.walk([&](Operation *op) {
        if (op->getNumResults() != 1 ||
            !getElementTypeOrSelf(op->getResult(0).getType()).isF32())
          return;
        if (auto log = dyn_cast<math::LogOp>(op))
          widenLogarithm(log);
        else if (auto exp = dyn_cast<math::ExpOp>(op))
          expandExp(exp, target);
      });
    }
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns);
    math::populateExpansionPatterns(patterns, {"rsqrt"});
    FrozenRewritePatternSet frozen(std::move(patterns));
    for (func::FuncOp function : functions) {
      if (failed(applyPatternsGreedily(function, frozen)))
        return signalPassFailure();
      function.walk([&](Block *block) { interleaveChains(*block, registers); });
    }
  }
};

} // namespace
