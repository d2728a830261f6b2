// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the verifiers of all normalizations share. Constraint labels are those
// of NormalizationOps.td and ChannelNormOps.td.

#ifndef BNC_LIB_DIALECT_NORM_IR_NORMALIZATIONVERIFY_H
#define BNC_LIB_DIALECT_NORM_IR_NORMALIZATIONVERIFY_H

#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc::norm {

/// Checks one normalization op against its shared constraints; every method
/// reports what it finds wrong at the op.
class NormalizationVerifier {
public:
  NormalizationVerifier(mlir::Operation *op, mlir::Value input);

  /// (C1) `axes` are strictly increasing dims of the input, at least one.
  mlir::LogicalResult checkAxes(llvm::ArrayRef<int64_t> axes) const;
  /// (C1) `feature` is a dim of the input, `first` or later.
  mlir::LogicalResult checkFeature(int64_t feature, int64_t first) const;
  /// (C2) `value`, unless null, has the extents `shape`.
  mlir::LogicalResult checkShape(llvm::StringRef name, mlir::Value value,
                                 llvm::ArrayRef<int64_t> shape) const;
  /// (C3), (C4) the result has the input's shape and is no wider than the
  /// compute type.
  mlir::LogicalResult checkResult(mlir::Value result) const;
  /// (C4) `value`, unless null, is no wider than the compute type.
  mlir::LogicalResult checkWidth(llvm::StringRef name, mlir::Value value) const;
  /// (C4) the scalar `value` is f64 if and only if the input is.
  mlir::LogicalResult checkScalar(llvm::StringRef name,
                                  mlir::Value value) const;
  /// (C5) `names` are distinct ones of `allowed`, and `saved` begins with a
  /// tensor of the compute type and extents `shape` for each.
  mlir::LogicalResult checkSaves(mlir::ArrayAttr names,
                                 llvm::ArrayRef<llvm::StringRef> allowed,
                                 mlir::ValueRange saved,
                                 llvm::ArrayRef<int64_t> shape) const;
  /// (C6) a weight offset other than 0 needs `scale`.
  mlir::LogicalResult checkWeightOffset(const llvm::APFloat &offset,
                                        mlir::Value scale) const;

  llvm::ArrayRef<int64_t> getInputShape() const { return input.getShape(); }
  /// Extents of the dims of the input that are in `axes`, or are not.
  llvm::SmallVector<int64_t> getShape(llvm::ArrayRef<int64_t> axes,
                                      bool inAxes) const;

private:
  mlir::Operation *op;
  mlir::RankedTensorType input;
  /// f64 for an f64 input, else f32.
  mlir::FloatType compute;
};

} // namespace bnc::norm

#endif // BNC_LIB_DIALECT_NORM_IR_NORMALIZATIONVERIFY_H
