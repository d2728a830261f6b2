// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Fills the arguments of a drawn spec.

#include "Inputs.h"

#include "Random.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/APFloat.h"

using namespace bnc;
using namespace bnc::norm;
using namespace mlir;

static double draw(Random &random, const DrawnArgument &contents) {
  switch (contents.fill) {
  case DrawnArgument::Fill::Normal:
    return contents.offset + contents.scale * random.normal();
  case DrawnArgument::Fill::Positive:
    return std::abs(contents.offset + contents.scale * random.normal());
  case DrawnArgument::Fill::Constant:
    return contents.offset;
  }
  llvm_unreachable("unknown fill");
}

/// Appends `number`, rounded to `type`.
static void append(Bytes &bytes, double number, FloatType type) {
  APFloat value(number);
  bool inexact;
  value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &inexact);
  uint64_t bits = value.bitcastToAPInt().getZExtValue();
  const char *begin = reinterpret_cast<const char *>(&bits);
  bytes.append(begin, begin + type.getWidth() / 8);
}

SmallVector<Bytes> bnc::fillArguments(FuncOp func, const Extents &extents,
                                      ArrayRef<DrawnArgument> contents,
                                      uint64_t seed) {
  SmallVector<Bytes> arguments;
  for (unsigned i = 0; i < func.getNumArgumentPorts(); ++i) {
    PortAttr port = func.getArgumentPort(i);
    auto element = cast<FloatType>(getElementTypeOrSelf(port.getType()));
    int64_t count = 1;
    for (int64_t extent : getShape(port, extents))
      count *= extent;
    // A stream of its own, so one argument's size does not move the next.
    Random random(seed * 64 + i);
    Bytes &bytes = arguments.emplace_back();
    bytes.reserve(count * element.getWidth() / 8);
    for (int64_t j = 0; j < count; ++j)
      append(bytes, draw(random, contents[i]), element);
  }
  return arguments;
}
