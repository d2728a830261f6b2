// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The loop over the vectors of one contiguous run.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_LANELOOP_H
#define BNC_CONVERSION_KERNELTOVECTOR_LANELOOP_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// Emits the code of one vector: its first element is `position`, `count` of
/// its lanes are in use (null: all), and it is vector number `slot` modulo the
/// slots. `carried` are the slot's values, to be replaced by the next ones.
using LaneBody = llvm::function_ref<void(
    mlir::OpBuilder &b, mlir::Value position, mlir::Value count, unsigned slot,
    llvm::MutableArrayRef<mlir::Value> carried)>;

/// Walks `length` elements in vectors of `lanes`, `slots` vectors an iteration
/// and in address order; vector j belongs to slot j mod `slots`. `inits` holds
/// the carried values of slot 0, then of slot 1, and so on. Returns them after
/// the last vector. Leaves the builder after the loop.
llvm::SmallVector<mlir::Value>
emitLaneLoop(mlir::OpBuilder &b, mlir::Location loc, mlir::Value length,
             int64_t lanes, unsigned slots, mlir::ValueRange inits,
             LaneBody body);

/// As emitLaneLoop with one slot, but every vector goes through one masked
/// body: the least code, for what is short.
llvm::SmallVector<mlir::Value>
emitMaskedLoop(mlir::OpBuilder &b, mlir::Location loc, mlir::Value length,
               int64_t lanes, mlir::ValueRange inits, LaneBody body);

/// Emits `body` for where `count` is more than 0; `carried` are the values that
/// it replaces.
using SomeBody = llvm::function_ref<void(
    mlir::OpBuilder &b, llvm::MutableArrayRef<mlir::Value> carried)>;
void emitIfSome(mlir::OpBuilder &b, mlir::Location loc, mlir::Value count,
                llvm::MutableArrayRef<mlir::Value> carried, SomeBody body);

/// Emits a loop of `times` turns over the values of slot 0, of slot 1, and so
/// on, and of slot 0 again: one body for code that differs by its slot alone.
/// `times` is a constant or a multiple of `slots`.
using RotatingBody =
    llvm::function_ref<void(mlir::OpBuilder &b, mlir::Value slot,
                            llvm::MutableArrayRef<mlir::Value> carried)>;
llvm::SmallVector<mlir::Value> emitRotating(mlir::OpBuilder &b,
                                            mlir::Location loc,
                                            mlir::Value times, unsigned slots,
                                            llvm::ArrayRef<mlir::Value> carried,
                                            RotatingBody body);

/// Sums the lanes of a vector: lane j and lane j + W/2, and so on.
mlir::Value emitLaneSum(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value vector);

/// The same sums of as many vectors as there are lanes: in lane i that of
/// vector i, for a fourth of the instructions.
mlir::Value emitPackedLaneSums(mlir::OpBuilder &b, mlir::Location loc,
                               llvm::ArrayRef<mlir::Value> vectors);

/// Adds a block to the sums of its chunk: `slotSums` holds the accumulators of
/// slot 0, then of slot 1, and so on, for each of `sums`. They add up pairwise,
/// then to the sum.
llvm::SmallVector<mlir::Value> emitBlockSums(mlir::OpBuilder &b,
                                             mlir::Location loc,
                                             mlir::ValueRange slotSums,
                                             mlir::ValueRange sums);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_LANELOOP_H
