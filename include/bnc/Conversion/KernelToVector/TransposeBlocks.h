// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors of short rows to vectors of columns, and back.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_TRANSPOSEBLOCKS_H
#define BNC_CONVERSION_KERNELTOVECTOR_TRANSPOSEBLOCKS_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// Puts short rows of 32 bits an element apart: of as many vectors as a row has
/// elements, which follow each other in memory, the i-th of the result holds
/// element i of every row. Shuffles stay within 128 bits as far as they can, so
/// rows are not in order: `emitRowOfLane` says which a lane has.
class TransposeBlocks {
public:
  /// Whether rows of `length` elements are put apart so: 2, 4, and 8 where a
  /// vector has as many lanes.
  static bool canTranspose(int64_t length, int64_t lanes);
  TransposeBlocks(int64_t length, int64_t lanes);

  llvm::SmallVector<mlir::Value>
  emitColumns(mlir::OpBuilder &b, mlir::Location loc,
              llvm::ArrayRef<mlir::Value> rows) const;
  /// The inverse.
  llvm::SmallVector<mlir::Value>
  emitRows(mlir::OpBuilder &b, mlir::Location loc,
           llvm::ArrayRef<mlir::Value> columns) const;
  /// The row that `lane`, an index, has.
  mlir::Value emitRowOfLane(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value lane) const;

private:
  int64_t length, lanes;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_TRANSPOSEBLOCKS_H
