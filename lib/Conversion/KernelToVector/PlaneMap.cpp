// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The map of an elementwise kernel whose parameters change after a few vectors.

#include "bnc/Conversion/KernelToVector/PlaneMap.h"

#include "MapSweep.h"
#include "RowRange.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PairTables.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Bytes of stack for the tables, a vector of each more than a part has lanes:
/// 448 lanes of four values. A task has 8 KiB.
static constexpr int64_t planeTableBytes = 7424;
/// Filling the tables takes as long as they save in a few rows.
static constexpr int64_t leastRows = 16;
/// Rows ahead of which inputs are fetched: parts are too short for a
/// prefetcher.
static constexpr int64_t fetchedRows = 6;

/// Planes of so many elements and more are better computed one by one, with
/// what is the same all over them in registers.
static constexpr int64_t longPlane64 = 12, longPlane32 = 48, longPlane16 = 128,
                         longPlanePairs = 240;
/// Of 32 bits past the caches, where planes share lines.
static constexpr int64_t longSharingPlane32 = 64;

static int64_t getLongPlane(const PhaseContext &phase, int64_t elements,
                            bool inPairs) {
  if (inPairs)
    return longPlanePairs;
  if (areRowsOf(phase, [](Type element) {
        return element.getIntOrFloatBitWidth() == 16;
      }))
    return longPlane16;
  if (phase.structure.getComputeType().isF64())
    return longPlane64;
  bool endsWithin =
      llvm::any_of(listMapOutputs(phase), [&](const MapOutput &output) {
        int64_t bits = output.array->element.getIntOrFloatBitWidth();
        return elements * bits / 8 % lineBytes != 0;
      });
  return phase.schedule.getNontemporal() && endsWithin ? longSharingPlane32
                                                       : longPlane32;
}

std::optional<PlaneMap> PlaneMap::get(const PhaseContext &phase) {
  const KernelStructure &structure = phase.structure;
  if (structure.getForm() != KernelForm::Elementwise)
    return std::nullopt;
  MapShape shape(phase);
  if (shape.rowGroups.size() != 2)
    return std::nullopt;
  PlaneMap map;
  map.samples = shape.rowGroups[0];
  map.channels = shape.rowGroups[1];
  map.plane = shape.laneGroup;
  DimSet lanes = map.channels | map.plane;
  SmallVector<const KernelArray *> full;
  for (const KernelArray *array : listMapArrays(phase))
    if (array->getDimSet() == structure.getAllDims())
      full.push_back(array);
  if (collapseDims(structure.getAllDims(), full).size() != 1)
    return std::nullopt;
  listNarrowValues(phase, map.values);
  bool areOfChannels = !map.values.empty() &&
                       llvm::all_of(map.values, [&](const KeptValue &value) {
                         return structure.getDims(value.value) == map.channels;
                       });
  map.inPairs = canTakePairs(phase) &&
                llvm::all_of(map.values, [](const KeptValue &value) {
                  return value.type.getIntOrFloatBitWidth() <= 32;
                });
  std::optional<int64_t> rows = structure.getStaticExtent(map.samples),
                         length = structure.getStaticExtent(lanes),
                         plane = structure.getStaticExtent(map.plane);
  if (!areOfChannels || !rows || !length || !plane || *rows < leastRows ||
      *plane >= getLongPlane(phase, *plane, map.inPairs))
    return std::nullopt;
  map.rows = *rows;
  map.planeSize = *plane;
  // Whole vectors, or two of them, and whole lines.
  int64_t unit = 2 * phase.target.lanes;
  for (const MapOutput &output : listMapOutputs(phase))
    unit = std::lcm(unit, lineBytes * 8 /
                              output.array->element.getIntOrFloatBitWidth());
  int64_t most =
      getTableSize(phase, map.values, planeTableBytes) - phase.target.lanes;
  map.partSize = most < unit ? 0 : getEvenPart(*length, unit, most);
  if (map.partSize == 0)
    return std::nullopt;
  map.parts = *length / map.partSize;
  return map;
}

void PlaneMap::fillPlane(OpBuilder &b, PhaseContext &phase, PointEmitter &row,
                         const KeptArrays &tables, Value channel,
                         Value from) const {
  Location loc = phase.loc;
  LoopMath math(b, loc);
  Point point = row.getPoint();
  point.setElement(b, phase, channels, channel);
  PointEmitter emitter(b, phase, point, &row);
  SmallVector<Value> vectors;
  for (const KeptValue &value : values) {
    Value one = emitKeptValue(emitter, value);
    Type storage = getStorageType(value.type);
    one = b.createOrFold<arith::BitcastOp>(loc, storage, one);
    auto type = VectorType::get({phase.target.lanes}, storage);
    vectors.push_back(vector::BroadcastOp::create(b, loc, type, one));
  }
  Value start = math.mul(channel, planeSize);
  Value begin = math.sub(math.max(start, from), from);
  Value end = math.min(math.sub(math.add(start, planeSize), from),
                       math.constant(partSize));
  // The last vector reaches into the next plane, which is filled after this.
  emitLoop(b, loc, begin, end, phase.target.lanes, {},
           [&](OpBuilder &body, Value at, ValueRange) {
             for (auto [value, vector] : llvm::zip_equal(values, vectors))
               vector::StoreOp::create(
                   body, loc, vector,
                   tables.find(value.value, value.field)->memref, at);
             return SmallVector<Value>();
           });
}

KeptArrays PlaneMap::emitTables(OpBuilder &b, PhaseContext &phase,
                                Value from) const {
  LoopMath math(b, phase.loc);
  KeptArrays tables =
      allocateStackTables(b, phase.loc, channels | plane, values,
                          partSize + phase.target.lanes, from);
  PointEmitter row(b, phase, makeOrigin(b, phase));
  row.moveTo(b);
  Value last = math.add(from, partSize - 1);
  emitLoop(b, phase.loc, math.div(from, planeSize),
           math.add(math.div(last, planeSize), 1), 1, {},
           [&](OpBuilder &body, Value channel, ValueRange) {
             fillPlane(body, phase, row, tables, channel, from);
             return SmallVector<Value>();
           });
  if (inPairs)
    putInPairs(b, phase, values, tables, partSize);
  return tables;
}

void PlaneMap::emitParts(OpBuilder &b, PhaseContext &phase) const {
  MapShape shape(phase);
  shape.rowGroups = {samples};
  shape.laneGroup = channels | plane;
  LoopMath outside(b, phase.loc);
  Value count = outside.constant(rows);
  emitLoop(b, phase.loc, outside.div(phase.begin, count),
           outside.ceilDiv(phase.end, count), 1, {},
           [&](OpBuilder &body, Value part, ValueRange) {
             LoopMath math(body, phase.loc);
             Value from = math.mul(part, partSize),
                   start = math.mul(part, rows);
             KeptArrays tables = emitTables(body, phase, from);
             MakePairTables givePairs;
             if (inPairs)
               givePairs = [&](OpBuilder &, PointEmitter &) { return tables; };
             RowRange range(phase, shape, from, math.constant(partSize),
                            inPairs ? nullptr : &tables, givePairs);
             range.fetchAhead(fetchedRows, rows);
             range.emit(
                 body, math.max(math.sub(phase.begin, start), math.constant(0)),
                 math.min(math.sub(phase.end, start), math.constant(rows)));
             return SmallVector<Value>();
           });
}

void PlaneMap::emitPhase(OpBuilder &b, PhaseContext &phase) const {
  // In pairs each range of rows asks where lines start.
  if (inPairs || getConstantIndex(phase.nontemporal) == 0)
    return emitParts(b, phase);
  auto branch =
      scf::IfOp::create(b, phase.loc, TypeRange(), emitStartsAtLine(b, phase),
                        /*withElseRegion=*/true);
  for (bool atLine : {true, false}) {
    OpBuilder inside =
        atLine ? branch.getThenBodyBuilder() : branch.getElseBodyBuilder();
    PhaseContext part = phase;
    part.nontemporal =
        arith::ConstantIntOp::create(inside, phase.loc, atLine, 1);
    emitParts(inside, part);
  }
}
