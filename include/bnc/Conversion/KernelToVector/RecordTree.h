// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The order in which records merge: the same whatever brings them.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_RECORDTREE_H
#define BNC_CONVERSION_KERNELTOVECTOR_RECORDTREE_H

#include "bnc/Conversion/KernelToVector/Records.h"

namespace bnc {

/// The left-complete binary merge tree over records that arrive in order, with
/// one slot per level: a carry counter, as in pairwise summation.
class RecordTree {
public:
  /// Slots for 2^levels records with fields of these types, allocated at the
  /// start of the function around the builder.
  RecordTree(mlir::OpBuilder &b, mlir::Location loc,
             llvm::ArrayRef<mlir::Type> fieldTypes, int64_t levels);

  /// Adds record number `index` (an index value, counted from 0).
  void push(mlir::OpBuilder &b, const Record &record, mlir::Value index);
  /// Adds the merged record of 2^level neighbouring ones, their number `index`
  /// among such, in place of these.
  void pushSubtree(mlir::OpBuilder &b, const Record &record, mlir::Value index,
                   mlir::Value level);
  /// Adds the first `count` of a vector of records, the first of which is
  /// number `begin`, a multiple of their number, a power of two.
  void pushLanes(mlir::OpBuilder &b, const Record &records, mlir::Value count,
                 mlir::Value begin);
  /// The merged record of the first `total` ones; of none NaN (a sum: 0).
  Record fold(mlir::OpBuilder &b, mlir::Value total);

private:
  Record loadSlot(mlir::OpBuilder &b, mlir::Value level);

  mlir::Location loc;
  mlir::Value counts;
  llvm::SmallVector<mlir::Value> slots;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_RECORDTREE_H
