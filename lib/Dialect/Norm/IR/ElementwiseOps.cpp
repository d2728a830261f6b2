// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Verifiers and folds of the elementwise ops of a spec.

#include "ShapeText.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc::norm;

//===----------------------------------------------------------------------===//
// norm.broadcast
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  RankedTensorType like = getLike().getType();
  ArrayRef<int64_t> inputShape;
  if (auto tensor = dyn_cast<RankedTensorType>(getInput().getType()))
    inputShape = tensor.getShape();
  ArrayRef<int64_t> dims = getDims();
  if (dims.size() != inputShape.size()) // (C1)
    return emitOpError("expected ")
           << inputShape.size() << " 'dims', one for each dim of 'input', "
           << "but got " << dims.size();
  int64_t least = 0;
  for (auto [dim, extent] : llvm::zip_equal(dims, inputShape)) {
    if (dim < least || dim >= like.getRank()) { // (C1)
      InFlightDiagnostic error =
          emitOpError("expected 'dims' to be strictly increasing dims of "
                      "'like', out of 0 to ")
          << like.getRank() - 1 << ", but got [";
      llvm::interleaveComma(dims, error);
      return error << "]";
    }
    least = dim + 1;
    if (extent != like.getDimSize(dim)) // (C2)
      return emitOpError("expected 'input' to have the extents of 'like' in "
                         "'dims', but got ")
             << shapeText(inputShape) << " for " << shapeText(like.getShape());
  }
  auto expected = RankedTensorType::get(
      like.getShape(), getElementTypeOrSelf(getInput().getType()));
  if (getType() != expected) // (C3)
    return emitOpError("expected 'result' to be ")
           << expected << ", but got " << getType();
  return success();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  // Every dim of `like` is one of the input: nothing is repeated.
  if (getInput().getType() == getType())
    return getInput();
  return {};
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

OpFoldResult ReluOp::fold(FoldAdaptor) {
  // relu leaves what it gives: no negative value, no -0, and NaN as it is.
  if (getInput().getDefiningOp<ReluOp>())
    return getInput();
  return {};
}
