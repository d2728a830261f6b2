// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase that writes the outputs of columns and elementwise kernels.

#include "MapSweep.h"
#include "RowRange.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PairTables.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"
#include "bnc/Conversion/KernelToVector/PlaneMap.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

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
  bool isNarrow = areRowsOf(phase, [](Type element) {
    return element.getIntOrFloatBitWidth() == 16;
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

/// Bytes of rows whose lanes are computed block by block where the tables do
/// not hold a row: they stay in L2, and filling the tables is a twentieth of
/// it.
static constexpr int64_t pairedRowsBytes = 64 << 10;

/// All rows with tables in pairs.
static void emitInPairs(OpBuilder &b, PhaseContext &phase,
                        const MapShape &shape, const PairTables &pairs) {
  int64_t length = *phase.structure.getStaticExtent(shape.laneGroup);
  int64_t rows = std::max(pairedRowsBytes / (2 * length), int64_t(1));
  auto emitBlock = [&](OpBuilder &body, Value begin, Value end, Value from) {
    Value size = LoopMath(body, phase.loc).constant(pairs.getBlock());
    RowRange range(phase, shape, from, size, phase.keptArrays,
                   [&](OpBuilder &inside, PointEmitter &row) {
                     return pairs.emit(inside, phase, row, shape.laneGroup,
                                       from);
                   });
    if (length != pairs.getBlock())
      range.fetchAfter(rows);
    range.emit(body, begin, end);
  };
  LoopMath math(b, phase.loc);
  Value zero = math.constant(0);
  if (length == pairs.getBlock())
    return emitBlock(b, phase.begin, phase.end, zero);
  emitLoop(b, phase.loc, phase.begin, phase.end, rows, {},
           [&](OpBuilder &outside, Value begin, ValueRange) {
             LoopMath inner(outside, phase.loc);
             Value end = inner.min(inner.add(begin, rows), phase.end);
             emitLoop(outside, phase.loc, zero, inner.constant(length),
                      pairs.getBlock(), {},
                      [&](OpBuilder &body, Value from, ValueRange) {
                        emitBlock(body, begin, end, from);
                        return SmallVector<Value>();
                      });
             return SmallVector<Value>();
           });
}

static void emitMapRows(OpBuilder &b, PhaseContext &phase,
                        const MapShape &shape) {
  LoopMath math(b, phase.loc);
  Value zero = math.constant(0);
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  std::optional<int64_t> known = getConstantIndex(length);
  if (auto pairs =
          PairTables::get(phase, shape.laneGroup, shape.rowGroups.back()))
    return emitInPairs(b, phase, shape, *pairs);
  SmallVector<KeptValue> hoisted = listHoisted(phase, shape);
  bool isShared = phase.structure.isColumns() || !hoisted.empty();
  if (!isShared || (!known && hoisted.empty())) {
    RowRange(phase, shape, zero, length, phase.keptArrays)
        .emit(b, phase.begin, phase.end);
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
      return RowRange(phase, shape, from, size, phase.keptArrays)
          .emit(inside, phase.begin, phase.end);
    origin.moveTo(inside);
    KeptArrays kept = emitStackTables(inside, phase, origin, shape.laneGroup,
                                      hoisted, block, from, size);
    RowRange(phase, shape, from, size, &kept)
        .emit(inside, phase.begin, phase.end);
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
  if (std::optional<PlaneMap> planes = PlaneMap::get(phase))
    return planes->emitPhase(phase.b, phase);
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
  if (std::optional<PlaneMap> planes = PlaneMap::get(phase))
    return planes->emitItems(phase, b);
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
