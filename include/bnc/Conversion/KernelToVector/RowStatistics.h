// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The reductions of a row that is in one piece.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_ROWSTATISTICS_H
#define BNC_CONVERSION_KERNELTOVECTOR_ROWSTATISTICS_H

#include "bnc/Conversion/KernelToVector/Rows.h"

namespace bnc {

/// Emits the reductions of `stage` for `rows` in lockstep and gives their
/// records to the emitters of the rows.
void emitRowStatistics(mlir::OpBuilder &b, PhaseContext &phase,
                       llvm::MutableArrayRef<Row> rows, unsigned stage);

/// The chunks of a row in `stage`, an index.
mlir::Value emitNumChunks(mlir::OpBuilder &b, PhaseContext &phase,
                          unsigned stage);
/// The records of the chunks [begin, end) of `row`, merged: one a reduction of
/// `stage`. What they merge to is a part of the row's tree where `begin` is a
/// multiple of a power of two that is no less than end - begin.
llvm::SmallVector<Record> emitPieceRecords(mlir::OpBuilder &b,
                                           PhaseContext &phase, Row &row,
                                           unsigned stage, mlir::Value begin,
                                           mlir::Value end);

/// How many vectors a row has in the first stage, if it is known to be one
/// chunk.
std::optional<int64_t> getRowVectors(PhaseContext &phase);
/// The sums of the first pass over a row that is one chunk, of the kernel's
/// first stage: of each reduction as many as its record takes (ChunkRecords),
/// vectors whose lanes are still to be added.
llvm::SmallVector<mlir::Value> emitRowSums(mlir::OpBuilder &b,
                                           PhaseContext &phase, Row &row);
/// The same of the second pass, two of each reduction (CentredPass).
llvm::SmallVector<mlir::Value>
emitCentredRowSums(mlir::OpBuilder &b, PhaseContext &phase, Row &row,
                   llvm::ArrayRef<mlir::Value> pivots);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_ROWSTATISTICS_H
