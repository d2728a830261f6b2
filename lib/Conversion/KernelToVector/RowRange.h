// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The rows of a map, in the order in which they are written.

#ifndef BNC_LIB_CONVERSION_KERNELTOVECTOR_ROWRANGE_H
#define BNC_LIB_CONVERSION_KERNELTOVECTOR_ROWRANGE_H

#include "bnc/Conversion/KernelToVector/PlaneTables.h"

namespace bnc {

/// How the map phase walks a kernel: rows of lanes, or blocks of one run.
struct MapShape {
  llvm::SmallVector<DimSet> rowGroups;
  DimSet laneGroup = 0;

  explicit MapShape(const EmissionContext &context);
  bool isOneRun() const { return rowGroups.empty(); }
};

/// The first point of a kernel.
Point makeOrigin(mlir::OpBuilder &b, const EmissionContext &context);

/// The run of `length` lanes from `from` on, without a prefetch through the
/// caches.
MapRun makeRun(const PhaseContext &phase, const MapShape &shape,
               mlir::Value from, mlir::Value length, const KeptArrays *kept);

/// Makes tables in pairs for the rows that have the outer dims of `row`.
using MakePairTables =
    std::function<KeptArrays(mlir::OpBuilder &b, PointEmitter &row)>;

/// Emits the lanes [from, from + length) of a range of rows.
class RowRange {
public:
  RowRange(PhaseContext &phase, const MapShape &shape, mlir::Value from,
           mlir::Value length, const KeptArrays *kept,
           MakePairTables makePairTables = nullptr)
      : phase(phase), shape(shape), makePairTables(std::move(makePairTables)),
        run(makeRun(phase, shape, from, length, kept)),
        rowsAtOnce(phase.schedule.getRows()) {}

  /// Lanes are a part of a row, and `rows` rows are computed before the next
  /// part: what follows these is fetched meanwhile, in the order of memory.
  void fetchAfter(int64_t rows) { fetchRows = rows; }
  /// `rows` rows are computed at once in place of as many as the schedule says.
  void takeAtOnce(int64_t rows) { rowsAtOnce = rows; }
  /// The lanes of every row are whole lines where the output starts at one, and
  /// are stored through the caches where it does not. In pairs they always are.
  void keepWholeLines() { areWholeLines = true; }
  /// What `fetch` says is fetched meanwhile, and nothing else.
  void fetchBy(FetchRow fetch) {
    fetchRow = std::move(fetch);
    run.nontemporalPrefetch = {};
    run.writeAhead = 0;
  }
  /// Rows [begin, end).
  void emit(mlir::OpBuilder &b, mlir::Value begin, mlir::Value end);

private:
  /// Rows [begin, end) of the last group of the rows; `origin` fixes the
  /// others.
  void emitLastGroup(mlir::OpBuilder &b, const Point &origin, mlir::Value begin,
                     mlir::Value end);
  /// The same in groups of as many as the schedule computes at once.
  void emitGroups(mlir::OpBuilder &b, const Point &origin, mlir::Value begin,
                  mlir::Value end);
  /// Whether rows are known to be too short to go past the caches one by one.
  bool isShort(mlir::OpBuilder &b);
  /// Whether rows that go past the caches share lines.
  bool canShare(mlir::OpBuilder &b);
  /// Whether rows are stored past the caches in streams.
  bool areStreams(mlir::OpBuilder &b);
  /// Rows [begin, end) of `groups`, one of each of as many parts as the
  /// schedule computes at once: the prefetcher follows each, and memory serves
  /// two better than one.
  void emitStreams(mlir::OpBuilder &b, const Point &origin,
                   llvm::ArrayRef<DimSet> groups, mlir::Value begin,
                   mlir::Value end);
  /// `times` times as many rows as the schedule computes at once, `apart` from
  /// each other, the first `step` behind the last time's. Past `end` it is
  /// the last row again: all are loaded before any is stored.
  void emitRowsApart(mlir::OpBuilder &b, const Point &origin,
                     llvm::ArrayRef<DimSet> groups, mlir::Value end,
                     mlir::Value begin, mlir::Value times, mlir::Value step,
                     mlir::Value apart);
  /// Rows [begin, end) of the last group, with tables in pairs.
  void emitInPairs(mlir::OpBuilder &b, const Point &origin, mlir::Value begin,
                   mlir::Value end);
  /// The same, past the caches where the output starts at a line.
  void emitWholeLines(mlir::OpBuilder &b, const Point &origin,
                      mlir::Value begin, mlir::Value end);
  /// The same, in streams or not.
  void emitSharing(mlir::OpBuilder &b, const Point &origin, mlir::Value begin,
                   mlir::Value end);
  /// What is fetched while `row` of `groups` is in work.
  MapRun::FetchInOrder getFetch(mlir::OpBuilder &b, const Point &origin,
                                llvm::ArrayRef<DimSet> groups, mlir::Value row);
  /// Rows of `groups`.
  void emitRows(mlir::OpBuilder &b, const Point &origin,
                llvm::ArrayRef<DimSet> groups,
                llvm::ArrayRef<mlir::Value> rows);
  std::unique_ptr<PointEmitter> makeRow(mlir::OpBuilder &b, const Point &origin,
                                        llvm::ArrayRef<DimSet> groups,
                                        mlir::Value row);
  llvm::ArrayRef<DimSet> getLastGroup() const {
    return llvm::ArrayRef(shape.rowGroups).take_back();
  }

  PhaseContext &phase;
  const MapShape &shape;
  MakePairTables makePairTables;
  MapRun run;
  /// See fetchAfter; 0 for none.
  int64_t fetchRows = 0;
  /// See fetchBy; null for none.
  FetchRow fetchRow;
  int64_t rowsAtOnce;
  bool areWholeLines = false;
  /// The first row of the last group.
  mlir::Value firstRow;
};

} // namespace bnc

#endif // BNC_LIB_CONVERSION_KERNELTOVECTOR_ROWRANGE_H
