// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A block of steps of a columns kernel, added up.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_COLUMNBLOCKS_H
#define BNC_CONVERSION_KERNELTOVECTOR_COLUMNBLOCKS_H

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/ColumnStripes.h"
#include "bnc/Conversion/KernelToVector/NarrowColumns.h"
#include "bnc/Conversion/KernelToVector/Prefetches.h"

#include <optional>

namespace bnc {

/// Adds up blocks of steps of the reductions of a stage. Steps go to the
/// accumulators, the slots, in turn, and these are added at the end of a block;
/// a term is the reduction of one vector.
class ColumnBlocks {
public:
  ColumnBlocks(PhaseContext &phase, unsigned stage, const ColumnShape &shape);

  ChunkRecords makeRecords(unsigned vectors) const;
  /// The types of what the first pass adds up of a vector.
  llvm::SmallVector<mlir::VectorType> getSumTypes() const;
  /// Whether the terms come from bf16 alone.
  bool canPair() const;
  /// How the channels are walked if they are few.
  const std::optional<NarrowColumns> &getNarrow() const { return narrow; }

  /// Whether all steps are known to be a multiple of `steps`: the last chunk
  /// and block then are, where the others are.
  bool areMultipleOf(int64_t steps) const;
  /// The steps of the part of at most `size` of them that begins `offset` steps
  /// after the first of `steps`, all or a chunk.
  mlir::Value getLength(mlir::OpBuilder &b, mlir::Value steps,
                        mlir::Value offset, int64_t size) const;

  /// Sums before the first step, of `vectors` vectors.
  llvm::SmallVector<mlir::Value> makeZeros(mlir::OpBuilder &b, unsigned vectors,
                                           unsigned sumsPerTerm) const;
  /// Adds the steps [from, from + length), at most a block, to `sums`, and
  /// prefetches the steps that are `ahead` of them, if that is not 0.
  llvm::SmallVector<mlir::Value>
  emitBlock(mlir::OpBuilder &b, llvm::ArrayRef<Point> vectors, mlir::Value from,
            mlir::Value length, unsigned sumsPerTerm, AddTerm add,
            mlir::ValueRange sums, int64_t ahead = 0) const;
  /// The same of one vector in the least code.
  llvm::SmallVector<mlir::Value>
  emitSmallBlock(mlir::OpBuilder &b, const Point &vector, mlir::Value from,
                 mlir::Value length, unsigned sumsPerTerm, AddTerm add,
                 mlir::ValueRange sums) const;
  /// Adds step `step` to `sums`, which are of one slot, and prefetches what is
  /// so many steps or bytes ahead.
  void addStep(mlir::OpBuilder &b, llvm::ArrayRef<Point> vectors,
               mlir::Value step, unsigned sumsPerTerm, AddTerm add,
               llvm::MutableArrayRef<mlir::Value> sums,
               const Prefetch &prefetch) const;
  /// Prefetches `lanes` lanes, the `position`th on from those of `panel` at
  /// `step`: the first of a step follow the last of the step before.
  void fetchInOrder(mlir::OpBuilder &b, const PanelLanes &panel,
                    mlir::Value step, mlir::Value position,
                    int64_t lanes) const;
  /// The same to what the slots hold, of each the sums of all vectors; not of
  /// few channels.
  llvm::SmallVector<mlir::Value>
  emitSlots(mlir::OpBuilder &b, llvm::ArrayRef<Point> vectors, mlir::Value from,
            mlir::Value length, unsigned sumsPerTerm, AddTerm add,
            mlir::ValueRange slotSums, int64_t ahead) const;
  /// Calls `body` with the first step and the number of steps of every block.
  llvm::SmallVector<mlir::Value>
  emitBlocks(mlir::OpBuilder &b, mlir::Value first, mlir::Value steps,
             mlir::ValueRange inits,
             llvm::function_ref<llvm::SmallVector<mlir::Value>(
                 mlir::OpBuilder &, mlir::Value, mlir::Value, mlir::ValueRange)>
                 body) const;

private:
  /// Whether the lanes of `panel` at a step follow those of the step before. Of
  /// a dynamic count it is taken for the only panel.
  bool followsOn(const PanelLanes &panel) const;

  PhaseContext &phase;
  mlir::Location loc;
  unsigned stage;
  const ColumnShape &shape;
  llvm::ArrayRef<mlir::Operation *> reductions;
  llvm::SmallVector<const KernelArray *> inputs;
  std::optional<NarrowColumns> narrow;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_COLUMNBLOCKS_H
