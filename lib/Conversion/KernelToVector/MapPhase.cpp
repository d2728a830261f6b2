// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase that writes the outputs of columns and elementwise kernels.

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

static Point makeOrigin(OpBuilder &b, const EmissionContext &context) {
  Point point;
  point.coordinates.assign(context.frame.getKernel().getNumDims(),
                           LoopMath(b, context.loc).constant(0));
  return point;
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
             emitMapSweep(body, phase, rows,
                          MapRun{shape.laneGroup, from, length,
                                 phase.nontemporal, kept});
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
             Value from = math.mul(item, mapBlock);
             Value size =
                 math.min(math.sub(length, from), math.constant(mapBlock));
             if (known && *known <= mapBlock) {
               from = math.constant(0);
               size = length;
             }
             PointEmitter origin(body, phase, makeOrigin(body, phase));
             origin.useKeptArrays(phase.keptArrays, allStages);
             PointEmitter *rows[] = {&origin};
             emitMapSweep(body, phase, rows,
                          MapRun{shape.laneGroup, from, size, phase.nontemporal,
                                 phase.keptArrays});
             return SmallVector<Value>();
           });
}

static void emitMapRows(OpBuilder &b, PhaseContext &phase,
                        const MapShape &shape) {
  LoopMath math(b, phase.loc);
  Value zero = math.constant(0);
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  SmallVector<KeptValue> hoisted = listHoisted(phase, shape);
  if (hoisted.empty()) {
    emitRowRange(b, phase, shape, zero, length, phase.keptArrays);
    return;
  }
  // Where the length is dynamic, the tables of a period are in this function
  // too.
  std::optional<int64_t> known = getConstantIndex(length);
  int64_t block =
      getTableSize(phase, hoisted, known ? tableBytes : tableBytes / 2);
  PointEmitter origin(b, phase, makeOrigin(b, phase));
  auto emitLanes = [&](OpBuilder &inside, Value from, Value size) {
    origin.moveTo(inside);
    KeptArrays kept = emitStackTables(inside, phase, origin, shape.laneGroup,
                                      hoisted, block, from, size);
    emitRowRange(inside, phase, shape, from, size, &kept);
  };
  if (known && *known <= block)
    return emitLanes(b, zero, length);
  emitLoop(b, phase.loc, zero, math.ceilDiv(length, block), 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value from = inner.mul(index, block);
             emitLanes(
                 body, from,
                 inner.min(inner.sub(length, from), inner.constant(block)));
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
            mapBlock);
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
