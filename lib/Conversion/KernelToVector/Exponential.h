// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the expansions of functions with an exponential share.

#ifndef BNC_LIB_CONVERSION_KERNELTOVECTOR_EXPONENTIAL_H
#define BNC_LIB_CONVERSION_KERNELTOVECTOR_EXPONENTIAL_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"

namespace bnc {

/// Arithmetic on f32 or vectors of it.
struct Exponential {
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type type, integers;

  Exponential(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type);

  mlir::Value constant(double value);
  mlir::Value integer(int64_t value);
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value subtract(mlir::Value x, mlir::Value y);
  mlir::Value shiftLeft(mlir::Value x, int64_t bits);
  mlir::Value asFloat(mlir::Value bits);
  mlir::Value asInteger(mlir::Value x);
  /// `coefficients` by falling powers of `r`.
  mlir::Value polynomial(llvm::ArrayRef<double> coefficients, mlir::Value r);

  /// e^x = 2^n e^r, where n is a multiple of 1 / steps.
  struct Reduced {
    /// The bits of a number whose last bits count steps, n of them and those of
    /// getCountedZero.
    mlir::Value counted;
    mlir::Value n;
    /// At most ln(2) / (2 steps), and as exact as a float is.
    mlir::Value r;
  };
  /// Of x, or of `least` or `most`, from -128 to 128, where x is beyond them;
  /// NaN stays.
  Reduced reduce(mlir::Value x, double least, double most, unsigned steps);
  static int64_t getCountedZero(unsigned steps);

private:
  /// `x`, or `bound` where x compares by `predicate` to it; NaN stays.
  mlir::Value clamp(mlir::Value x, mlir::arith::CmpFPredicate predicate,
                    double bound);
};

} // namespace bnc

#endif // BNC_LIB_CONVERSION_KERNELTOVECTOR_EXPONENTIAL_H
