// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The rows of a map, in the order in which they are written.

#include "RowRange.h"

#include "MapSweep.h"
#include "SharedLines.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <numeric>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

MapShape::MapShape(const EmissionContext &context) {
  const KernelStructure &structure = context.structure;
  SmallVector<DimSet> runs =
      collapseDims(structure.getAllDims(), listMapArrays(context));
  // Kept values are arrays over the column dims: a run must not cross from
  // those to the others.
  DimSet columns = structure.getNumStages() > 0 ? getColumnDims(structure)
                                                : structure.getAllDims();
  for (DimSet run : runs) {
    DimSet part = 0;
    for (unsigned dim = 0; dim < 64; ++dim) {
      if (!(run >> dim & 1))
        continue;
      if (part && (columns >> dim & 1) != (columns >> (dim - 1) & 1))
        rowGroups.push_back(std::exchange(part, 0));
      part |= DimSet(1) << dim;
    }
    rowGroups.push_back(part);
  }
  laneGroup = rowGroups.pop_back_val();
}

Point bnc::makeOrigin(OpBuilder &b, const EmissionContext &context) {
  Point point;
  point.coordinates.assign(context.frame.getKernel().getNumDims(),
                           LoopMath(b, context.loc).constant(0));
  return point;
}

/// Parts of a range of rows are streams if they have more bytes of the compute
/// type than this: nearer ones are slower than one stream.
static constexpr int64_t leastPartBytes = 256 << 10;

/// How many rows of the whole kernel lie between two that begin at the same
/// place of a line of every output, if that is known.
static std::optional<int64_t> getLineRows(const EmissionContext &context,
                                          const MapShape &shape) {
  std::optional<int64_t> elements =
      context.structure.getStaticExtent(shape.laneGroup);
  if (!elements || *elements == 0)
    return std::nullopt;
  int64_t rows = 1;
  for (const MapOutput &output : listMapOutputs(context)) {
    int64_t bytes =
        *elements * output.array->element.getIntOrFloatBitWidth() / 8;
    if (collapseDims(context.structure.getAllDims(), output.array).size() != 1)
      return std::nullopt;
    rows = std::lcm(rows, lineBytes / std::gcd(bytes, lineBytes));
  }
  return rows;
}

MapRun bnc::makeRun(const PhaseContext &phase, const MapShape &shape,
                    Value from, Value length, const KeptArrays *kept) {
  MapRun run{shape.laneGroup, from, length, phase.nontemporal, kept};
  run.nontemporalPrefetch.bytes = phase.nontemporalSchedule.getReadAhead();
  run.writeAhead = phase.nontemporalSchedule.getWriteAhead();
  return run;
}

std::unique_ptr<PointEmitter> RowRange::makeRow(OpBuilder &b,
                                                const Point &origin,
                                                ArrayRef<DimSet> groups,
                                                Value row) {
  Point point = origin;
  emitCoordinates(b, phase.loc, phase.frame, groups, row, point.coordinates);
  for (DimSet group : shape.rowGroups)
    point.ownDims |= group;
  auto emitter = std::make_unique<PointEmitter>(b, phase, point);
  emitter->useKeptArrays(run.keptArrays, phase.structure.getNumStages() + 1);
  return emitter;
}

MapRun::FetchInOrder RowRange::getFetch(OpBuilder &b, const Point &origin,
                                        ArrayRef<DimSet> groups, Value row) {
  LoopMath math(b, phase.loc);
  MapRun::FetchInOrder fetch{origin.coordinates, Value()};
  if (fetchRow) {
    RowFetch place = fetchRow(b, row);
    emitCoordinates(b, phase.loc, phase.frame, groups, place.row,
                    fetch.coordinates);
    fetch.shift = place.shift;
    return fetch;
  }
  emitCoordinates(b, phase.loc, phase.frame, groups,
                  math.add(firstRow, fetchRows), fetch.coordinates);
  // In the order of memory: the parts before this one have fetched as many
  // elements as they have in all rows, and this one as many as in those done.
  Value parts = math.mul(run.begin, fetchRows);
  Value ofRows = math.mul(math.sub(row, firstRow), run.length);
  fetch.shift = math.sub(math.add(parts, ofRows), run.begin);
  return fetch;
}

void RowRange::emitRows(OpBuilder &b, const Point &origin,
                        ArrayRef<DimSet> groups, ArrayRef<Value> rows) {
  SmallVector<std::unique_ptr<PointEmitter>> owned;
  SmallVector<PointEmitter *> emitters;
  for (Value row : rows) {
    owned.push_back(makeRow(b, origin, groups, row));
    emitters.push_back(owned.back().get());
  }
  if (fetchRows != 0 || fetchRow)
    run.inOrder = getFetch(b, origin, groups, rows.front());
  emitMapSweep(b, phase, emitters, run);
}

void RowRange::emitLastGroup(OpBuilder &b, const Point &origin, Value begin,
                             Value end) {
  std::optional<int64_t> known = getConstantIndex(run.nontemporal);
  if (!canShare(b))
    return emitGroups(b, origin, begin, end);
  auto emitShared = [&](OpBuilder &inside) {
    emitSharedLines(
        inside, phase, begin, end,
        [&](OpBuilder &at, Value row) {
          return makeRow(at, origin, getLastGroup(), row);
        },
        run);
  };
  if (known)
    return emitShared(b);
  auto branch = scf::IfOp::create(b, phase.loc, TypeRange(), run.nontemporal,
                                  /*withElseRegion=*/true);
  OpBuilder past = branch.getThenBodyBuilder();
  emitShared(past);
  OpBuilder through = branch.getElseBodyBuilder();
  emitGroups(through, origin, begin, end);
}

void RowRange::emitGroups(OpBuilder &b, const Point &origin, Value begin,
                          Value end) {
  LoopMath math(b, phase.loc);
  int64_t atOnce = rowsAtOnce;
  // Whole lines are worth more than what rows share, and of tables in pairs
  // they share nothing that has to be computed.
  if (getConstantIndex(run.nontemporal).value_or(0) != 0 || makePairTables)
    atOnce = 1;
  if (atOnce > 1) {
    Value groups = math.div(math.sub(end, begin), atOnce);
    emitLoop(b, phase.loc, math.constant(0), groups, 1, {},
             [&](OpBuilder &body, Value index, ValueRange) {
               LoopMath inner(body, phase.loc);
               Value row = inner.add(begin, inner.mul(index, atOnce));
               SmallVector<Value> rows;
               for (int64_t r = 0; r < atOnce; ++r)
                 rows.push_back(inner.add(row, r));
               emitRows(body, origin, getLastGroup(), rows);
               return SmallVector<Value>();
             });
    begin = math.add(begin, math.mul(groups, atOnce));
  }
  emitLoop(b, phase.loc, begin, end, 1, {},
           [&](OpBuilder &body, Value row, ValueRange) {
             emitRows(body, origin, getLastGroup(), row);
             return SmallVector<Value>();
           });
}

bool RowRange::isShort(OpBuilder &b) {
  return getConstantIndex(emitIsShort(b, phase, run)).value_or(0) != 0;
}

bool RowRange::canShare(OpBuilder &b) {
  return getConstantIndex(run.nontemporal) != 0 &&
         phase.structure.getForm() == KernelForm::Elementwise && isShort(b) &&
         canShareLines(phase, shape.rowGroups.back(), run);
}

bool RowRange::areStreams(OpBuilder &b) {
  // Parts of rows are written a few rows at a time.
  return getConstantIndex(run.nontemporal).value_or(0) != 0 && rowsAtOnce > 1 &&
         fetchRows == 0 && !fetchRow && !isShort(b) &&
         getLineRows(phase, shape);
}

void RowRange::emitStreams(OpBuilder &b, const Point &origin,
                           ArrayRef<DimSet> groups, Value begin, Value end) {
  LoopMath math(b, phase.loc);
  int64_t parts = rowsAtOnce;
  int64_t lineRows = *getLineRows(phase, shape);
  int64_t length = *phase.structure.getStaticExtent(shape.laneGroup);
  int64_t rowBytes = length * phase.structure.getComputeType().getWidth() / 8;
  Type stored = listMapOutputs(phase).front().array->element;
  Value total = math.sub(end, begin);
  Value part = math.streamPart(total, math.constant(lineRows), parts,
                               length * stored.getIntOrFloatBitWidth() / 8);
  Value isFar = math.less(math.constant(leastPartBytes / rowBytes), part);
  part =
      b.createOrFold<arith::SelectOp>(phase.loc, isFar, part, math.constant(0));
  run.areRowsAlike = true;
  Value done = math.mul(part, parts);
  Value restBegin = math.add(begin, done);
  if (lineRows != 1) {
    emitRowsApart(b, origin, groups, end, begin, part, math.constant(1), part);
    emitLoop(b, phase.loc, restBegin, end, 1, {},
             [&](OpBuilder &body, Value row, ValueRange) {
               emitRows(body, origin, groups, row);
               return SmallVector<Value>();
             });
    return;
  }
  // The rows that are left are neighbours in the same code.
  emitTwice(b, phase.loc, [&](OpBuilder &body, auto choose) {
    LoopMath inner(body, phase.loc);
    Value first = choose(begin, restBegin);
    Value left = inner.ceilDiv(inner.sub(total, done), parts);
    Value times = choose(part, left);
    Value one = inner.constant(1);
    Value step = choose(one, inner.constant(parts));
    emitRowsApart(body, origin, groups, end, first, times, step,
                  choose(part, one));
  });
}

void RowRange::emitRowsApart(OpBuilder &b, const Point &origin,
                             ArrayRef<DimSet> groups, Value end, Value begin,
                             Value times, Value step, Value apart) {
  emitLoop(b, phase.loc, LoopMath(b, phase.loc).constant(0), times, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value last = inner.sub(end, inner.constant(1));
             SmallVector<Value> rows{inner.add(begin, inner.mul(index, step))};
             while (int64_t(rows.size()) < rowsAtOnce)
               rows.push_back(inner.min(inner.add(rows.back(), apart), last));
             emitRows(body, origin, groups, rows);
             return SmallVector<Value>();
           });
}

/// Whether the first output of the map starts at a line, an i1.
static Value emitStartsAtLine(OpBuilder &b, const PhaseContext &phase) {
  LoopMath math(b, phase.loc);
  Value address = emitFirstByte(b, phase.loc, *listMapOutputs(phase)[0].array);
  Value past = math.rem(address, math.constant(lineBytes));
  return math.less(past, math.constant(1));
}

void RowRange::emitSharing(OpBuilder &b, const Point &origin, Value begin,
                           Value end) {
  if (areStreams(b))
    emitStreams(b, origin, getLastGroup(), begin, end);
  else
    emitLastGroup(b, origin, begin, end);
}

void RowRange::emitInPairs(OpBuilder &b, const Point &origin, Value begin,
                           Value end) {
  PointEmitter row(b, phase, origin);
  row.useKeptArrays(phase.keptArrays, phase.structure.getNumStages() + 1);
  KeptArrays tables = makePairTables(b, row);
  run.pairTables = &tables;
  emitWholeLines(b, origin, begin, end);
}

void RowRange::emitWholeLines(OpBuilder &b, const Point &origin, Value begin,
                              Value end) {
  auto emitAs = [&](OpBuilder &inside, bool nontemporal) {
    run.nontemporal =
        arith::ConstantIntOp::create(inside, phase.loc, nontemporal, 1);
    emitSharing(inside, origin, begin, end);
  };
  if (getConstantIndex(phase.nontemporal) == 0)
    return emitAs(b, false);
  Value past = arith::AndIOp::create(b, phase.loc, phase.nontemporal,
                                     emitStartsAtLine(b, phase));
  auto branch = scf::IfOp::create(b, phase.loc, TypeRange(), past,
                                  /*withElseRegion=*/true);
  OpBuilder yes = branch.getThenBodyBuilder();
  emitAs(yes, true);
  OpBuilder no = branch.getElseBodyBuilder();
  emitAs(no, false);
}

void RowRange::emit(OpBuilder &b, Value begin, Value end) {
  Location loc = phase.loc;
  ArrayRef<DimSet> outer = ArrayRef(shape.rowGroups).drop_back();
  auto emitOfOrigin = [&](OpBuilder &inside, const Point &origin, Value first,
                          Value last) {
    firstRow = first;
    if (makePairTables)
      emitInPairs(inside, origin, first, last);
    else if (areWholeLines)
      emitWholeLines(inside, origin, first, last);
    else
      emitSharing(inside, origin, first, last);
  };
  if (outer.empty())
    return emitOfOrigin(b, makeOrigin(b, phase), begin, end);
  // Pixels of one sample share what is kept of it.
  bool areShared = phase.structure.isColumns() || makePairTables;
  if (!areShared && areStreams(b))
    return emitStreams(b, makeOrigin(b, phase), shape.rowGroups, begin, end);
  // What rows of different outer points share is not the same.
  LoopMath math(b, loc);
  Value extent = emitTotalExtent(b, loc, phase.frame, shape.rowGroups.back());
  emitLoop(b, loc, math.div(begin, extent), math.ceilDiv(end, extent), 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, loc);
             Point origin = makeOrigin(body, phase);
             emitCoordinates(body, loc, phase.frame, outer, index,
                             origin.coordinates);
             Value start = inner.mul(index, extent);
             Value first =
                 inner.max(inner.sub(begin, start), inner.constant(0));
             Value last = inner.min(inner.sub(end, start), extent);
             emitOfOrigin(body, origin, first, last);
             return SmallVector<Value>();
           });
}
