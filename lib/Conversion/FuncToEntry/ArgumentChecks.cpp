// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Checks of context, extents, pointers, workspace and counts.

#include "ArgumentChecks.h"

#include "ABITypes.h"
#include "Runnable.h"

#include "bnc/abi.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

using Kind = Parameter::Kind;
using Predicate = CodeBuilder::Predicate;

/// The index stored where no argument is at fault, but ctx or the processor.
static constexpr int64_t noArgument = -1;

ArgumentChecks::ArgumentChecks(CodeBuilder &b, FuncOp func,
                               const Signature &signature, Value context,
                               ValueRange arguments)
    : b(b), func(func), signature(signature), context(context),
      arguments(arguments), spans(collectSpans(b, func, signature, arguments)) {
  // failure(status, argument): if (ctx && ctx->argument)
  //   *ctx->argument = argument; return status
  OpBuilder::InsertionGuard guard(b);
  Region *body = b.getBlock()->getParent();
  Location loc = b.getLoc();
  Type i32 = b.getI32Type();
  failure = b.createBlock(body, body->end(), {i32, i32}, {loc, loc});
  Block *done = b.createBlock(body, body->end(), i32, loc);
  LLVM::ReturnOp::create(b, done->getArgument(0));

  b.setInsertionPointToEnd(failure);
  Value status = failure->getArgument(0), index = failure->getArgument(1);
  b.branchIf(b.compare(Predicate::eq, context, b.null()), done, status);
  Value address = LLVM::LoadOp::create(
      b, b.getPointerType(),
      b.field(getContextType(b.getContext()), context, contextArgument));
  b.branchIf(b.compare(Predicate::eq, address, b.null()), done, status);
  LLVM::StoreOp::create(b, index, address);
  LLVM::BrOp::create(b, ValueRange(status), done);
}

void ArgumentChecks::failIf(Value bad, int status, int64_t argument) {
  b.branchIf(bad, failure, {b.i32(status), b.i32(argument)});
}

Value ArgumentChecks::checkContext() {
  Type type = getContextType(b.getContext());
  Region *body = b.getBlock()->getParent();
  Block *next = b.createBlock(body, std::next(b.getBlock()->getIterator()),
                              b.getI32Type(), b.getLoc());
  Block *tooOld = b.createBlock(body, body->end());
  // A context too small to have `argument` is not written to.
  LLVM::ReturnOp::create(b, b.i32(BNC_BAD_CONTEXT));

  b.setInsertionPointToEnd(&*std::prev(next->getIterator()));
  Value all = buildAllowedLevels(b, b.i32(BNC_ISA_BEST));
  b.branchIf(b.compare(Predicate::eq, context, b.null()), next, all);
  Value size = LLVM::LoadOp::create(b, b.getI64Type(),
                                    b.field(type, context, contextSize));
  b.branchIf(b.compare(Predicate::ult, size, b.i64(sizeof(bnc_context))),
             tooOld, {});
  Value isa = LLVM::LoadOp::create(b, b.getI32Type(),
                                   b.field(type, context, contextMaxISA));
  b.branchIf(b.compare(Predicate::eq, isa, b.i32(BNC_ISA_BEST)), next, all);
  failIf(
      b.either(b.compare(Predicate::slt, isa, b.i32(BNC_ISA_X86_64_V2)),
               b.compare(Predicate::sgt, isa, b.i32(BNC_ISA_X86_64_V4_FP16))),
      BNC_BAD_CONTEXT, noArgument);
  LLVM::BrOp::create(b, ValueRange(buildAllowedLevels(b, isa)), next);
  b.setInsertionPointToEnd(next);
  return next->getArgument(0);
}

Value ArgumentChecks::checkVariants(Value runnable, Value allowed,
                                    int32_t levels) {
  Value both = LLVM::AndOp::create(b, runnable, allowed);
  Value variants = LLVM::AndOp::create(b, both, b.i32(levels));
  Region *body = b.getBlock()->getParent();
  Block *none = b.createBlock(body, body->end());
  b.setInsertionPointToEnd(none);
  Value isBad =
      b.compare(Predicate::ne,
                LLVM::AndOp::create(b, runnable, b.i32(runnableBadEnvironment)),
                b.i32(0));
  Value status = LLVM::SelectOp::create(b, isBad, b.i32(BNC_BAD_ENVIRONMENT),
                                        b.i32(BNC_UNSUPPORTED_CPU));
  LLVM::BrOp::create(b, ValueRange{status, b.i32(noArgument)}, failure);
  b.setInsertionPointAfterValue(variants);
  b.branchIf(b.compare(Predicate::eq, variants, b.i32(0)), none, {});
  return variants;
}

void ArgumentChecks::checkExtents() {
  for (auto [i, parameter] : llvm::enumerate(signature.getParameters()))
    if (parameter.kind == Kind::Extent || parameter.kind == Kind::Stride)
      failIf(b.compare(Predicate::slt, arguments[i], b.i64(0)),
             BNC_NEGATIVE_EXTENT, i);
  for (TensorSpan &span : spans) {
    buildBytes(b, span, !span.strides.empty(), span.elementBytes);
    if (span.overflow)
      failIf(b.both(span.hasElements, span.overflow), BNC_EXTENT_OVERFLOW,
             span.index);
  }
}

void ArgumentChecks::checkPointers() {
  for (const TensorSpan &span : spans)
    failIf(b.both(span.hasElements,
                  b.compare(Predicate::eq, span.pointer, b.null())),
           BNC_NULL_ARGUMENT, span.index);
}

void ArgumentChecks::checkDivisors() {
  llvm::SmallSetVector<std::pair<unsigned, int64_t>, 4> divisors;
  func.walk([&](KernelOp kernel) {
    for (DimAttr dim : kernel.getDims().getAsRange<DimAttr>())
      if (dim.isDynamic() && dim.getDivisor() > 1)
        divisors.insert(
            {signature.getExtentIndex(dim.getSymbol()), dim.getDivisor()});
  });
  for (auto [index, divisor] : divisors) {
    Value rest = LLVM::SRemOp::create(b, arguments[index], b.i64(divisor));
    failIf(b.compare(Predicate::ne, rest, b.i64(0)), BNC_INDIVISIBLE_EXTENT,
           index);
  }
}

void ArgumentChecks::checkWorkspace(Value required) {
  unsigned index = *signature.getWorkspaceIndex();
  Value workspace = arguments[index], size = arguments[index + 1];
  Value isNeeded = b.compare(Predicate::ne, required, b.i64(0));
  failIf(b.both(isNeeded, b.compare(Predicate::eq, workspace, b.null())),
         BNC_WORKSPACE_TOO_SMALL, index);
  failIf(b.compare(Predicate::ult, size, required), BNC_WORKSPACE_TOO_SMALL,
         index + 1);

  TensorSpan scratch;
  scratch.index = index;
  scratch.isWritten = true;
  scratch.pointer = workspace;
  scratch.hasElements = isNeeded;
  scratch.bytes = required;
  for (const TensorSpan &span : spans)
    checkPairOverlap(scratch, span);
}

void ArgumentChecks::checkCounts() {
  func.walk([&](VarianceOp variance) {
    if (variance.getCorrection() == 0)
      return;
    auto moments = variance.getMoments().getDefiningOp<MomentsOp>();
    auto kernel = variance->getParentOfType<KernelOp>();
    int64_t argument = noArgument;
    Value count;
    for (Attribute name : moments.getOver()) {
      DimAttr dim =
          kernel.getDim(kernel.getDimIndex(cast<StringAttr>(name).getValue()));
      if (dim.isDynamic() && argument == noArgument)
        argument = signature.getExtentIndex(dim.getSymbol());
      Value extent = buildExtent(b, signature, arguments, dim);
      count =
          count ? LLVM::MulOp::create(b, count, extent).getResult() : extent;
    }
    failIf(b.compare(Predicate::eq, count, b.i64(variance.getCorrection())),
           BNC_COUNT_TOO_SMALL, argument);
  });
}
