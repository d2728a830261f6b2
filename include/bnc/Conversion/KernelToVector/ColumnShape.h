// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the phases of a columns kernel share: how its dims are walked, and where
// the records lie in between.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_COLUMNSHAPE_H
#define BNC_CONVERSION_KERNELTOVECTOR_COLUMNSHAPE_H

#include "bnc/Conversion/KernelToVector/Phases.h"

namespace bnc {

/// How the dims of a columns kernel are walked.
struct ColumnShape {
  DimSet laneGroup = 0;
  llvm::SmallVector<DimSet> outerGroups; ///< kept, outside the lanes
  llvm::SmallVector<DimSet> stepGroups;  ///< reduced, but the lanes

  explicit ColumnShape(const EmissionContext &context);

  /// A point of `context`'s kernel that fixes nothing yet.
  static Point makePoint(const EmissionContext &context);
};

/// The record arrays of the reductions of a stage: of each, one a field.
class RecordArrays {
public:
  /// Emits at the top of the phase's function.
  RecordArrays(const EmissionContext &context, unsigned stage);

  /// Those of `reduction` at one chunk.
  llvm::SmallVector<KernelArray> get(mlir::Operation *reduction,
                                     mlir::Value chunk) const;

private:
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<KernelArray>> arrays;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_COLUMNSHAPE_H
