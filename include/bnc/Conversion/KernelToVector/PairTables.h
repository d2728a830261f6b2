// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a map of bf16 reads of f32 along the lanes, in the order in which it
// takes them.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PAIRTABLES_H
#define BNC_CONVERSION_KERNELTOVECTOR_PAIRTABLES_H

#include "bnc/Conversion/KernelToVector/Phases.h"

#include <optional>

namespace bnc {

/// Whether the bf16 of a map may be taken in pairs with tables of `values`: not
/// with AVX512-BF16, whose instruction takes neighbours.
bool canTakePairs(const PhaseContext &phase, llvm::ArrayRef<KeptValue> values);
/// How many elements arrays of `values`, which are in pairs, may have on the
/// stack.
int64_t getPairTableSize(const PhaseContext &phase,
                         llvm::ArrayRef<KeptValue> values);

/// Tables on the stack of all that varies over the lanes of a map of bf16, but
/// not from row to row. Of twice as many elements as a vector has lanes the
/// even ones come first, then the odd ones: pairs of bf16 widen to such
/// vectors, and are rounded from them, without moving a lane
/// (docs/decisions/0022).
class PairTables {
public:
  /// Nothing where rows are not known to be whole vectors of pairs, lines where
  /// they may be stored past the caches. `rows` are the dims of the rows that
  /// share a table.
  static std::optional<PairTables> get(const PhaseContext &phase,
                                       DimSet laneGroup, DimSet rows);

  /// How many lanes they hold at a time: a part of a row.
  int64_t getBlock() const { return block; }

  /// Fills them for the lanes from `from` on, at the point of `row`.
  KeptArrays emit(mlir::OpBuilder &b, PhaseContext &phase, PointEmitter &row,
                  DimSet laneGroup, mlir::Value from) const;

private:
  llvm::SmallVector<KeptValue> values;
  int64_t block = 0;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PAIRTABLES_H
