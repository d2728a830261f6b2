// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phases a kernel runs as; docs/Lowering.md tells which has which.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PHASES_H
#define BNC_CONVERSION_KERNELTOVECTOR_PHASES_H

#include "bnc/Conversion/KernelToVector/PointEmitter.h"

namespace bnc {

/// What the code of one phase is made from. `b` stands at the end of the
/// phase's function, whose work items are `begin` to `end`.
struct PhaseContext : EmissionContext {
  mlir::OpBuilder &b;
  /// The order of summation; null for an elementwise kernel.
  norm::PlanAttr plan;
  /// A case, and the one taken instead where stores are nontemporal, which is
  /// an i1 of the function.
  norm::CPUCaseAttr schedule, nontemporalSchedule;
  mlir::Value nontemporal;
  /// Whether any case of the kernel stores so that a call may take.
  bool mayBeNontemporal;
  mlir::Value begin, end;

  /// The case by which statistics prefetch. Where it is open, that for inputs
  /// in memory: in the caches prefetches of columns cost 5 %, there a quarter.
  norm::CPUCaseAttr getStatisticsSchedule() const;
  /// Kept values in the workspace; only for the columns forms.
  const KeptArrays *keptArrays = nullptr;
};

/// Emits `body` for each work item of `phase`.
void emitEachItem(
    PhaseContext &phase,
    llvm::function_ref<void(mlir::OpBuilder &b, mlir::Value item)> body);

/// A row per item, or a group of them (PlaneGroup.h): its reductions, kept
/// values and outputs.
void emitRowsPhase(PhaseContext &phase);
mlir::Value emitRowsPhaseItems(PhaseContext &phase, mlir::OpBuilder &b);
/// How many rows there are.
mlir::Value emitRowsItems(EmissionContext &context, mlir::OpBuilder &b);

/// A chunk of the reduced steps, and of many kept lanes a panel, per item and
/// outer kept point: the records of the reductions of `stage`, one per lane, to
/// the workspace.
void emitChunksPhase(PhaseContext &phase, unsigned stage);
mlir::Value emitChunksItems(PhaseContext &phase, mlir::OpBuilder &b,
                            unsigned stage);

/// A vector of kept points (`columns`) or one kept point (`columns_then_merge`)
/// per item: merges the records of `stage`, computes the kept values that
/// depend on them and stores those that are kept or results.
void emitFinalizePhase(PhaseContext &phase, unsigned stage);
mlir::Value emitFinalizeItems(EmissionContext &context, mlir::OpBuilder &b);

/// A run of neighbouring elements per item: the outputs.
void emitMapPhase(PhaseContext &phase);
mlir::Value emitMapItems(PhaseContext &phase, mlir::OpBuilder &b);

/// The body value and field of every kept value that lives in the workspace
/// between the phases of a columns kernel, with the type it is stored as.
struct KeptValue {
  mlir::Value value;
  unsigned field;
  mlir::Type type;
};
llvm::SmallVector<KeptValue> listKeptValues(const KernelStructure &structure);
/// A kept value at the point of `emitter`: a vector if that has lanes.
mlir::Value emitKeptValue(PointEmitter &emitter, const KeptValue &value);
/// The dims the arrays of kept values and records span: the kept ones and, of
/// a columns_then_merge kernel, the innermost.
DimSet getColumnDims(const KernelStructure &structure);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PHASES_H
