// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From branches and vectors to the LLVM dialect, in one conversion.

#include "bnc/Conversion/Passes.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnc {
#define GEN_PASS_DEF_CONVERTTOLLVMPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;

namespace {
/// Widens a bf16 by moving its bits. From the conversion as such LLVM 22 may
/// make one back to bf16 and again to f32, where the value is used in another
/// block, and AVX512-BF16 rounds subnormals to zero. Vectors are not affected.
struct WidenBF16 : ConvertOpToLLVMPattern<arith::ExtFOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(arith::ExtFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

struct ConvertToLLVMPass : bnc::impl::ConvertToLLVMPassBase<ConvertToLLVMPass> {
  void runOnOperation() override;
};
} // namespace

LogicalResult
WidenBF16::matchAndRewrite(arith::ExtFOp op, OpAdaptor adaptor,
                           ConversionPatternRewriter &rewriter) const {
  if (!op.getIn().getType().isBF16())
    return failure();
  Location loc = op.getLoc();
  Type i16 = rewriter.getI16Type(), i32 = rewriter.getI32Type();
  Type f32 = rewriter.getF32Type();
  Value bits = LLVM::BitcastOp::create(rewriter, loc, i16, adaptor.getIn());
  bits = LLVM::ZExtOp::create(rewriter, loc, i32, bits);
  Value places = LLVM::ConstantOp::create(rewriter, loc, i32, 16);
  bits = LLVM::ShlOp::create(rewriter, loc, bits, places);
  Value wide = LLVM::BitcastOp::create(rewriter, loc, f32, bits);
  if (op.getType() != f32)
    wide = LLVM::FPExtOp::create(rewriter, loc, op.getType(), wide);
  rewriter.replaceOp(op, wide);
  return success();
}

void ConvertToLLVMPass::runOnOperation() {
  MLIRContext *context = &getContext();
  LLVMTypeConverter converter(context);
  RewritePatternSet patterns(context);
  // What the kernels use of the vector dialect and LLVM has no name for.
  vector::populateVectorMaskMaterializationPatterns(
      patterns, /*force32BitVectorIndices=*/true);
  vector::populateVectorMaskOpLoweringPatterns(patterns);
  vector::populateVectorInsertExtractStridedSliceTransforms(patterns);
  vector::populateVectorInterleaveToShufflePatterns(patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns,
                                         /*reassociateFPReductions=*/false,
                                         /*force32BitVectorIndices=*/true);
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  patterns.add<WidenBF16>(converter, /*benefit=*/2);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  populateMathToLLVMConversionPatterns(converter, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
  populateFuncToLLVMConversionPatterns(converter, patterns);
  // Folds leave poison.
  ub::populateUBToLLVMConversionPatterns(converter, patterns);

  LLVMConversionTarget target(*context);
  target.addLegalOp<ModuleOp>();
  // Nothing is tried that might be undone, and nothing is kept to undo it.
  ConversionConfig config;
  config.allowPatternRollback = false;
  if (failed(applyFullConversion(getOperation(), target, std::move(patterns),
                                 config)))
    signalPassFailure();
}
