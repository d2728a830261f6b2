// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The map of an elementwise kernel whose parameters change after a few vectors.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PLANEMAP_H
#define BNC_CONVERSION_KERNELTOVECTOR_PLANEMAP_H

#include "bnc/Conversion/KernelToVector/Phases.h"

#include <optional>

namespace bnc {

/// How a map of short planes, channels first, is walked: the planes of a sample
/// are one row, and what varies over the channels alone is computed for all
/// lanes of a part of it, on the stack, for the rows of all samples
/// (docs/decisions/0024).
class PlaneMap {
public:
  /// Nothing where planes are long, samples few or extents dynamic.
  static std::optional<PlaneMap> get(const PhaseContext &phase);

  /// A part of a row per item: of the first part all rows, then of the next.
  int64_t getItems() const { return parts * rows; }
  void emitPhase(mlir::OpBuilder &b, PhaseContext &phase) const;

private:
  void emitParts(mlir::OpBuilder &b, PhaseContext &phase) const;
  /// The tables of the part that begins at lane `from`.
  KeptArrays emitTables(mlir::OpBuilder &b, PhaseContext &phase,
                        mlir::Value from) const;
  /// What is the same all over a plane into those of its lanes that are in the
  /// part.
  void fillPlane(mlir::OpBuilder &b, PhaseContext &phase, PointEmitter &row,
                 const KeptArrays &tables, mlir::Value channel,
                 mlir::Value from) const;

  DimSet samples = 0, channels = 0, plane = 0;
  llvm::SmallVector<KeptValue> values;
  /// Elements of a plane, parts of a row, and lanes of a part.
  int64_t planeSize = 0, parts = 0, partSize = 0;
  /// Rows: samples.
  int64_t rows = 0;
  /// Whether bf16 is taken in pairs (docs/decisions/0022).
  bool inPairs = false;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PLANEMAP_H
