// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Tensors as the reference sees them: exact values with error bounds.

#ifndef BNC_REFERENCE_TENSOR_H
#define BNC_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinTypes.h"

#include <vector>

namespace bnc::reference {

/// A tensor or, with rank 0, a scalar. An element is `value + low` and the
/// kernel may be off by `error`.
struct Tensor {
  llvm::SmallVector<int64_t> shape;
  /// f64, f32, f16 or bf16; i1 for the result of a comparison, whose values
  /// are 0 and 1 and whose error is 1 where either is right.
  mlir::Type element;
  /// Row-major.
  std::vector<double> values;
  /// What `values` cannot hold, in specs with f64; empty if nothing.
  std::vector<double> lows;
  /// Largest distance that is no fault, absolute: 0 demands the very value,
  /// infinity nothing. Empty if all are 0.
  std::vector<double> errors;

  Tensor() = default;
  /// Zeros of shape `shape`.
  Tensor(llvm::ArrayRef<int64_t> shape, mlir::Type element)
      : shape(shape), element(element), values(countElements(shape)) {}

  int64_t size() const { return values.size(); }
  double getError(int64_t i) const { return errors.empty() ? 0 : errors[i]; }

  /// The element as `Real`, double or wider.
  template <typename Real> Real get(int64_t i) const {
    Real value = values[i];
    return lows.empty() ? value : value + Real(lows[i]);
  }
  /// Sets element `i`.
  template <typename Real> void set(int64_t i, Real value, double error) {
    double high = static_cast<double>(value);
    Real low = value - Real(high);
    values[i] = high;
    // An infinity or NaN has no low part: the difference is NaN.
    if (low == low && low != 0) {
      if (lows.empty())
        lows.resize(values.size());
      lows[i] = static_cast<double>(low);
    } else if (!lows.empty()) {
      lows[i] = 0;
    }
    if (error != 0 && errors.empty())
      errors.resize(values.size());
    if (!errors.empty())
      errors[i] = error;
  }

  static int64_t countElements(llvm::ArrayRef<int64_t> shape) {
    int64_t count = 1;
    for (int64_t extent : shape)
      count *= extent;
    return count;
  }
};

/// The exact tensor whose elements in memory are `bytes`, dense and row-major,
/// in the type `element`.
Tensor fromBytes(llvm::ArrayRef<int64_t> shape, mlir::Type element,
                 llvm::ArrayRef<char> bytes);

/// The elements of `tensor`, rounded to its type, as they lie in memory.
llvm::SmallVector<char, 0> toBytes(const Tensor &tensor);

} // namespace bnc::reference

#endif // BNC_REFERENCE_TENSOR_H
