// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The sweep that writes the outputs of one contiguous run.

#ifndef BNC_LIB_CONVERSION_KERNELTOVECTOR_MAPSWEEP_H
#define BNC_LIB_CONVERSION_KERNELTOVECTOR_MAPSWEEP_H

#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include <memory>
#include <vector>

namespace bnc {

/// One vector of every run abreast, or two that are stored as one, whose
/// outputs are computed but not stored.
struct VectorsInWork {
  unsigned slot;
  bool nontemporal;
  /// Of every position. The emitters point to them.
  std::vector<KeptArrays> tables = {};
  /// Of every position and row; `second` where two vectors are stored as one.
  llvm::SmallVector<std::unique_ptr<PointEmitter>> first = {}, second = {};
};

/// One map sweep; see emitMapSweep.
struct MapSweep {
  const EmissionContext &context;
  llvm::ArrayRef<PointEmitter *> rows;
  const MapRun &run;
  llvm::SmallVector<MapOutput> outputs;
  llvm::SmallVector<const KernelArray *> inputs;
  /// Whether plain stores are emitted in place of nontemporal ones.
  bool isFallback = false;
  /// How many runs are stored side by side now, and how far one begins behind
  /// the last.
  unsigned abreast = 1;
  mlir::Value apart = {};

  /// Prefetches, once a line, what is read further on, and what the rows after
  /// those in work will read where this point reads: memory would rest while
  /// outputs are written.
  void emitPrefetch(mlir::OpBuilder &b, const Point &point, unsigned slot,
                    bool nontemporal);

  /// Fetches what is stored through the caches in place of past them.
  void fetchOutputs(mlir::OpBuilder &b, const Point &point, unsigned slot);

  /// `position` in every run that is stored abreast.
  llvm::SmallVector<mlir::Value> listPositions(mlir::OpBuilder &b,
                                               mlir::Value position);

  /// The kept arrays for the elements from `position` on, whose phase is
  /// `phase` if the run has a period.
  KeptArrays turnTables(mlir::OpBuilder &b, mlir::Value position,
                        llvm::ArrayRef<mlir::Value> phase);

  /// If the run has a period, `phase` is the vector's, and moves on by `step`.
  /// It is vector number `slot` of its turn, which begins at a line of every
  /// output where it stores nontemporally.
  VectorsInWork computeVector(mlir::OpBuilder &b, mlir::Value position,
                              mlir::Value count, unsigned slot,
                              llvm::MutableArrayRef<mlir::Value> phase,
                              mlir::Value step, bool nontemporal = false);

  /// The same of the vectors from `position` on that are stored as one: two
  /// where they canPair or canJoin, else one, all in use.
  VectorsInWork compute(mlir::OpBuilder &b, mlir::Value position, unsigned slot,
                        llvm::MutableArrayRef<mlir::Value> phase,
                        mlir::Value step, bool nontemporal = false);

  /// Stores `output` of run `index` of those that are abreast.
  void store(VectorsInWork &work, size_t index, const MapOutput &output);
  /// Stores the vectors of a turn, run by run and output by output.
  void storeInOrder(llvm::MutableArrayRef<VectorsInWork> turn);

  /// Whether elements go in pairs of an even and an odd one: all that the lanes
  /// load and store is bf16.
  bool canPair();

  /// Two vectors from `position` on, all in use, of which the first is number
  /// `slot`; see canPair and computeVector.
  VectorsInWork computePair(mlir::OpBuilder &b, mlir::Value position,
                            unsigned slot, bool nontemporal);

  /// Whether two vectors side by side are stored as one: their outputs are of
  /// bf16, which is then rounded by one instruction, or without AVX512-BF16
  /// two elements at once; see joinsBlocks.
  bool canJoin();

  /// Two vectors from `position` on, all in use, of which the first is number
  /// `slot`; see canJoin and computeVector.
  VectorsInWork computeJoined(mlir::OpBuilder &b, mlir::Value position,
                              unsigned slot,
                              llvm::MutableArrayRef<mlir::Value> phase,
                              mlir::Value step, bool nontemporal);

  /// How far a phase moves in `elements`; null without a period. Made outside
  /// of loops: it divides.
  mlir::Value getStep(mlir::OpBuilder &b, int64_t elements);

  /// The phases of `slots` times `width` elements from `position` on; none
  /// without a period.
  llvm::SmallVector<mlir::Value> startPhases(mlir::OpBuilder &b,
                                             mlir::Value position,
                                             unsigned slots, int64_t width);

  /// All of the run, through the caches.
  void emitPlain(mlir::OpBuilder &b);
  /// `length` elements of it from `begin` on.
  void emitPlain(mlir::OpBuilder &b, mlir::Value begin, mlir::Value length);

  /// The address of element `begin` of an output's run, as an index.
  mlir::Value emitAddress(mlir::OpBuilder &b, const KernelArray &array,
                          mlir::Value begin);

  /// The alignment of vector `slot` after the start of a line.
  int64_t getAlignment(const KernelArray &array, unsigned slot);

  /// Masked vectors from `begin` on; none where `length` is 0: an access of no
  /// lanes beside an unmapped page costs a microsecond on Zen 4.
  void emitEdge(mlir::OpBuilder &b, mlir::Value begin, mlir::Value length);

  /// The elements before the first output's first whole line.
  mlir::Value emitHead(mlir::OpBuilder &b);

  /// Whether all outputs are at the start of a line after the head of the
  /// first.
  mlir::Value emitAgree(mlir::OpBuilder &b);

  /// Whether this run stores past the caches: where the schedule says so, the
  /// run is long enough, and the outputs' lines agree.
  mlir::Value emitCondition(mlir::OpBuilder &b);

  void emit(mlir::OpBuilder &b);

  /// Vectors of elements whose outputs are whole lines, a turn.
  int64_t getVectorsPerLine();

  /// `turns` of these from `start` on, which is at a line of every output, past
  /// the caches.
  void emitLines(mlir::OpBuilder &b, mlir::Value start, mlir::Value turns);

  /// As many of `turns` from `start` on as are runs abreast, none for one run;
  /// returns how many.
  mlir::Value emitAbreast(mlir::OpBuilder &b, mlir::Value start,
                          mlir::Value turns);

  /// Peels a head so that the vectors of every output start at a line, and
  /// stores whole lines past the caches.
  void emitNontemporal(mlir::OpBuilder &b);
};

/// Whether a run is too short to be stored past the caches, an i1.
mlir::Value emitIsShort(mlir::OpBuilder &b, const EmissionContext &context,
                        const MapRun &run);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_KERNELTOVECTOR_MAPSWEEP_H
