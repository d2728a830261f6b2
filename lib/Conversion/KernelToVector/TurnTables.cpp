// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Fills the tables of a turn.

#include "bnc/Conversion/KernelToVector/TurnTables.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

/// Copies `count` elements of every table from `from` to `to`, `width` at once,
/// in order: what is copied last may be copied again.
static void emitCopies(OpBuilder &b, const PeriodicShape &shape, Location loc,
                       const KeptArrays &kept, Value from, Value to,
                       Value count, int64_t width) {
  emitLoop(b, loc, LoopMath(b, loc).constant(0), count, width, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath math(body, loc);
             Value source = math.add(from, index), target = math.add(to, index);
             for (const KeptValue &table : shape.tables) {
               Value memref = kept.find(table.value, table.field)->memref;
               auto stored = cast<MemRefType>(memref.getType());
               auto type = VectorType::get({width}, stored.getElementType());
               Value elements =
                   vector::LoadOp::create(body, loc, type, memref, source);
               vector::StoreOp::create(body, loc, elements, memref, target);
             }
             return SmallVector<Value>();
           });
}

/// The tables in order: a turn, and its start again.
static KeptArrays emitTurnInOrder(OpBuilder &b, PhaseContext &phase,
                                  const PeriodicShape &shape,
                                  PointEmitter &row) {
  Location loc = phase.loc;
  LoopMath math(b, loc);
  Value extent = emitTotalExtent(b, loc, phase.frame, shape.period);
  KeptArrays kept = emitStackTables(b, phase, row, shape.period, shape.tables,
                                    shape.tableSize, math.constant(0), extent);
  // What is copied last may be copied further: by vectors where a period has
  // one and the tables have room for it.
  int64_t lanes = phase.target.lanes;
  std::optional<int64_t> known = getConstantIndex(extent);
  int64_t more = known ? (shape.getRepeats(phase) - 1) * *known : 0;
  more += shape.getReach(phase) - 1;
  int64_t width = 1;
  if (known && *known >= lanes &&
      *known + int64_t(llvm::alignTo(more, lanes)) <= shape.tableSize)
    width = lanes;
  emitCopies(b, shape, loc, kept, math.constant(0), extent, math.constant(more),
             width);
  if (shape.form == TurnForm::Pairs)
    putInPairs(b, phase, shape.tables, kept, *known * shape.getRepeats(phase));
  return kept;
}

/// The tables with even and odd elements apart. Of an even extent both repeat
/// after half of it. Of an odd one the even elements are followed by the odd
/// ones, and these by the even ones again: one sequence is both.
static KeptArrays emitTurnApart(OpBuilder &b, PhaseContext &phase,
                                const PeriodicShape &shape, PointEmitter &row) {
  Location loc = phase.loc;
  int64_t lanes = phase.target.lanes;
  LoopMath math(b, loc);
  Value extent = emitTotalExtent(b, loc, phase.frame, shape.period);
  Value odds = shape.emitOdds(phase, b);
  KeptArrays kept =
      allocateStackTables(b, loc, shape.period, shape.tables, shape.tableSize,
                          /*from=*/math.constant(0));
  kept.setInPairs(odds);
  bool masks = canMask(phase, shape.period, shape.tables);
  Value chunks =
      masks ? math.ceilDiv(extent, 2 * lanes) : math.div(extent, 2 * lanes);
  Value last = math.mul(math.sub(chunks, math.constant(1)), 2 * lanes);
  // From the last chunk to the first: what is stored past the last even element
  // is overwritten by odd ones.
  emitLoop(b, loc, math.constant(0), math.mul(chunks, 2 * lanes), 2 * lanes, {},
           [&](OpBuilder &body, Value done, ValueRange) {
             LoopMath inner(body, loc);
             Value at = inner.sub(last, done);
             SmallVector<Point> vectors;
             for (int64_t v = 0; v < 2; ++v) {
               Value start = inner.add(at, v * lanes), count;
               if (masks)
                 count = inner.max(
                     inner.min(inner.sub(extent, start), inner.constant(lanes)),
                     inner.constant(0));
               vectors.push_back(row.getPoint());
               vectors.back().setLanes(body, phase, shape.period, start, count);
             }
             Value half = inner.div(at, 2);
             fillTablesInPairs(body, phase, vectors, row, shape.tables, kept,
                               half, inner.add(half, odds));
             return SmallVector<Value>();
           });
  if (!masks)
    emitLoop(b, loc, math.mul(chunks, 2 * lanes), extent, 1, {},
             [&](OpBuilder &body, Value at, ValueRange) {
               Point point = row.getPoint();
               point.setElement(body, phase, shape.period, at);
               fillTables(body, phase, point, row, shape.tables, kept);
               return SmallVector<Value>();
             });
  Value half = math.div(shape.emitTurn(phase, b), 2);
  Value reach = math.constant(lanes - 1), zero = math.constant(0);
  auto choose = [&](Value ofOdd, Value ofEven) {
    return shape.chooseByParity(
        b, phase, [&](bool isOdd) { return isOdd ? ofOdd : ofEven; });
  };
  // One piece of code for both, for it runs once a task.
  Value first = choose(math.add(odds, reach), reach);
  Value second = choose(zero, reach);
  emitTwice(b, loc, [&](OpBuilder &body, auto either) {
    Value from = either(zero, odds);
    Value to = LoopMath(body, loc).add(from, half);
    emitCopies(body, shape, loc, kept, from, to, either(first, second),
               /*width=*/1);
  });
  return kept;
}

KeptArrays bnc::emitTurn(OpBuilder &b, PhaseContext &phase,
                         const PeriodicShape &shape, PointEmitter &row) {
  return shape.form == TurnForm::Apart ? emitTurnApart(b, phase, shape, row)
                                       : emitTurnInOrder(b, phase, shape, row);
}
