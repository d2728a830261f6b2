// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which ops and values may be inside a norm.func and a norm.kernel.

#include "BodyVerify.h"

#include "bnc/Dialect/Norm/IR/ClosestName.h"
#include "bnc/Dialect/Norm/IR/DimNames.h"
#include "bnc/Dialect/Norm/IR/ElementwiseTable.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc::norm;

/// Reports an op that is not in the table: what it may have meant to be, and
/// what its dialect offers.
static LogicalResult reportUnknown(Operation *op) {
  auto [dialect, mnemonic] = op->getName().getStringRef().split('.');
  SmallVector<StringRef> accepted;
  for (const ElementwiseOp &entry : getElementwiseTable())
    if (StringRef(entry.name).split('.').first == dialect)
      accepted.push_back(StringRef(entry.name).split('.').second);
  InFlightDiagnostic error = op->emitError("'")
                             << op->getName() << "' is not accepted in a spec"
                             << didYouMean(mnemonic, accepted,
                                           (dialect + ".").str());
  if (accepted.empty()) {
    error.attachNote() << "accepted are the ops of 'norm' and elementwise ops "
                          "of 'arith' and 'math'";
    return error;
  }
  Diagnostic &note = error.attachNote()
                     << "accepted of '" << dialect << "' are ";
  llvm::interleaveComma(accepted, note);
  return error;
}

static bool touchesF64(Operation *op) {
  auto isF64 = [](Type type) { return getElementTypeOrSelf(type).isF64(); };
  return llvm::any_of(op->getOperandTypes(), isF64) ||
         llvm::any_of(op->getResultTypes(), isF64);
}

LogicalResult bnc::norm::verifyElementwise(Operation *op) {
  StringRef name = op->getName().getStringRef();
  const ElementwiseOp *entry = lookupElementwise(name);
  if (!entry)
    return reportUnknown(op);
  if (!entry->isAllowedOnF64() && touchesF64(op))
    return op->emitError("'")
           << name << "' is not available on f64, only on f32, f16 and bf16";
  if (auto fast = dyn_cast<arith::ArithFastMathInterface>(op))
    if (auto flags = fast.getFastMathFlagsAttr();
        flags && flags.getValue() != arith::FastMathFlags::none)
      return op->emitError("'")
             << name << "' has fastmath flags; the bits of a result are part "
             << "of the contract, so none are accepted";
  if (auto rounding =
          op->getAttrOfType<arith::RoundingModeAttr>("roundingmode"))
    if (rounding.getValue() != arith::RoundingMode::to_nearest_even)
      return op->emitError("'") << name << "' rounds "
                                << stringifyRoundingMode(rounding.getValue())
                                << ", but only to_nearest_even is possible";
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    if (auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
        elements && !elements.isSplat())
      return op->emitError("a constant tensor must repeat one value; pass "
                           "others as an argument");
  if (auto select = dyn_cast<arith::SelectOp>(op))
    if (getElementTypeOrSelf(select.getType()).isInteger())
      return op->emitError("'arith.select' must choose between "
                           "floating-point values, but got ")
             << select.getType();
  return success();
}

/// Whether a value of `type` may be in a spec: a tensor of the four float
/// types or of the i1 of a comparison, or a scalar f32 or f64.
static bool isSpecType(Type type) {
  if (type.isF32() || type.isF64())
    return true;
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return false;
  Type element = tensor.getElementType();
  return element.isF64() || element.isF32() || element.isF16() ||
         element.isBF16() || element.isInteger(1);
}

LogicalResult bnc::norm::verifySpecBody(FuncOp func) {
  bool formed = false;
  for (Operation &op : func.getBody().front().without_terminator()) {
    formed |= isa<KernelOp>(op);
    bool ofNorm = isa_and_nonnull<NormDialect>(op.getDialect());
    if (!ofNorm || lookupElementwise(op.getName().getStringRef()))
      if (failed(verifyElementwise(&op)))
        return failure();
    for (Type type : op.getResultTypes())
      if (!isSpecType(type))
        return op.emitError("'")
               << op.getName() << "' gives " << type
               << ", but values of a spec are tensors of f64, f32, f16 or bf16 "
                  "or scalars of f32 or f64";
  }
  // Kernels name their dims themselves.
  if (formed)
    return success();
  DimNames names(func);
  if (Operation *op = names.getConflictOp())
    return op->emitOpError(names.getConflict());
  return success();
}
