// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What the phases share: which arrays a sweep reads, the sweep that writes the
// outputs of one run, and the cold recomputation of a record.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_SWEEPS_H
#define BNC_CONVERSION_KERNELTOVECTOR_SWEEPS_H

#include "bnc/Conversion/KernelToVector/Phases.h"
#include "bnc/Conversion/KernelToVector/Prefetches.h"

#include <optional>

namespace bnc {

/// The inputs that `values` are computed from, not looking through reductions.
llvm::SmallVector<const KernelArray *>
listInputs(const EmissionContext &context, llvm::ArrayRef<mlir::Value> values);

/// A result over all dims of a kernel: what is yielded and where it goes.
struct MapOutput {
  mlir::Value value;
  const KernelArray *array;
};
llvm::SmallVector<MapOutput> listMapOutputs(const EmissionContext &context);
/// The results over the kept dims alone.
llvm::SmallVector<MapOutput> listKeptOutputs(const EmissionContext &context);
/// What the map sweep touches: its inputs and outputs.
llvm::SmallVector<const KernelArray *>
listMapArrays(const EmissionContext &context);

/// Those of them that span every dim.
llvm::SmallVector<const KernelArray *>
listFullMapArrays(const EmissionContext &context);

/// Whether two vectors along `laneGroup`, halves of JoinVectors.h, are stored
/// as one: the map rounds f32 to bf16, by one instruction for both, or without
/// it in words of both, where all that varies along it is bf16 or f32.
bool canJoin(const EmissionContext &context, DimSet laneGroup);

/// What kept outputs touch: the same of those.
llvm::SmallVector<const KernelArray *>
listKeptArrays(const EmissionContext &context);

/// A run of whole turns over `extent` elements: the position within a turn, the
/// phase, of each vector. Values that repeat every turn are loaded from there.
class Period {
public:
  /// Made outside of all loops, with the steps of `lanes` times 1, 2 and 4:
  /// they divide.
  Period(mlir::OpBuilder &b, mlir::Location loc, mlir::Value extent,
         int64_t lanes);

  mlir::Value getExtent() const { return extent; }

  /// The phase of the vector at `position`; divides, so not for inner loops.
  mlir::Value at(mlir::OpBuilder &b, mlir::Value position) const;
  /// What `elements`, the lanes times 1, 2 or 4, move a phase by.
  mlir::Value getStep(int64_t elements) const { return steps.at(elements); }
  /// The phase a step after `phase`.
  mlir::Value next(mlir::OpBuilder &b, mlir::Value phase,
                   mlir::Value step) const;

private:
  mlir::Location loc;
  mlir::Value extent;
  llvm::SmallDenseMap<int64_t, mlir::Value> steps;
};

/// How two vectors of a run of turns are stored as one, if they are.
enum class TurnForm {
  Single,
  /// As halves: the tables of the turn reach a vector further.
  Halves,
  /// In pairs, as the tables are: a turn is whole vectors of them.
  Pairs,
  /// In pairs, of any turn: the tables hold even and odd elements apart.
  Apart,
};

inline bool isInPairs(TurnForm form) {
  return form == TurnForm::Pairs || form == TurnForm::Apart;
}

/// A part of the map of a kernel: `length` elements from `begin` on along the
/// lane group.
struct MapRun {
  DimSet laneGroup;
  mlir::Value begin, length;
  /// An i1: whether to store past the caches if the run is long enough.
  mlir::Value nontemporal;
  /// What is not computed again; null for nothing.
  const KeptArrays *keptArrays = nullptr;
  /// If given, what varies over the lanes as pairs take it: the run is whole
  /// vectors of them and, past the caches, whole lines of the output.
  const KeptArrays *pairTables = nullptr;
  /// If set, the kept arrays hold a turn, and its start again up to a vector.
  std::optional<Period> period = std::nullopt;
  /// With a period: how many runs of whole turns are stored side by side, which
  /// share what repeats: parts of the whole run.
  unsigned abreast = 1, abreastNontemporal = 1;
  /// With a period. In pairs the run begins at a whole vector of them, apart at
  /// an even element.
  TurnForm turnForm = TurnForm::Single;
  /// Whether the rows of a sweep begin at the same place of a line of every
  /// output: only then several are stored past the caches.
  bool areRowsAlike = false;
  /// If given, what is fetched into L2 while an element is in work: that at
  /// `coordinates`, and of the lane group `shift` after the element.
  struct FetchInOrder {
    llvm::SmallVector<mlir::Value> coordinates;
    mlir::Value shift;
  };
  std::optional<FetchInOrder> inOrder = std::nullopt;
  /// Whether it is one of several that make up a row.
  bool isOfSeveral = false;
  /// What is prefetched: while stores go to the caches, and past them.
  Prefetch prefetch = {}, nontemporalPrefetch = {};
  /// Bytes ahead of which outputs are fetched into L2 where `nontemporal` is
  /// always set but the run too short, 0 for none.
  int64_t writeAhead = 0;
};

/// Elements an item covers where a map is one run: small enough to share among
/// threads, long enough that an item's start costs nothing.
inline constexpr int64_t mapBlock = 8192;

/// Stores every map output of `run` for each of `rows` (emitters whose points
/// fix all other dims).
void emitMapSweep(mlir::OpBuilder &b, const EmissionContext &context,
                  llvm::ArrayRef<PointEmitter *> rows, const MapRun &run);

/// `record` of `reduction` at one kept point, or, if it is not finite or
/// underflowed, what a loop in f64 gives instead.
Record emitColdPath(mlir::OpBuilder &b, const EmissionContext &context,
                    mlir::Operation *reduction, PointEmitter &kept,
                    const Record &record);
/// Whether `record` is not finite or underflowed: an i1 or a vector of them.
mlir::Value emitIsSuspect(mlir::OpBuilder &b, mlir::Operation *reduction,
                          PointEmitter &kept, const Record &record);
/// The record of `reduction` by scalar loops in f64, at one kept point.
Record emitColdRecord(mlir::OpBuilder &b, const EmissionContext &context,
                      mlir::Operation *reduction, PointEmitter &kept);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_SWEEPS_H
