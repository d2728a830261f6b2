// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Tensors from memory and back.

#include "bnc/Reference/Tensor.h"
#include "bnc/Reference/Rounding.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"

#include <cstring>

using namespace bnc;
using namespace bnc::reference;
using namespace mlir;

/// Reads or writes `bits` as the unsigned integer of the width of `element`.
template <typename Visit> static void withWidth(Type element, Visit visit) {
  switch (element.getIntOrFloatBitWidth()) {
  case 16:
    return visit(uint16_t());
  case 32:
    return visit(uint32_t());
  default:
    return visit(uint64_t());
  }
}

Tensor reference::fromBytes(ArrayRef<int64_t> shape, Type element,
                            ArrayRef<char> bytes) {
  Tensor tensor(shape, element);
  const llvm::fltSemantics &semantics =
      cast<FloatType>(element).getFloatSemantics();
  withWidth(element, [&](auto bits) {
    assert(bytes.size() == tensor.values.size() * sizeof(bits));
    for (int64_t i = 0; i < tensor.size(); ++i) {
      std::memcpy(&bits, bytes.data() + i * sizeof(bits), sizeof(bits));
      if (sizeof(bits) == 4) {
        float value;
        std::memcpy(&value, &bits, 4);
        tensor.values[i] = value;
      } else if (sizeof(bits) == 8) {
        std::memcpy(&tensor.values[i], &bits, 8);
      } else {
        llvm::APFloat value(semantics, llvm::APInt(8 * sizeof(bits), bits));
        tensor.values[i] = value.convertToDouble();
      }
    }
  });
  return tensor;
}

SmallVector<char, 0> reference::toBytes(const Tensor &tensor) {
  SmallVector<char, 0> bytes;
  const llvm::fltSemantics &semantics =
      cast<FloatType>(tensor.element).getFloatSemantics();
  withWidth(tensor.element, [&](auto bits) {
    bytes.resize(tensor.values.size() * sizeof(bits));
    for (int64_t i = 0; i < tensor.size(); ++i) {
      llvm::APFloat value(tensor.values[i]);
      bool losesInfo;
      value.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
      bits = value.bitcastToAPInt().getZExtValue();
      std::memcpy(bytes.data() + i * sizeof(bits), &bits, sizeof(bits));
    }
  });
  return bytes;
}
