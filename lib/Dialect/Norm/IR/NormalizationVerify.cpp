// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the verifiers of all normalizations share.

#include "NormalizationVerify.h"

#include "ShapeText.h"
#include "bnc/Dialect/Norm/IR/ClosestName.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace bnc::norm;

NormalizationVerifier::NormalizationVerifier(Operation *op, Value value)
    : op(op), input(cast<RankedTensorType>(value.getType())) {
  MLIRContext *context = op->getContext();
  if (input.getElementType().isF64())
    compute = Float64Type::get(context);
  else
    compute = Float32Type::get(context);
}

SmallVector<int64_t> NormalizationVerifier::getShape(ArrayRef<int64_t> axes,
                                                     bool inAxes) const {
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(input.getShape()))
    if (llvm::is_contained(axes, int64_t(i)) == inAxes)
      shape.push_back(extent);
  return shape;
}

LogicalResult NormalizationVerifier::checkAxes(ArrayRef<int64_t> axes) const {
  int64_t least = 0;
  bool valid = !axes.empty();
  for (int64_t axis : axes) {
    valid &= axis >= least && axis < input.getRank();
    least = axis + 1;
  }
  if (!valid) { // (C1)
    InFlightDiagnostic error = op->emitOpError("expected strictly increasing "
                                               "dims of 'input' after 'over', "
                                               "out of 0 to ")
                               << input.getRank() - 1 << ", but got [";
    llvm::interleaveComma(axes, error);
    return error << "]";
  }
  return success();
}

LogicalResult NormalizationVerifier::checkFeature(int64_t feature,
                                                  int64_t first) const {
  if (feature < first || feature >= input.getRank()) // (C1)
    return op->emitOpError("expected 'feature' to be a dim of 'input' from ")
           << first << " to " << input.getRank() - 1 << ", but got " << feature;
  return success();
}

LogicalResult NormalizationVerifier::checkShape(StringRef name, Value value,
                                                ArrayRef<int64_t> shape) const {
  if (!value)
    return success();
  ArrayRef<int64_t> actual = cast<RankedTensorType>(value.getType()).getShape();
  if (actual != shape) // (C2)
    return op->emitOpError("expected '")
           << name << "' to have shape " << shapeText(shape) << ", but got "
           << shapeText(actual);
  return success();
}

LogicalResult NormalizationVerifier::checkResult(Value result) const {
  if (failed(checkShape("result", result, input.getShape()))) // (C3)
    return failure();
  return checkWidth("result", result);
}

LogicalResult NormalizationVerifier::checkWidth(StringRef name,
                                                Value value) const {
  if (!value)
    return success();
  Type element = getElementTypeOrSelf(value.getType());
  if (element.getIntOrFloatBitWidth() > compute.getIntOrFloatBitWidth()) // (C4)
    return op->emitOpError("expected '")
           << name << "' to be no wider than " << compute
           << ", the compute type of " << input.getElementType()
           << " input, but got " << element;
  return success();
}

LogicalResult NormalizationVerifier::checkScalar(StringRef name,
                                                 Value value) const {
  if (value && value.getType() != compute) // (C4)
    return op->emitOpError("expected '")
           << name << "' to be " << compute << ", the compute type of "
           << input.getElementType() << " input, but got " << value.getType();
  return success();
}

LogicalResult NormalizationVerifier::checkSaves(ArrayAttr names,
                                                ArrayRef<StringRef> allowed,
                                                ValueRange saved,
                                                ArrayRef<int64_t> shape) const {
  llvm::SmallSet<StringRef, 4> seen;
  for (auto name : names.getAsValueRange<StringAttr>()) {
    if (!llvm::is_contained(allowed, name)) { // (C5)
      InFlightDiagnostic error = op->emitOpError("cannot save '")
                                 << name << "', only ";
      llvm::interleaveComma(allowed, error);
      return error << didYouMean(name, allowed);
    }
    if (!seen.insert(name).second) // (C5)
      return op->emitOpError("saves '") << name << "' twice";
  }
  if (saved.size() != names.size()) // (C5)
    return op->emitOpError("expected ")
           << names.size() << " saved results, one for each name in 'saves', "
           << "but got " << saved.size();
  auto expected = RankedTensorType::get(shape, compute);
  for (auto [name, value] :
       llvm::zip_equal(names.getAsValueRange<StringAttr>(), saved))
    if (value.getType() != expected) // (C5)
      return op->emitOpError("expected saved '")
             << name << "' to be " << expected << ", but got "
             << value.getType();
  return success();
}

LogicalResult NormalizationVerifier::checkWeightOffset(const APFloat &offset,
                                                       Value scale) const {
  if (!offset.isZero() && !scale) // (C6)
    return op->emitOpError("has 'weight_offset' ")
           << offset.convertToDouble()
           << " but no 'scale' that it could be added to";
  return success();
}
