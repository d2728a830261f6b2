// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Columns of few channels: vectors of several steps.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_NARROWCOLUMNS_H
#define BNC_CONVERSION_KERNELTOVECTOR_NARROWCOLUMNS_H

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/ColumnShape.h"

#include <optional>

namespace bnc {

/// How to add up the steps of at most half a vector of channels: steps that lie
/// next to each other go to different accumulators, so one vector holds the
/// accumulators of several and no sum changes its order.
class NarrowColumns {
public:
  /// Nothing where the channels are dynamic or too many, or where something
  /// that the reductions of `stage` read is not one run of steps.
  static std::optional<NarrowColumns> get(PhaseContext &phase, unsigned stage,
                                          const ColumnShape &shape);

  /// Adds the steps [from, from + length), at most a block, of the point whose
  /// outer dims `outer` fixes: the accumulators of slot 0, then of slot 1, and
  /// so on, vectors of channels.
  llvm::SmallVector<mlir::Value>
  emitSlotSums(mlir::OpBuilder &b, const Point &outer, mlir::Value from,
               mlir::Value length, unsigned sumsPerTerm, AddTerm add) const;
  /// `channels`, a value a channel, once for every step of a vector.
  mlir::Value repeat(mlir::OpBuilder &b, mlir::Value channels) const;

private:
  NarrowColumns(PhaseContext &phase, unsigned stage)
      : phase(phase), stage(stage) {}

  PhaseContext &phase;
  unsigned stage;
  /// The steps and the channels.
  DimSet laneGroup = 0;
  int64_t channels = 0;
  /// Steps of one vector, a power of two that divides the accumulators.
  int64_t together = 0;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_NARROWCOLUMNS_H
