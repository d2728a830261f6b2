// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Types and constants for code that is the same for scalars and vectors.

#include "bnc/Conversion/Elements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;

Type bnc::withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.clone(element) : element;
}

/// The constant of `type` whose elements are all `element`.
static Value splat(OpBuilder &b, Location loc, Type type, TypedAttr element) {
  if (auto vector = dyn_cast<VectorType>(type))
    element = DenseElementsAttr::get(vector, element);
  return arith::ConstantOp::create(b, loc, element);
}

Value bnc::makeFloat(OpBuilder &b, Location loc, Type type, double value) {
  return splat(b, loc, type, b.getFloatAttr(getElementTypeOrSelf(type), value));
}

Value bnc::makeInteger(OpBuilder &b, Location loc, Type type, int64_t value) {
  return splat(b, loc, type,
               b.getIntegerAttr(getElementTypeOrSelf(type), value));
}
