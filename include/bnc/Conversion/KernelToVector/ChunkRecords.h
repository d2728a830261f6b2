// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From the terms of a chunk to the records of its reductions.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_CHUNKRECORDS_H
#define BNC_CONVERSION_KERNELTOVECTOR_CHUNKRECORDS_H

#include "bnc/Conversion/KernelToVector/Phases.h"
#include "bnc/Conversion/KernelToVector/Records.h"

namespace bnc {

/// Adds the vector `x` of term `term` to the `sums` of its accumulator.
/// `maskOff` zeroes lanes that are out of use; what is added must pass it.
using AddTerm = llvm::function_ref<void(
    mlir::OpBuilder &b, unsigned term, mlir::Value x,
    llvm::function_ref<mlir::Value(mlir::Value)> maskOff,
    llvm::MutableArrayRef<mlir::Value> sums)>;

/// Emits the second pass over a chunk: adds every vector by
/// ChunkRecords::addCentred and returns two sums a term. `pivots` and what it
/// returns are scalars where the lanes are reduced, else vectors; the pivot of
/// a plain sum is null.
using CentredPass = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> pivots)>;

/// Emits the records of a chunk, one a term. Moments of f32 need one pass where
/// the mean is small beside the deviations, and a second, centred one where it
/// is not (docs/Numerics.md).
class ChunkRecords {
public:
  /// `terms` holds the reduction of each term.
  ChunkRecords(PhaseContext &phase, llvm::SmallVector<mlir::Operation *> terms);

  /// Sums a term has in the first pass.
  unsigned getFirstSums() const { return triesOnePass ? 2 : 1; }
  /// What the first pass adds: an AddTerm.
  void addFirst(mlir::OpBuilder &b, unsigned term, mlir::Value x,
                llvm::function_ref<mlir::Value(mlir::Value)> maskOff,
                llvm::MutableArrayRef<mlir::Value> sums) const;
  /// The input that term `term` adds up as it is, bf16 along the innermost dim;
  /// null if it computes.
  const KernelArray *getPlainInput(unsigned term) const;
  /// Whether the first pass of a plan in pairs adds these by addFirstPairs.
  bool addsPairs() const;
  /// The same of pairs of bf16, two neighbouring elements a lane and zero where
  /// out of use, by the dot product of AVX512-BF16.
  void addFirstPairs(mlir::OpBuilder &b, unsigned term, mlir::Value pairs,
                     llvm::MutableArrayRef<mlir::Value> sums) const;
  /// What the second pass adds of a term whose pivot is the vector `pivot`; of
  /// a plain sum nothing.
  void addCentred(mlir::OpBuilder &b, unsigned term, mlir::Value pivot,
                  mlir::Value x,
                  llvm::function_ref<mlir::Value(mlir::Value)> maskOff,
                  llvm::MutableArrayRef<mlir::Value> sums) const;
  /// The records of a chunk of `count` (f64) elements from the sums of the
  /// first pass. `second` may be emitted, once, on a path of its own, which is
  /// not taken for what is in lanes out of use: `inUse` has the number in use a
  /// term, null where all are or the lanes are reduced.
  llvm::SmallVector<Record>
  emit(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> sums, mlir::Value count,
       llvm::ArrayRef<mlir::Value> inUse, CentredPass second) const;

private:
  /// Sets the records of the moments by the second pass.
  void emitCentred(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> sums,
                   mlir::Value count, CentredPass second,
                   llvm::MutableArrayRef<Record> records) const;
  /// The same by the sums of the first, where these do not cancel.
  void emitOnePass(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Value> sums,
                   mlir::Value count, llvm::ArrayRef<mlir::Value> inUse,
                   CentredPass second,
                   llvm::MutableArrayRef<Record> records) const;
  mlir::Value addSquare(mlir::OpBuilder &b, mlir::Value x,
                        mlir::Value sum) const {
    return emitAddSquare(b, loc, phase.plan.getFma(), x, sum);
  }

  PhaseContext &phase;
  mlir::Location loc;
  llvm::SmallVector<mlir::Operation *> terms;
  /// The terms whose reductions are moments.
  llvm::SmallVector<unsigned> moments;
  bool triesOnePass;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_CHUNKRECORDS_H
