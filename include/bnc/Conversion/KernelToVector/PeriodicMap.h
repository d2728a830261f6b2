// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The map of a kernel whose innermost dims repeat along one long run: channels
// last, where each pixel's channels follow the last pixel's.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PERIODICMAP_H
#define BNC_CONVERSION_KERNELTOVECTOR_PERIODICMAP_H

#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include <optional>

namespace bnc {

/// Adds to `values` what the map reads that varies over some dims, but less
/// than all; returns the dims these vary over.
DimSet listNarrowValues(const EmissionContext &context,
                        llvm::SmallVectorImpl<KeptValue> &values);

/// How such a kernel is walked: for each point of the outer groups one run,
/// made of turns over the period's dims. What varies over the period, not over
/// the rest of the run, is kept in tables; no vector ends at the end of a turn.
struct PeriodicShape {
  llvm::SmallVector<DimSet> outerGroups;
  DimSet run = 0, period = 0;
  llvm::SmallVector<KeptValue> tables;
  /// Elements of a table: a turn and what is loaded at once less one element
  /// must fit.
  int64_t tableSize = 0;
  TurnForm form = TurnForm::Single;

  /// Nothing if the kernel has no such run.
  static std::optional<PeriodicShape> get(const PhaseContext &phase);

  /// Whether every turn is known to be whole vectors, in pairs of two, and,
  /// where stores may go past the caches, whole lines of every output: then
  /// runs of one turn need no tables and can share what they read.
  bool endsAtStores(const PhaseContext &phase) const;
  /// How many elements are loaded from where a turn may end, of which the first
  /// is in it.
  int64_t getReach(const EmissionContext &context) const;
  /// How many periods a turn of the tables has: as many as make whole vectors,
  /// in pairs of two, if they fit, and the extent is static. A load that
  /// crosses a line takes as long as two.
  int64_t getRepeats(const EmissionContext &context) const;
  /// Whether the tables hold a turn: an i1, constant where the extents are.
  mlir::Value emitFits(EmissionContext &context, mlir::OpBuilder &b) const;
  /// One of two values: for an odd extent of the period, or for an even one.
  mlir::Value
  chooseByParity(mlir::OpBuilder &b, EmissionContext &context,
                 llvm::function_ref<mlir::Value(bool isOdd)> choice) const;
  /// Elements after which what is loaded repeats.
  mlir::Value emitTurn(EmissionContext &context, mlir::OpBuilder &b) const;
  /// Apart: where the odd elements begin in a table.
  mlir::Value emitOdds(EmissionContext &context, mlir::OpBuilder &b) const;
  mlir::Value emitItems(EmissionContext &context, mlir::OpBuilder &b) const;
  void emitPhase(mlir::OpBuilder &b, PhaseContext &phase) const;

private:
  void chooseForm(const PhaseContext &phase);
  /// Elements of whose multiple a turn is made if it can be.
  int64_t getVector(const EmissionContext &context) const;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PERIODICMAP_H
