// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Values of a map that are computed once for many rows, on the stack.

#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "MapSweep.h"

#include "bnc/Conversion/KernelToVector/Interleave.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

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

int64_t bnc::getEvenPart(int64_t length, int64_t unit, int64_t most) {
  int64_t least = llvm::divideCeil(length, most);
  for (int64_t parts = std::max(least, int64_t(1)); parts <= 2 * least; ++parts)
    if (length % parts == 0 && length / parts % unit == 0)
      return length / parts;
  return 0;
}

KeptArrays bnc::allocateStackTables(OpBuilder &b, Location loc,
                                    DimSet laneGroup,
                                    ArrayRef<KeptValue> values, int64_t size,
                                    Value from) {
  KeptArrays tables;
  for (const KeptValue &value : values) {
    KernelArray array;
    array.element = value.type;
    array.memref = allocateOnStack(b, loc, {size}, getStorageType(value.type));
    array.origin = from;
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

/// What computes `values` at `point`.
static PointEmitter makeEmitter(OpBuilder &b, PhaseContext &phase,
                                const Point &point, PointEmitter &row) {
  PointEmitter emitter(b, phase, point, &row);
  emitter.useKeptArrays(phase.keptArrays, phase.structure.getNumStages() + 1);
  return emitter;
}

void bnc::fillTables(OpBuilder &b, PhaseContext &phase, const Point &point,
                     PointEmitter &row, ArrayRef<KeptValue> values,
                     const KeptArrays &tables) {
  PointEmitter emitter = makeEmitter(b, phase, point, row);
  for (const KeptValue &value : values)
    emitter.store(emitKeptValue(emitter, value),
                  *tables.find(value.value, value.field));
}

/// Stores two neighbouring vectors to a table.
static void storeInPairs(OpBuilder &b, Location loc, ArrayRef<Value> vectors,
                         Value table, Value even, Value odd) {
  SmallVector<Value> halves = emitDeinterleave(b, loc, vectors);
  vector::StoreOp::create(b, loc, halves[0], table, even);
  vector::StoreOp::create(b, loc, halves[1], table, odd);
}

void bnc::fillTablesInPairs(OpBuilder &b, PhaseContext &phase,
                            ArrayRef<Point> neighbours, PointEmitter &row,
                            ArrayRef<KeptValue> values,
                            const KeptArrays &tables, Value even, Value odd) {
  PointEmitter first = makeEmitter(b, phase, neighbours[0], row);
  PointEmitter second = makeEmitter(b, phase, neighbours[1], row);
  for (const KeptValue &value : values) {
    Value memref = tables.find(value.value, value.field)->memref;
    auto stored = cast<MemRefType>(memref.getType());
    auto type = VectorType::get({phase.target.lanes}, stored.getElementType());
    SmallVector<Value> vectors;
    for (PointEmitter *emitter : {&first, &second})
      vectors.push_back(b.createOrFold<arith::BitcastOp>(
          phase.loc, type, emitKeptValue(*emitter, value)));
    storeInPairs(b, phase.loc, vectors, memref, even, odd);
  }
}

void bnc::putInPairs(OpBuilder &b, PhaseContext &phase,
                     ArrayRef<KeptValue> values, KeptArrays &tables,
                     int64_t size) {
  Location loc = phase.loc;
  int64_t lanes = phase.target.lanes;
  LoopMath outside(b, loc);
  emitLoop(b, loc, outside.constant(0), outside.constant(size), 2 * lanes, {},
           [&](OpBuilder &body, Value even, ValueRange) {
             Value odd = LoopMath(body, loc).add(even, lanes);
             for (const KeptValue &value : values) {
               Value memref = tables.find(value.value, value.field)->memref;
               auto stored = cast<MemRefType>(memref.getType());
               auto type = VectorType::get({lanes}, stored.getElementType());
               SmallVector<Value> vectors;
               for (Value at : {even, odd})
                 vectors.push_back(
                     vector::LoadOp::create(body, loc, type, memref, at));
               storeInPairs(body, loc, vectors, memref, even, odd);
             }
             return SmallVector<Value>();
           });
  tables.setInPairs();
}

KeptArrays bnc::emitStackTables(OpBuilder &b, PhaseContext &phase,
                                PointEmitter &row, DimSet laneGroup,
                                ArrayRef<KeptValue> values, int64_t size,
                                Value from, Value length) {
  Location loc = phase.loc;
  KeptArrays tables =
      allocateStackTables(b, loc, laneGroup, values, size, from);
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
                         fillTables(each, phase, point, row, values, tables);
                         return SmallVector<Value>();
                       });
                   return;
                 }
                 point.setLanes(body, phase, laneGroup, at, count);
                 fillTables(body, phase, point, row, values, tables);
               });
  return tables;
}
