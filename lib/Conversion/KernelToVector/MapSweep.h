// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The sweep that writes the outputs of one contiguous run.

#ifndef BNC_LIB_CONVERSION_KERNELTOVECTOR_MAPSWEEP_H
#define BNC_LIB_CONVERSION_KERNELTOVECTOR_MAPSWEEP_H

#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include <memory>
#include <vector>

namespace bnc {

/// How the lanes of what is stored at once lie in vectors.
enum class VectorForm {
  One,
  /// One element: a loop over them is all that the rest of a run takes where no
  /// mask leaves lanes out.
  Element,
  /// Two: the even and the odd elements, where all that the lanes load and
  /// store is bf16.
  Pairs,
  /// Two: the halves of JoinVectors.h; see canJoin.
  Halves,
};

/// Where vectors are that are stored as one.
struct VectorPlace {
  mlir::Value position;
  /// How many elements are in use, null for all. Only of one vector.
  mlir::Value count;
  VectorForm form = VectorForm::One;
  /// The number of the first in its turn, which begins at a line of every
  /// output where it stores nontemporally.
  unsigned slot = 0;
  bool nontemporal = false;
};

/// The vectors at a place of every run abreast, whose outputs are computed but
/// not stored.
struct VectorsInWork {
  VectorPlace place;
  /// Of every position. The emitters point to them.
  std::vector<KeptArrays> tables = {};
  /// Of every position and row; `second` where two vectors are stored as one.
  llvm::SmallVector<std::unique_ptr<PointEmitter>> first = {}, second = {};
};

/// Whether the elements of those of `arrays` that lie along `laneGroup` are
/// such types.
bool areLanesOf(llvm::ArrayRef<const KernelArray *> arrays, DimSet laneGroup,
                llvm::function_ref<bool(mlir::Type)> fits);
/// The same of all that the map loads and stores.
bool areLanesOf(const EmissionContext &context, DimSet laneGroup,
                llvm::function_ref<bool(mlir::Type)> fits);

/// The same of all that spans every dim.
bool areRowsOf(const EmissionContext &context,
               llvm::function_ref<bool(mlir::Type)> fits);

/// One map sweep; see emitMapSweep.
struct MapSweep {
  const EmissionContext &context;
  llvm::ArrayRef<PointEmitter *> rows;
  const MapRun &run;
  llvm::SmallVector<MapOutput> outputs;
  llvm::SmallVector<const KernelArray *> inputs;
  /// Of vectors that are all in use.
  VectorForm form = VectorForm::One;
  /// Set, an i1, where plain stores are in place of nontemporal ones; null if
  /// they nowhere are.
  mlir::Value isFallback = {};
  /// How many runs are stored side by side now, and how far one begins behind
  /// the last.
  unsigned abreast = 1;
  mlir::Value apart = {};
  /// If given, called with the emitter of every vector before it emits.
  llvm::function_ref<void(PointEmitter &)> prepare = {};

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

  /// The points of the vectors of `place` of a row, in a run where `at` is its
  /// position.
  llvm::SmallVector<Point> listPoints(mlir::OpBuilder &b, const Point &row,
                                      mlir::Value at, const VectorPlace &place);

  /// If the run has a period, `phase` is that of the place, and moves on by
  /// `step` if that is given.
  VectorsInWork compute(mlir::OpBuilder &b, const VectorPlace &place,
                        llvm::MutableArrayRef<mlir::Value> phase,
                        mlir::Value step);

  /// Rounds `output` of the last run of `work`, where two vectors are as one.
  void round(VectorsInWork &work, const MapOutput &output);
  /// Stores `output` of run `index` of those that are abreast.
  void store(VectorsInWork &work, size_t index, const MapOutput &output);
  /// Stores the vectors of a turn, run by run and output by output.
  void storeInOrder(llvm::MutableArrayRef<VectorsInWork> turn);

  /// Whether what varies over the lanes is read from tables in pairs.
  bool takesPairTables();
  VectorForm chooseForm();
  /// Elements that are stored at once.
  int64_t getWidth(VectorForm form);

  /// How far a phase moves in `elements`; null without a period.
  mlir::Value getStep(int64_t elements);

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

  /// Whether masks leave out lanes of all that the map loads and stores.
  bool canMask();
  /// Whether `count` elements, which may be all, are emitted one by one: not
  /// where their number is known, which is a sum of a few powers of two.
  bool takesElements(mlir::Value count);
  /// No more elements than a vector has, from `begin` on, at which `phase` is.
  void emitElements(mlir::OpBuilder &b, mlir::Value begin, mlir::Value count,
                    llvm::ArrayRef<mlir::Value> phase);

  /// The elements before the first output's first whole line.
  mlir::Value emitHead(mlir::OpBuilder &b);

  /// Whether all outputs are at the start of a line after the head of the
  /// first.
  mlir::Value emitAgree(mlir::OpBuilder &b);

  /// Whether this run stores past the caches: where the schedule says so, the
  /// run is long enough, and the outputs' lines agree.
  mlir::Value emitCondition(mlir::OpBuilder &b);

  /// Whether one code serves runs that are stored through the caches as the
  /// schedule wants it, and those that it does not.
  bool servesBoth();
  /// All of a run that is not stored past the caches, though the schedule may
  /// want it.
  void emitFallback(mlir::OpBuilder &b);

  void emit(mlir::OpBuilder &b);

  /// Vectors of elements whose outputs are whole lines, a turn.
  int64_t getVectorsPerLine();

  /// A turn from `at` on, which is at a line of every output, past the caches;
  /// see compute.
  void emitLine(mlir::OpBuilder &b, mlir::Value at,
                llvm::MutableArrayRef<mlir::Value> phase, mlir::Value step);
  /// `turns` of these from `start` on, which is at a line of every output, past
  /// the caches.
  void emitLines(mlir::OpBuilder &b, mlir::Value start, mlir::Value turns);

  /// As many of `turns` from `start` on as are runs abreast, none for one run;
  /// returns how many.
  mlir::Value emitAbreast(mlir::OpBuilder &b, mlir::Value start,
                          mlir::Value turns);

  /// As many of `turns` as runs abreast have, and then the rest.
  void emitLinesAbreast(mlir::OpBuilder &b, mlir::Value start,
                        mlir::Value turns);

  /// Peels a head so that the vectors of every output start at a line, and
  /// stores whole lines past the caches.
  void emitNontemporal(mlir::OpBuilder &b);
};

/// The address of the first byte of `array`, as an index.
mlir::Value emitFirstByte(mlir::OpBuilder &b, mlir::Location loc,
                          const KernelArray &array);

/// Whether a run is too short to be stored past the caches, an i1.
mlir::Value emitIsShort(mlir::OpBuilder &b, const EmissionContext &context,
                        const MapRun &run);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_KERNELTOVECTOR_MAPSWEEP_H
