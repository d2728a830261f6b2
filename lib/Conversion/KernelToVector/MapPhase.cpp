// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase that writes the outputs of columns and elementwise kernels.

#include "MapSweep.h"
#include "SharedLines.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

/// How the map phase walks a kernel: rows of lanes, or blocks of one run.
struct MapShape {
  SmallVector<DimSet> rowGroups;
  DimSet laneGroup = 0;

  explicit MapShape(const EmissionContext &context) {
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
  bool isOneRun() const { return rowGroups.empty(); }
};

} // namespace

/// Values that vary over the lanes alone and cost more than a load: an
/// elementwise kernel computes them once for the rows of a task.
static SmallVector<KeptValue> listHoisted(const EmissionContext &context,
                                          const MapShape &shape) {
  SmallVector<KeptValue> hoisted;
  if (shape.isOneRun() ||
      context.structure.getForm() != KernelForm::Elementwise)
    return hoisted;
  KernelOp kernel = context.frame.getKernel();
  auto isHoistable = [&](Value value) {
    DimSet dims = context.structure.getDims(value);
    return dims && !(dims & ~shape.laneGroup) &&
           isa_and_present<RstdOp, arith::DivFOp>(value.getDefiningOp());
  };
  for (Operation &op : kernel.getBlock()->without_terminator())
    if (isHoistable(op.getResult(0)))
      hoisted.push_back(
          {op.getResult(0), KeptArrays::Plain, op.getResult(0).getType()});
  return hoisted;
}

/// See getLaneBlock. Of 16-bit data, which leave parameters more of L1, pixels
/// of up to 3 KiB that are written whole are 1.05 to 1.3 times as fast.
static constexpr int64_t laneBlockBytes = 4096, laneBlockBytes16 = 6144;
/// Bytes of stack for the tables of the one loop of a function.
static constexpr int64_t mapTableBytes = 6144;

static Point makeOrigin(OpBuilder &b, const EmissionContext &context) {
  Point point;
  point.coordinates.assign(context.frame.getKernel().getNumDims(),
                           LoopMath(b, context.loc).constant(0));
  return point;
}

/// Rows that are stored past the caches at once lie this far apart or side by
/// side: the prefetcher follows one stream in a page, and in two next to each
/// other loses its place. In the caches they lie side by side, decision 0017.
static constexpr int64_t streamBytes = 8192;
/// Rows of fewer bytes are one stream side by side.
static constexpr int64_t shortRowBytes = 512;

/// Rows between two of `run` that are computed at once.
static int64_t getRowDistance(const EmissionContext &context,
                              const MapRun &run) {
  std::optional<int64_t> elements = getConstantIndex(run.length);
  if (!elements || getConstantIndex(run.nontemporal) == 0)
    return 1;
  int64_t bytes = *elements * context.structure.getComputeType().getWidth() / 8;
  return bytes < shortRowBytes ? 1 : llvm::divideCeil(streamBytes, bytes);
}

/// Whether rows that are `distance` rows apart begin at the same place of a
/// line of every output.
static bool areAlike(const EmissionContext &context, const MapShape &shape,
                     int64_t distance) {
  std::optional<int64_t> elements =
      context.structure.getStaticExtent(shape.laneGroup);
  DimSet dims = shape.rowGroups.back() | shape.laneGroup;
  return elements &&
         llvm::all_of(listMapOutputs(context), [&](const MapOutput &output) {
           int64_t bits = output.array->element.getIntOrFloatBitWidth();
           return collapseDims(dims, output.array).size() == 1 &&
                  distance * *elements * bits / 8 % lineBytes == 0;
         });
}

static MapRun makeRun(const PhaseContext &phase, const MapShape &shape,
                      Value from, Value length, const KeptArrays *kept) {
  MapRun run{shape.laneGroup, from, length, phase.nontemporal, kept};
  run.nontemporalPrefetch.bytes = phase.nontemporalSchedule.getReadAhead();
  run.writeAhead = phase.nontemporalSchedule.getWriteAhead();
  return run;
}

namespace {

/// Emits the lanes [from, from + length) of a range of rows.
class RowRange {
public:
  RowRange(PhaseContext &phase, const MapShape &shape, Value from, Value length,
           const KeptArrays *kept)
      : phase(phase), shape(shape),
        run(makeRun(phase, shape, from, length, kept)) {}

  /// Rows phase.begin to phase.end.
  void emit(OpBuilder &b);

private:
  /// Rows [begin, end) of the last group of the rows; `origin` fixes the
  /// others.
  void emitLastGroup(OpBuilder &b, const Point &origin, Value begin, Value end);
  /// The same in groups of as many as the schedule computes at once.
  void emitGroups(OpBuilder &b, const Point &origin, Value begin, Value end);
  void emitRows(OpBuilder &b, const Point &origin, ArrayRef<Value> rows);
  /// Elements from what a block of `rows` reads to what a later one does, at
  /// least as far as is to be fetched ahead.
  Value emitBlocksAhead(OpBuilder &b, int64_t rows);
  std::unique_ptr<PointEmitter> makeRow(OpBuilder &b, const Point &origin,
                                        Value row);

  PhaseContext &phase;
  const MapShape &shape;
  MapRun run;
};

} // namespace

std::unique_ptr<PointEmitter>
RowRange::makeRow(OpBuilder &b, const Point &origin, Value row) {
  Point point = origin;
  emitCoordinates(b, phase.loc, phase.frame, shape.rowGroups.back(), row,
                  point.coordinates);
  for (DimSet group : shape.rowGroups)
    point.ownDims |= group;
  auto emitter = std::make_unique<PointEmitter>(b, phase, point);
  emitter->useKeptArrays(run.keptArrays, phase.structure.getNumStages() + 1);
  return emitter;
}

void RowRange::emitRows(OpBuilder &b, const Point &origin,
                        ArrayRef<Value> rows) {
  SmallVector<std::unique_ptr<PointEmitter>> owned;
  SmallVector<PointEmitter *> emitters;
  for (Value row : rows) {
    owned.push_back(makeRow(b, origin, row));
    emitters.push_back(owned.back().get());
  }
  emitMapSweep(b, phase, emitters, run);
}

void RowRange::emitLastGroup(OpBuilder &b, const Point &origin, Value begin,
                             Value end) {
  std::optional<int64_t> known = getConstantIndex(run.nontemporal);
  if (known == 0 || phase.structure.getForm() != KernelForm::Elementwise ||
      getConstantIndex(emitIsShort(b, phase, run)).value_or(0) == 0 ||
      !canShareLines(phase, shape.rowGroups.back(), run))
    return emitGroups(b, origin, begin, end);
  auto emitShared = [&](OpBuilder &inside) {
    emitSharedLines(
        inside, phase, begin, end,
        [&](OpBuilder &at, Value row) { return makeRow(at, origin, row); },
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

Value RowRange::emitBlocksAhead(OpBuilder &b, int64_t rows) {
  LoopMath math(b, phase.loc);
  Value block = math.mul(
      emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup), rows);
  int64_t bits = phase.structure.getComputeType().getWidth();
  for (const KernelArray *array : listMapArrays(phase))
    if (array->getDimSet() == phase.structure.getAllDims())
      bits = std::min<int64_t>(bits, array->element.getIntOrFloatBitWidth());
  Value least = math.constant(run.nontemporalPrefetch.bytes * 8 / bits);
  return math.mul(block, math.ceilDiv(least, block));
}

void RowRange::emitGroups(OpBuilder &b, const Point &origin, Value begin,
                          Value end) {
  Location loc = phase.loc;
  LoopMath math(b, loc);
  int64_t atOnce = phase.schedule.getRows();
  int64_t distance = getRowDistance(phase, run);
  run.areRowsAlike = areAlike(phase, shape, distance);
  // Whole lines are worth more than what rows share.
  if (!run.areRowsAlike && getConstantIndex(run.nontemporal).value_or(0) != 0)
    atOnce = 1;
  if (atOnce > 1) {
    int64_t block = atOnce * distance;
    if (run.areRowsAlike)
      run.nontemporalPrefetch.elements = emitBlocksAhead(b, block);
    Value blocks = math.div(math.sub(end, begin), block);
    emitLoop(b, loc, math.constant(0), blocks, 1, {},
             [&](OpBuilder &body, Value index, ValueRange) {
               LoopMath outer(body, loc);
               Value first = outer.add(begin, outer.mul(index, block));
               emitLoop(body, loc, math.constant(0), math.constant(distance), 1,
                        {}, [&](OpBuilder &nested, Value offset, ValueRange) {
                          LoopMath inner(nested, loc);
                          Value row = inner.add(first, offset);
                          SmallVector<Value> rows;
                          for (int64_t r = 0; r < atOnce; ++r)
                            rows.push_back(inner.add(row, r * distance));
                          emitRows(nested, origin, rows);
                          return SmallVector<Value>();
                        });
               return SmallVector<Value>();
             });
    begin = math.add(begin, math.mul(blocks, block));
  }
  emitLoop(b, loc, begin, end, 1, {},
           [&](OpBuilder &body, Value row, ValueRange) {
             emitRows(body, origin, row);
             return SmallVector<Value>();
           });
}

void RowRange::emit(OpBuilder &b) {
  Location loc = phase.loc;
  ArrayRef<DimSet> outer = ArrayRef(shape.rowGroups).drop_back();
  if (outer.empty())
    return emitLastGroup(b, makeOrigin(b, phase), phase.begin, phase.end);
  // What rows of different outer points share is not the same.
  LoopMath math(b, loc);
  Value extent = emitTotalExtent(b, loc, phase.frame, shape.rowGroups.back());
  emitLoop(b, loc, math.div(phase.begin, extent),
           math.ceilDiv(phase.end, extent), 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, loc);
             Point origin = makeOrigin(body, phase);
             emitCoordinates(body, loc, phase.frame, outer, index,
                             origin.coordinates);
             Value start = inner.mul(index, extent);
             Value begin =
                 inner.max(inner.sub(phase.begin, start), inner.constant(0));
             Value end = inner.min(inner.sub(phase.end, start), extent);
             emitLastGroup(body, origin, begin, end);
             return SmallVector<Value>();
           });
}

/// Blocks of a kernel that is one contiguous run.
static void emitRunBlocks(PhaseContext &phase, const MapShape &shape) {
  OpBuilder &b = phase.b;
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  std::optional<int64_t> known = getConstantIndex(length);
  unsigned allStages = phase.structure.getNumStages() + 1;
  emitEachItem(phase, [&](OpBuilder &body, Value item) {
    LoopMath math(body, phase.loc);
    Value from = math.mul(item, mapBlock);
    Value size = math.min(math.sub(length, from), math.constant(mapBlock));
    if (known && *known <= mapBlock) {
      from = math.constant(0);
      size = length;
    }
    PointEmitter origin(body, phase, makeOrigin(body, phase));
    origin.useKeptArrays(phase.keptArrays, allStages);
    PointEmitter *rows[] = {&origin};
    emitMapSweep(body, phase, rows,
                 makeRun(phase, shape, from, size, phase.keptArrays));
  });
}

/// The lanes of a static row that are computed for all rows of a task before
/// the next lanes, at most `most`: what varies over the lanes alone then stays
/// in L1.
static int64_t getLaneBlock(const PhaseContext &phase, int64_t length,
                            int64_t most) {
  bool isNarrow =
      llvm::all_of(listMapArrays(phase), [&](const KernelArray *array) {
        return array->getDimSet() != phase.structure.getAllDims() ||
               array->element.getIntOrFloatBitWidth() == 16;
      });
  int64_t lanes = (isNarrow ? laneBlockBytes16 : laneBlockBytes) * 8 /
                  phase.structure.getComputeType().getWidth();
  // From memory short pieces of a row cost more than parameters from L2.
  bool isPlain = getConstantIndex(phase.nontemporal) == 0;
  int64_t parts = isPlain ? llvm::divideCeil(length, lanes)
                          : std::max(length / lanes, int64_t(1));
  parts = std::max(parts, int64_t(llvm::divideCeil(length, most)));
  int64_t block = llvm::divideCeil(length, parts);
  return std::min(length,
                  int64_t(llvm::alignTo(block, 4 * phase.target.lanes)));
}

static void emitMapRows(OpBuilder &b, PhaseContext &phase,
                        const MapShape &shape) {
  LoopMath math(b, phase.loc);
  Value zero = math.constant(0);
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  std::optional<int64_t> known = getConstantIndex(length);
  SmallVector<KeptValue> hoisted = listHoisted(phase, shape);
  bool isShared = phase.structure.isColumns() || !hoisted.empty();
  if (!isShared || (!known && hoisted.empty())) {
    RowRange(phase, shape, zero, length, phase.keptArrays).emit(b);
    return;
  }
  // Where the length is dynamic, the tables of a period are in this function
  // too.
  int64_t block = std::numeric_limits<int64_t>::max();
  if (!hoisted.empty())
    block =
        getTableSize(phase, hoisted, known ? mapTableBytes : tableBytes / 2);
  if (known)
    block = getLaneBlock(phase, *known, block);
  PointEmitter origin(b, phase, makeOrigin(b, phase));
  auto emitLanes = [&](OpBuilder &inside, Value from, Value size) {
    if (hoisted.empty())
      return RowRange(phase, shape, from, size, phase.keptArrays).emit(inside);
    origin.moveTo(inside);
    KeptArrays kept = emitStackTables(inside, phase, origin, shape.laneGroup,
                                      hoisted, block, from, size);
    RowRange(phase, shape, from, size, &kept).emit(inside);
  };
  if (known == block)
    return emitLanes(b, zero, length);
  emitLoop(b, phase.loc, zero, math.ceilDiv(length, block), 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value from = inner.mul(index, block);
             Value size = inner.constant(block);
             if (!known || *known % block != 0)
               size = inner.min(inner.sub(length, from), size);
             emitLanes(body, from, size);
             return SmallVector<Value>();
           });
}

/// Runs `periodic` where its tables hold a turn, else `rows`; one of them alone
/// where the extents are static.
static SmallVector<Value> emitByPeriod(
    OpBuilder &b, PhaseContext &phase, TypeRange types,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, const PeriodicShape &)>
        periodic,
    llvm::function_ref<SmallVector<Value>(OpBuilder &)> rows) {
  std::optional<PeriodicShape> shape = PeriodicShape::get(phase);
  if (!shape || shape->endsAtStores(phase))
    return rows(b);
  Value fits = shape->emitFits(phase, b);
  if (std::optional<int64_t> known = getConstantIndex(fits))
    return *known ? periodic(b, *shape) : rows(b);
  auto branch = scf::IfOp::create(b, phase.loc, types, fits,
                                  /*withElseRegion=*/true);
  auto fill = [&](OpBuilder inside, auto emit) {
    SmallVector<Value> results = emit(inside);
    if (!types.empty())
      scf::YieldOp::create(inside, phase.loc, results);
  };
  fill(branch.getThenBodyBuilder(),
       [&](OpBuilder &inside) { return periodic(inside, *shape); });
  fill(branch.getElseBodyBuilder(), rows);
  return SmallVector<Value>(branch.getResults());
}

/// Whether there is nothing to write, and no turn or line to divide by.
static bool isEmpty(const PhaseContext &phase) {
  return phase.structure.getStaticExtent(phase.structure.getAllDims()) == 0;
}

void bnc::emitMapPhase(PhaseContext &phase) {
  if (isEmpty(phase))
    return;
  MapShape shape(phase);
  if (shape.isOneRun()) {
    emitRunBlocks(phase, shape);
    return;
  }
  emitByPeriod(
      phase.b, phase, {},
      [&](OpBuilder &b, const PeriodicShape &periodic) {
        periodic.emitPhase(b, phase);
        return SmallVector<Value>();
      },
      [&](OpBuilder &b) {
        emitMapRows(b, phase, shape);
        return SmallVector<Value>();
      });
}

Value bnc::emitMapItems(PhaseContext &phase, OpBuilder &b) {
  if (isEmpty(phase))
    return LoopMath(b, phase.loc).constant(0);
  MapShape shape(phase);
  if (shape.isOneRun())
    return LoopMath(b, phase.loc)
        .ceilDiv(emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup),
                 mapBlock);
  return emitByPeriod(
      b, phase, b.getIndexType(),
      [&](OpBuilder &inside, const PeriodicShape &periodic) {
        return SmallVector<Value>{periodic.emitItems(phase, inside)};
      },
      [&](OpBuilder &inside) {
        return SmallVector<Value>{
            emitTotalExtent(inside, phase.loc, phase.frame, shape.rowGroups)};
      })[0];
}
