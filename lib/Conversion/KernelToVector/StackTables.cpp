// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Values of a map that are computed once for many rows, on the stack.

#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "MapSweep.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

using namespace mlir;
using namespace bnc;

int64_t bnc::getTableSize(const EmissionContext &context, ArrayRef<Type> types,
                          int64_t bytes) {
  int64_t perElement = 0;
  for (Type type : types)
    perElement += type.getIntOrFloatBitWidth() / 8;
  int64_t lanes = context.target.lanes;
  return std::max(bytes / perElement / lanes, int64_t(1)) * lanes;
}

int64_t bnc::getTableSize(const EmissionContext &context,
                          ArrayRef<KeptValue> values, int64_t bytes) {
  return getTableSize(
      context,
      llvm::map_to_vector(values,
                          [](const KeptValue &value) { return value.type; }),
      bytes);
}

KeptArrays bnc::allocateStackTables(OpBuilder &b, Location loc,
                                    DimSet laneGroup,
                                    ArrayRef<KeptValue> values, int64_t size,
                                    Value from, bool inPairs) {
  KeptArrays tables;
  for (const KeptValue &value : values) {
    KernelArray array;
    array.element = value.type;
    array.memref = allocateOnStack(b, loc, {size}, getStorageType(value.type));
    array.origin = from;
    array.inPairs = inPairs;
    array.dims = {getLastDim(laneGroup)};
    tables.add(value.value, value.field, array);
  }
  return tables;
}

bool bnc::canMask(const EmissionContext &context, DimSet laneGroup,
                  ArrayRef<KeptValue> tables) {
  auto fits = [&](Type element) {
    return context.target.canMask(getStorageType(element));
  };
  SmallVector<Value> values;
  for (const KeptValue &table : tables) {
    values.push_back(table.value);
    if (!fits(table.type))
      return false;
  }
  return areLanesOf(listInputs(context, values), laneGroup, fits);
}

KeptArrays bnc::emitStackTables(OpBuilder &b, PhaseContext &phase,
                                PointEmitter &row, DimSet laneGroup,
                                ArrayRef<KeptValue> values, int64_t size,
                                Value from, Value length) {
  Location loc = phase.loc;
  KeptArrays tables =
      allocateStackTables(b, loc, laneGroup, values, size, from);
  auto fill = [&](OpBuilder &body, const Point &point) {
    PointEmitter lanes(body, phase, point, &row);
    lanes.useKeptArrays(phase.keptArrays, phase.structure.getNumStages() + 1);
    for (const KeptValue &value : values)
      lanes.store(emitKeptValue(lanes, value),
                  *tables.find(value.value, value.field));
  };
  emitLaneLoop(b, loc, length, phase.target.lanes, 1, {},
               [&](OpBuilder &body, Value position, Value count, unsigned,
                   MutableArrayRef<Value>) {
                 Point point = row.getPoint();
                 Value at = LoopMath(body, loc).add(from, position);
                 if (count && !getConstantIndex(count) &&
                     !canMask(phase, laneGroup, values)) {
                   // One loop in place of one for every table.
                   emitLoop(
                       body, loc, LoopMath(body, loc).constant(0), count, 1, {},
                       [&](OpBuilder &each, Value lane, ValueRange) {
                         point.setElement(each, phase, laneGroup,
                                          LoopMath(each, loc).add(at, lane));
                         fill(each, point);
                         return SmallVector<Value>();
                       });
                   return;
                 }
                 point.setLanes(body, phase, laneGroup, at, count);
                 fill(body, point);
               });
  return tables;
}
