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

/// Adds pairs of bf16, two neighbouring elements a lane, which are term `term`
/// and zero where out of use, by the dot product of AVX512-BF16.
using AddPairs = llvm::function_ref<void(
    mlir::OpBuilder &b, unsigned term, mlir::Value pairs,
    llvm::MutableArrayRef<mlir::Value> sums)>;

/// Emits a walk over a chunk that adds every vector of every term to
/// `sumsPerTerm` sums, by `addPairs` where that is not null and the plan and
/// the target allow it, else by `add`. Returns the sums, term by term: scalars
/// where the lanes are reduced, else vectors.
using ChunkPass = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &b, unsigned sumsPerTerm, AddTerm add, AddPairs addPairs)>;

/// Emits the records of a chunk of `count` (f64) elements, one a term;
/// `reductions` holds the reduction of each. Moments of f32 need one pass where
/// the mean is small beside the deviations, and a second, centred one where it
/// is not (docs/Numerics.md).
llvm::SmallVector<Record>
emitChunkRecords(mlir::OpBuilder &b, PhaseContext &phase,
                 llvm::ArrayRef<mlir::Operation *> reductions,
                 mlir::Value count, ChunkPass pass);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_CHUNKRECORDS_H
