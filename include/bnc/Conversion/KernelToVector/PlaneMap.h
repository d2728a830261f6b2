// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The map of an elementwise kernel of short planes.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PLANEMAP_H
#define BNC_CONVERSION_KERNELTOVECTOR_PLANEMAP_H

#include "bnc/Conversion/KernelToVector/PlaneTables.h"

namespace bnc {

/// The planes of a sample are cut into parts, with tables on the stack for
/// each.
class PlaneMap {
public:
  static std::optional<PlaneMap> get(const PhaseContext &phase);

  /// A part of a row per item: of the first part all rows, then of the next.
  mlir::Value emitItems(PhaseContext &phase, mlir::OpBuilder &b) const;
  void emitPhase(mlir::OpBuilder &b, PhaseContext &phase) const;

private:
  PlaneTables tables;
  int64_t parts = 0;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PLANEMAP_H
