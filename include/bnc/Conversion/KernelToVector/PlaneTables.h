// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What is the same all over a short plane, as tables along the lanes.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PLANETABLES_H
#define BNC_CONVERSION_KERNELTOVECTOR_PLANETABLES_H

#include "bnc/Conversion/KernelToVector/Phases.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include <functional>
#include <optional>

namespace bnc {

/// Lanes of a row, `shift` behind those that are in work.
struct RowFetch {
  mlir::Value row, shift;
};
/// What is fetched while `row` is in work.
using FetchRow = std::function<RowFetch(mlir::OpBuilder &b, mlir::Value row)>;

/// A map of short planes, channels first, of which the planes of a sample are
/// one row: what varies over the channels alone is put down for every lane of
/// a part of it, on the stack, for the rows of all samples
/// (docs/decisions/0024).
class PlaneTables {
public:
  /// Nothing where planes are long, samples few or extents dynamic.
  static std::optional<PlaneTables> get(const PhaseContext &phase);

  /// Cuts `length` lanes into parts whose tables have at most `bytes`; false if
  /// they cannot be whole lines.
  bool cut(const PhaseContext &phase, int64_t length, int64_t bytes);

  int64_t getRows() const { return rows; }
  int64_t getPlaneSize() const { return planeSize; }
  int64_t getPartSize() const { return partSize; }
  DimSet getChannels() const { return channels; }
  llvm::ArrayRef<KeptValue> getValues() const { return values; }

  /// The part from lane `from` on of rows [begin, end), `atOnce` rows at once
  /// where they are stored through the caches. Of what varies over the channels
  /// `kept` is not computed again.
  void emitPart(mlir::OpBuilder &b, PhaseContext &phase, mlir::Value from,
                mlir::Value begin, mlir::Value end, int64_t atOnce,
                const KeptArrays *kept, const FetchRow &fetch) const;

private:
  KeptArrays emitTables(mlir::OpBuilder &b, PhaseContext &phase,
                        mlir::Value from, const KeptArrays *kept) const;
  /// Those lanes of a plane that are in the part.
  void fillPlane(mlir::OpBuilder &b, PhaseContext &phase, PointEmitter &row,
                 const KeptArrays *kept, const KeptArrays &tables,
                 mlir::Value channel, mlir::Value from) const;

  DimSet samples = 0, channels = 0, plane = 0;
  llvm::SmallVector<KeptValue> values;
  int64_t rows = 0, planeSize = 0, partSize = 0;
  /// Whether bf16 is taken in pairs (docs/decisions/0022).
  bool inPairs = false;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PLANETABLES_H
