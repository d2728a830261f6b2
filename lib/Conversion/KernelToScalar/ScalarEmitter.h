// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The values of a kernel body at one point, as scalars.

#ifndef BNC_CONVERSION_KERNELTOSCALAR_SCALAREMITTER_H
#define BNC_CONVERSION_KERNELTOSCALAR_SCALAREMITTER_H

#include "bnc/Conversion/KernelFrame/KernelFrame.h"

namespace bnc {

/// What a reduction left for one kept point, all f64.
struct ScalarRecord {
  mlir::Value count;
  mlir::Value mean, meanLow; ///< of moments: their sum is the mean
  mlir::Value sum;           ///< centred for moments
};

/// Emits the values of a kernel body at the point `coordinates`. Every value is
/// computed in its own type from scratch: nothing is kept but within one
/// emitter, which lives as long as the block it emits to.
class ScalarEmitter {
public:
  using Records = llvm::DenseMap<mlir::Value, ScalarRecord>;

  ScalarEmitter(mlir::OpBuilder &b, mlir::Location loc, KernelFrame &frame,
                llvm::ArrayRef<mlir::Value> coordinates, const Records &records)
      : b(b), loc(loc), frame(frame), coordinates(coordinates),
        records(records) {}

  /// The value at the point.
  mlir::Value emit(mlir::Value value);
  /// Stores the yielded value `i` to every place of result `i`.
  void store(unsigned i, mlir::Value value);

private:
  mlir::Value load(const KernelArray &array);
  llvm::SmallVector<mlir::Value> getIndices(const KernelArray &array) const;
  mlir::Value compute(mlir::Operation *op);
  mlir::Value computeRstd(norm::RstdOp op);
  mlir::Value computeElementwise(mlir::Operation *op);
  mlir::Value getMean(const ScalarRecord &record, mlir::Type type);
  mlir::Value getMeanLow(const ScalarRecord &record, mlir::Type type);

  mlir::OpBuilder &b;
  mlir::Location loc;
  KernelFrame &frame;
  llvm::ArrayRef<mlir::Value> coordinates;
  const Records &records;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
};

/// `value` widened, or rounded once to nearest even, to the float `type`.
mlir::Value convertScalar(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Value value, mlir::Type type);

/// The product of the extents of `dims`, as f64.
mlir::Value emitCount(mlir::OpBuilder &b, mlir::Location loc,
                      KernelFrame &frame, DimSet dims);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOSCALAR_SCALAREMITTER_H
