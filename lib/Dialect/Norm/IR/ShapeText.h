// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Shapes as diagnostics show them.

#ifndef BNC_LIB_DIALECT_NORM_IR_SHAPETEXT_H
#define BNC_LIB_DIALECT_NORM_IR_SHAPETEXT_H

#include "mlir/IR/BuiltinTypes.h"

#include <string>

namespace bnc::norm {

/// `[?, 64]` for a dynamic extent and one of 64.
inline std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (int64_t extent : shape) {
    if (text.size() > 1)
      text += ", ";
    text += mlir::ShapedType::isDynamic(extent) ? "?" : std::to_string(extent);
  }
  return text + "]";
}

} // namespace bnc::norm

#endif // BNC_LIB_DIALECT_NORM_IR_SHAPETEXT_H
