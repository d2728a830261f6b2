// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The first pass over a chunk of a columns kernel: the order in which steps and
// channels are added up.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_FIRSTPASS_H
#define BNC_CONVERSION_KERNELTOVECTOR_FIRSTPASS_H

#include "bnc/Conversion/KernelToVector/ColumnBlocks.h"
#include "bnc/Conversion/KernelToVector/ColumnStripes.h"

#include <optional>

namespace bnc {

/// Adds up the steps of a chunk for a panel of lanes. What it has added up so
/// far waits on the stack, so that memory is read about in the order it lies
/// in, not a column after the other. No order changes a bit: every slot of a
/// block adds up the same steps one after the other.
class FirstPass {
public:
  FirstPass(PhaseContext &phase, const ColumnShape &shape,
            const ColumnBlocks &blocks);

  /// How many lanes a panel has at most; the same for all if that comes out
  /// even.
  int64_t getPanelSize() const { return panelSize; }
  /// Takes the stack for one panel at a time.
  void allocate(mlir::OpBuilder &b);
  /// Adds up the steps [first, first + steps).
  void emit(mlir::OpBuilder &b, const PanelLanes &panel, mlir::Value first,
            mlir::Value steps);
  /// What that has given for the vectors of `stripe`.
  llvm::SmallVector<mlir::Value> load(mlir::OpBuilder &b,
                                      const Stripe &stripe) const {
    return sums->load(b, stripe);
  }

private:
  /// Calls `body` for the stripes of a panel.
  void emitStripes(
      mlir::OpBuilder &b, const PanelLanes &panel,
      llvm::function_ref<void(mlir::OpBuilder &, const Stripe &)> body) const;
  /// Puts the sums of `stripe`, in the order of terms, into that of channels.
  void putInOrder(mlir::OpBuilder &b, const Stripe &stripe);
  /// The steps of a block of a stripe, then of the next.
  void emitBlock(mlir::OpBuilder &b, const PanelLanes &panel, mlir::Value from,
                 mlir::Value length);
  /// The same of `stripe`, at most as wide as `wideVectors`, one slot after the
  /// other.
  void emitSlotBySlot(mlir::OpBuilder &b, const PanelLanes &panel,
                      const Stripe &stripe, mlir::Value from,
                      mlir::Value length);
  /// The same in turns of a few steps, all stripes in each.
  void emitTurns(mlir::OpBuilder &b, const PanelLanes &panel, mlir::Value from,
                 mlir::Value length);
  /// [offset, offset + steps) of these, which begin at `from`.
  void emitTurn(mlir::OpBuilder &b, const PanelLanes &panel, mlir::Value from,
                mlir::Value length, mlir::Value offset, mlir::Value steps);
  /// The same step by step, as the data lie.
  void emitSteps(mlir::OpBuilder &b, const PanelLanes &panel, mlir::Value from,
                 mlir::Value length);
  /// What slot `slot` holds, zeros if `isEmpty`, an i1 or null, is set: nothing
  /// was stored there in this block.
  llvm::SmallVector<mlir::Value> loadSlot(mlir::OpBuilder &b,
                                          const Stripe &stripe,
                                          mlir::Value slot,
                                          mlir::Value isEmpty);
  /// How far blocks and turns prefetch.
  int64_t getStepsAhead() const {
    return phase.getStatisticsSchedule().getPrefetch() * phase.plan.getBlock();
  }

  PhaseContext &phase;
  mlir::Location loc;
  const ColumnShape &shape;
  const ColumnBlocks &blocks;
  /// Of the sums of a vector.
  llvm::SmallVector<mlir::VectorType> sumTypes;
  unsigned sumsPerTerm;
  /// Steps of a turn: 1, or a multiple of the slots; 0 for whole blocks.
  int64_t turn = 0, panelSize;
  /// Vectors of a stripe whose slots are added up one after the other; 1 for
  /// none.
  int64_t wideVectors = 1;
  /// What was added up, and within a block what each slot holds: of a panel in
  /// turns, else of a wide stripe.
  std::optional<PanelSums> sums, slots;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_FIRSTPASS_H
