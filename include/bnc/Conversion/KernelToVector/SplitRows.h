// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Few long rows, cut into pieces that threads share.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_SPLITROWS_H
#define BNC_CONVERSION_KERNELTOVECTOR_SPLITROWS_H

#include "bnc/Conversion/KernelToVector/Rows.h"

namespace bnc {

/// The phases of a rows kernel whose rows are cut into pieces: for every stage
/// the records of pieces, then of rows; outputs; kept results. Records wait in
/// scratch memory, for there may be no workspace. A piece is a subtree of the
/// row's tree of merges, so the bits are those of rows in one piece.
class SplitRows {
public:
  /// The most rows a call may have.
  static constexpr int64_t maxRows = 32;

  explicit SplitRows(const KernelStructure &structure);

  /// f64 elements of scratch memory.
  int64_t getScratchSize() const { return recordsEnd; }

  /// A piece of a row per item: the records of its chunks, merged.
  void emitPiecesPhase(PhaseContext &phase, unsigned stage) const;
  mlir::Value emitPiecesItems(PhaseContext &phase, mlir::OpBuilder &b,
                              unsigned stage) const;
  /// A row per item: its pieces merged.
  void emitMergePhase(PhaseContext &phase, unsigned stage) const;
  /// A part of the outputs of a row per item.
  void emitOutputsPhase(PhaseContext &phase) const;
  static mlir::Value emitOutputsItems(EmissionContext &context,
                                      mlir::OpBuilder &b);
  /// A row per item: its kept results. They come last, as they may share
  /// memory with an argument that the outputs read.
  void emitKeptPhase(PhaseContext &phase) const;

private:
  /// Where the records of a reduction are: one a piece, then one a row. Each
  /// has its count and its fields, in arrays of their own.
  struct Slots {
    mlir::Operation *reduction;
    int64_t begin;
  };
  /// The arrays of the records of one reduction.
  struct Stored {
    mlir::Operation *reduction;
    llvm::SmallVector<mlir::Value> arrays;
  };
  struct Pieces;

  Pieces getPieces(mlir::OpBuilder &b, PhaseContext &phase,
                   unsigned stage) const;
  Stored getStored(PhaseContext &phase, const Slots &of, bool ofRows) const;
  /// The records of the pieces of `stage`.
  llvm::SmallVector<Stored> getPieceRecords(PhaseContext &phase,
                                            unsigned stage) const;
  /// The records of rows of the stages [begin, end).
  llvm::SmallVector<Stored> getRowRecords(PhaseContext &phase, unsigned begin,
                                          unsigned end) const;
  unsigned getNumStages() const { return slots.size(); }
  /// Row `item` with its records in `known`.
  static Row makeKnownRow(mlir::OpBuilder &b, PhaseContext &phase,
                          mlir::Value item, llvm::ArrayRef<Stored> known);

  llvm::SmallVector<llvm::SmallVector<Slots>> slots;
  /// Records a reduction has room for.
  int64_t pieceRecords = 0;
  int64_t recordsEnd = 0;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_SPLITROWS_H
