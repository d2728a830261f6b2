// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase that writes the outputs of columns and elementwise kernels.

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Elements an item covers where a kernel is one run: small enough to share
/// among threads, long enough that an item's start costs nothing.
static constexpr int64_t runBlock = 8192;
/// Bytes of stack for values hoisted out of the rows; with what else a task
/// has on its stack it stays under 8 KiB.
static constexpr int64_t hoistBytes = 4096;

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
static SmallVector<Value> listHoisted(const EmissionContext &context,
                                      const MapShape &shape) {
  SmallVector<Value> hoisted;
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
      hoisted.push_back(op.getResult(0));
  return hoisted;
}

static MapRun makeRun(const PhaseContext &phase, DimSet laneGroup,
                      const KeptArrays *kept) {
  MapRun run;
  run.laneGroup = laneGroup;
  run.nontemporal = phase.nontemporal;
  run.keptArrays = kept;
  run.keptStage = phase.structure.getNumStages() + 1;
  return run;
}

static Point makeOrigin(OpBuilder &b, const EmissionContext &context) {
  Point point;
  point.coordinates.assign(context.frame.getKernel().getNumDims(),
                           LoopMath(b, context.loc).constant(0));
  return point;
}

/// Computes `hoisted` for lanes [from, from + length) into stack arrays of
/// `block` elements.
static KeptArrays emitHoisted(OpBuilder &b, PhaseContext &phase,
                              const MapShape &shape, ArrayRef<Value> hoisted,
                              int64_t block, Value from, Value length) {
  unsigned last = getLastDim(shape.laneGroup);
  KeptArrays kept;
  SmallVector<KernelArray> arrays;
  for (Value value : hoisted) {
    KernelArray array;
    array.element = value.getType();
    array.memref =
        allocateOnStack(b, phase.loc, {block}, getStorageType(array.element));
    array.origin = from;
    array.dims = {last};
    arrays.push_back(array);
    kept.add(value, KeptArrays::Plain, array);
  }
  emitLaneLoop(b, phase.loc, length, phase.target.lanes, 1, {},
               [&](OpBuilder &body, Value position, Value count, unsigned,
                   MutableArrayRef<Value>) {
                 Point point = makeOrigin(body, phase);
                 Value at = LoopMath(body, phase.loc).add(from, position);
                 point.setLanes(body, phase, shape.laneGroup, at, count);
                 PointEmitter lanes(body, phase, point);
                 for (auto [value, array] : llvm::zip_equal(hoisted, arrays))
                   lanes.store(lanes.emit(value), array);
               });
  return kept;
}

/// Rows phase.begin to phase.end, lanes [from, from + length) of each.
static void emitRowRange(OpBuilder &b, PhaseContext &phase,
                         const MapShape &shape, Value from, Value length,
                         const KeptArrays *kept) {
  unsigned allStages = phase.structure.getNumStages() + 1;
  emitLoop(b, phase.loc, phase.begin, phase.end, 1, {},
           [&](OpBuilder &body, Value item, ValueRange) {
             Point point = makeOrigin(body, phase);
             emitCoordinates(body, phase.loc, phase.frame, shape.rowGroups,
                             item, point.coordinates);
             for (DimSet group : shape.rowGroups)
               point.ownDims |= group;
             PointEmitter row(body, phase, point);
             row.useKeptArrays(kept, allStages);
             PointEmitter *rows[] = {&row};
             MapRun run = makeRun(phase, shape.laneGroup, kept);
             run.begin = from;
             run.length = length;
             emitMapSweep(body, phase, rows, run);
             return SmallVector<Value>();
           });
}

/// Blocks of a kernel that is one contiguous run.
static void emitRunBlocks(PhaseContext &phase, const MapShape &shape) {
  OpBuilder &b = phase.b;
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  std::optional<int64_t> known = getConstantIndex(length);
  unsigned allStages = phase.structure.getNumStages() + 1;
  emitLoop(b, phase.loc, phase.begin, phase.end, 1, {},
           [&](OpBuilder &body, Value item, ValueRange) {
             LoopMath math(body, phase.loc);
             Value from = math.mul(item, runBlock);
             Value size =
                 math.min(math.sub(length, from), math.constant(runBlock));
             if (known && *known <= runBlock) {
               from = math.constant(0);
               size = length;
             }
             PointEmitter origin(body, phase, makeOrigin(body, phase));
             origin.useKeptArrays(phase.keptArrays, allStages);
             PointEmitter *rows[] = {&origin};
             MapRun run = makeRun(phase, shape.laneGroup, phase.keptArrays);
             run.begin = from;
             run.length = size;
             emitMapSweep(body, phase, rows, run);
             return SmallVector<Value>();
           });
}

static void emitMapRows(OpBuilder &b, PhaseContext &phase,
                        const MapShape &shape) {
  LoopMath math(b, phase.loc);
  Value zero = math.constant(0);
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  SmallVector<Value> hoisted = listHoisted(phase, shape);
  if (hoisted.empty()) {
    emitRowRange(b, phase, shape, zero, length, phase.keptArrays);
    return;
  }
  int64_t bytes = 0;
  for (Value value : hoisted)
    bytes += value.getType().getIntOrFloatBitWidth() / 8;
  int64_t lanes = phase.target.lanes;
  int64_t block = std::max(hoistBytes / bytes / lanes, int64_t(1)) * lanes;
  std::optional<int64_t> known = getConstantIndex(length);
  if (known && *known <= block) {
    KeptArrays kept =
        emitHoisted(b, phase, shape, hoisted, block, zero, length);
    emitRowRange(b, phase, shape, zero, length, &kept);
    return;
  }
  emitLoop(b, phase.loc, zero, math.ceilDiv(length, block), 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value from = inner.mul(index, block);
             Value size =
                 inner.min(inner.sub(length, from), inner.constant(block));
             KeptArrays kept =
                 emitHoisted(body, phase, shape, hoisted, block, from, size);
             emitRowRange(body, phase, shape, from, size, &kept);
             return SmallVector<Value>();
           });
}

/// Runs `periodic` where its tables hold a turn, else `rows`; one of them alone
/// where the extents are static.
static SmallVector<Value> emitByPeriod(
    OpBuilder &b, EmissionContext &context, TypeRange types,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, const PeriodicShape &)>
        periodic,
    llvm::function_ref<SmallVector<Value>(OpBuilder &)> rows) {
  std::optional<PeriodicShape> shape = PeriodicShape::get(context);
  if (!shape)
    return rows(b);
  Value fits = shape->emitFits(context, b);
  if (std::optional<int64_t> known = getConstantIndex(fits))
    return *known ? periodic(b, *shape) : rows(b);
  auto branch = scf::IfOp::create(b, context.loc, types, fits,
                                  /*withElseRegion=*/true);
  auto fill = [&](OpBuilder inside, auto emit) {
    SmallVector<Value> results = emit(inside);
    if (!types.empty())
      scf::YieldOp::create(inside, context.loc, results);
  };
  fill(branch.getThenBodyBuilder(),
       [&](OpBuilder &inside) { return periodic(inside, *shape); });
  fill(branch.getElseBodyBuilder(), rows);
  return SmallVector<Value>(branch.getResults());
}

void bnc::emitMapPhase(PhaseContext &phase) {
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

Value bnc::emitMapItems(EmissionContext &context, OpBuilder &b) {
  MapShape shape(context);
  if (shape.isOneRun())
    return LoopMath(b, context.loc)
        .ceilDiv(
            emitTotalExtent(b, context.loc, context.frame, shape.laneGroup),
            runBlock);
  return emitByPeriod(
      b, context, b.getIndexType(),
      [&](OpBuilder &inside, const PeriodicShape &periodic) {
        return SmallVector<Value>{periodic.emitItems(context, inside)};
      },
      [&](OpBuilder &inside) {
        return SmallVector<Value>{emitTotalExtent(
            inside, context.loc, context.frame, shape.rowGroups)};
      })[0];
}
