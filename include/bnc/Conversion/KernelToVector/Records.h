// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Records of reductions: how chunks become records and records merge.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_RECORDS_H
#define BNC_CONVERSION_KERNELTOVECTOR_RECORDS_H

#include "bnc/Conversion/Elements.h"

#include "mlir/IR/Builders.h"

namespace bnc {

/// What a reduction keeps of the terms so far, all f64: one record, or a
/// vector of records with one count.
struct Record {
  mlir::Value count; ///< number of terms, never a vector
  mlir::Value mean;
  mlir::Value meanLow; ///< what `mean` lost; only for f64 statistics
  mlir::Value m2;      ///< centred sum of squares; of a plain sum: the sum

  /// The values but the count, those that are there: one of a sum, two of
  /// moments, three of f64 moments.
  llvm::SmallVector<mlir::Value> getFields() const;
  /// The record that has these fields.
  static Record get(mlir::Value count, mlir::ValueRange fields);
};

/// Emits the arithmetic of records.
class RecordMath {
public:
  RecordMath(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  /// The record of one chunk of `count` terms from the corrected two-pass:
  /// `high` is the rounded mean, c = sum(x - high), q = sum((x - high)^2), in
  /// the compute type. mean = high + c/n, M2 = max(q - c * (c/n), 0).
  Record fromCentred(mlir::Value count, mlir::Value high, mlir::Value c,
                     mlir::Value q);
  /// The record of one chunk of `count` f32 terms from s = sum(x) and
  /// q = sum(x^2): mean = s/n, M2 = q - s * (s/n). `cancels` becomes whether
  /// the difference loses too much of q, and the record is not to be used.
  Record fromSums(mlir::Value count, mlir::Value s, mlir::Value q,
                  mlir::Value &cancels);
  /// The record of a plain sum.
  Record fromSum(mlir::Value count, mlir::Value sum);
  /// sum / count rounded to the type of `sum`: the pivot of the second pass.
  mlir::Value roundedMean(mlir::Value sum, mlir::Value count);
  /// a before b (Chan, Golub and LeVeque's update, in f64).
  Record merge(const Record &a, const Record &b);
  /// The mean rounded to `type`, and what that lost, rounded to `type`.
  mlir::Value meanHigh(const Record &record, mlir::Type type);
  mlir::Value meanLow(const Record &record, mlir::Type type);

  /// `value` (float or vector of them) in f64.
  mlir::Value toF64(mlir::Value value);

private:
  mlir::Value like(mlir::Value scalar, mlir::Value shape);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// A sum of squares of f32 below this may have lost some to underflow, which
/// the dot product of bf16 pairs flushes to zero from 2^-126 on
/// (docs/Numerics.md).
inline constexpr double leastSquares = 0x1p-80;

/// How many fields the record of `reduction` has (Record::getFields).
unsigned getNumFields(mlir::Operation *reduction);

/// sum + x * x, with one rounding if `fma`: how every chunk adds a square.
mlir::Value emitAddSquare(mlir::OpBuilder &b, mlir::Location loc, bool fma,
                          mlir::Value x, mlir::Value sum);

/// Allocates a stack array at the start of the function around `b`.
mlir::Value allocateOnStack(mlir::OpBuilder &b, mlir::Location loc,
                            llvm::ArrayRef<int64_t> shape, mlir::Type element);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_RECORDS_H
