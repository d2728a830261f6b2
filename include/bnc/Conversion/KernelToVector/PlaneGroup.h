// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Channels of short planes whose outputs are written with tables along lanes.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PLANEGROUP_H
#define BNC_CONVERSION_KERNELTOVECTOR_PLANEGROUP_H

#include "bnc/Conversion/KernelToVector/PlaneTables.h"

namespace bnc {

/// So many neighbouring channels, as `rows` of a case with `batch` says, that
/// their planes in a sample are whole lines. All statistics come first, then
/// the outputs, sample by sample, part by part of what the tables hold.
class PlaneGroup {
public:
  static std::optional<PlaneGroup> get(const PhaseContext &phase);

  /// A group per item.
  mlir::Value emitItems(PhaseContext &phase, mlir::OpBuilder &b) const;
  void emitPhase(mlir::OpBuilder &b, PhaseContext &phase) const;

private:
  void emitGroup(mlir::OpBuilder &b, PhaseContext &phase,
                 mlir::Value first) const;

  PlaneTables tables;
  int64_t channels = 0;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PLANEGROUP_H
