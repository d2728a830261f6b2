// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Short rows, of which as many as there are lanes are finished together.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_ROWBATCH_H
#define BNC_CONVERSION_KERNELTOVECTOR_ROWBATCH_H

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/RowStatistics.h"

namespace bnc {

/// Whether what is one a row can be computed with a row a lane: of f32
/// statistics of one stage, and kept values that are functions of these and of
/// scalars alone.
bool canFinishInLanes(const KernelStructure &structure);
/// Whether the rows of a kernel can be added up in batches too: each is one
/// chunk.
bool canBatchRows(PhaseContext &phase);

/// Whether kept results can be computed and stored with a row a lane: they and
/// what they read have the rows as one run, and there are masks for a batch
/// that is not full, or none is (`areFull`).
bool canKeepInLanes(const EmissionContext &context, bool areFull = false);

/// Emits the rows from `first` on, as many as `count` says and at most as many
/// as the target has lanes. What is computed a row each from its records, rstd
/// and other kept values, is computed in vectors with a row a lane.
class RowBatch {
public:
  RowBatch(mlir::OpBuilder &b, PhaseContext &phase, mlir::Value first,
           mlir::Value count);
  virtual ~RowBatch() = default;

  void emit();

protected:
  using Fields = llvm::ArrayRef<llvm::SmallVector<mlir::Value>>;
  /// Of each reduction the fields of its records, as arrays of one a row.
  virtual llvm::SmallVector<llvm::SmallVector<mlir::Value>> emitFields() = 0;
  /// Whether kept results are computed and stored with a row a lane.
  virtual bool keepsInLanes() { return canKeepInLanes(phase); }
  /// Outputs, and kept results unless keepsInLanes. Of each reduction
  /// `fields` has the fields of its records, as arrays of one a row; `kept`
  /// knows the records.
  virtual void emitResults(Fields fields) = 0;
  /// What outputs are computed from that is one a row, as arrays of that.
  KeptArrays spillKept();
  /// Stores the records that the emitter of `row` knows, at `lane` of `fields`.
  void storeRecords(mlir::OpBuilder &builder, Row &row, Fields fields,
                    mlir::Value lane);

  mlir::OpBuilder &b;
  PhaseContext &phase;
  mlir::Location loc;
  mlir::Value first, count;
  int64_t lanes;
  llvm::ArrayRef<mlir::Operation *> reductions;
  /// A term is a reduction, a row a lane.
  ChunkRecords chunkRecords;
  /// Emits what is one a row, with a row a lane.
  std::unique_ptr<PointEmitter> kept;
  /// Elements of a row, in f64.
  mlir::Value counted;
};

/// A batch whose records are computed with a row a lane too; rows whose records
/// are suspect are done again by themselves.
class RecordBatch : public RowBatch {
public:
  using RowBatch::RowBatch;

protected:
  /// The records of the reductions, a row a lane.
  virtual llvm::SmallVector<Record> emitRecords() = 0;
  /// The row of the batch that `lane` has.
  virtual mlir::Value emitRowOfLane(mlir::OpBuilder &builder,
                                    mlir::Value lane) {
    return lane;
  }
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> emitFields() override;
};

/// A batch whose rows are added up one after the other, to their records.
class SerialBatch : public RowBatch {
public:
  using RowBatch::RowBatch;

protected:
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> emitFields() override;
};

/// A batch whose rows are added up and written one after the other.
void emitRowBatch(mlir::OpBuilder &b, PhaseContext &phase, mlir::Value first,
                  mlir::Value count);

/// How many rows of several runs, channels of many planes, are finished
/// together, as `rows` of a case with `batch` says: so that their runs, which
/// follow each other in memory but are too short to be stored past the caches,
/// are stored there as one. 1 for none.
int64_t getPlanesAtOnce(PhaseContext &phase);
/// A batch of such rows, no more than that.
void emitPlaneBatch(mlir::OpBuilder &b, PhaseContext &phase, mlir::Value first,
                    mlir::Value count);

/// Whether as many rows as there are lanes are kept in registers, a row a lane:
/// short ones (ShortRows.h) that follow each other in memory.
bool canTransposeRows(PhaseContext &phase);
/// A batch of such rows, one a lane, from `first` on.
void emitTransposedRows(mlir::OpBuilder &b, PhaseContext &phase,
                        mlir::Value first);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_ROWBATCH_H
