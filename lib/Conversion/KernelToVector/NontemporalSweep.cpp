// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The part of a map sweep that stores past the caches: whole lines only.

#include "MapSweep.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <numeric>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Runs of fewer bytes that end within a line are not stored past the caches:
/// the edges, lines that are shared with other runs, cost more than the rest
/// saves. Measured 1.5 times slower at 784 bytes and faster from 1200 on; with
/// 16-bit elements, whose edges take longer, slower at 1352 and 1.3 times
/// faster at 1568, but of rows, which are in L1 by then, 1.3 times slower at
/// 2000.
static constexpr int64_t shortRunBytes = 1024, shortRunBytes16 = 1536,
                         shortRowBytes16 = 2048;

Value bnc::emitFirstByte(OpBuilder &b, Location loc, const KernelArray &array) {
  Value address =
      LLVM::PtrToIntOp::create(b, loc, b.getI64Type(), array.pointer);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), address);
}

Value MapSweep::emitAddress(OpBuilder &b, const KernelArray &array,
                            Value begin) {
  LoopMath math(b, context.loc);
  Value offset = begin;
  const Point &point = rows[0]->getPoint();
  for (auto [dim, stride] : llvm::zip_equal(array.dims, array.strides))
    if (!(run.laneGroup >> dim & 1))
      offset = math.add(offset, math.mul(point.coordinates[dim], stride));
  Value index = emitFirstByte(b, context.loc, array);
  int64_t bytes = array.element.getIntOrFloatBitWidth() / 8;
  return math.add(index, math.mul(offset, bytes));
}

int64_t MapSweep::getAlignment(const KernelArray &array, unsigned slot) {
  return llvm::MinAlign(lineBytes, slot * getVectorBytes(context, array));
}

bool MapSweep::canMask() {
  return areLanesOf(context, run.laneGroup, [&](Type element) {
    return context.target.canMask(getStorageType(element));
  });
}

bool MapSweep::takesElements(Value count) {
  return count && (takesPairTables() || !getConstantIndex(count)) && !canMask();
}

void MapSweep::emitElements(OpBuilder &b, Value begin, Value count,
                            ArrayRef<Value> phase) {
  emitLoop(b, context.loc, LoopMath(b, context.loc).constant(0), count, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath math(body, context.loc);
             VectorPlace place{math.add(begin, index), Value(),
                               VectorForm::Element};
             // The tables of a period reach a vector further than it; in pairs
             // the phase is where a vector of them begins.
             SmallVector<Value> at;
             for (Value start : phase)
               at.push_back(math.add(start, index));
             VectorsInWork work = compute(body, place, at, /*step=*/{});
             storeInOrder(work);
             return SmallVector<Value>();
           });
}

void MapSweep::emitEdge(OpBuilder &b, Value begin, Value length) {
  // Tables in pairs have no other order.
  VectorForm edgeForm = takesPairTables() ? form : VectorForm::One;
  int64_t width = getWidth(edgeForm);
  Value step = getStep(width);
  auto emitOne = [&](OpBuilder &body, Value position, Value count, unsigned,
                     MutableArrayRef<Value> phase) {
    Value at = LoopMath(body, context.loc).add(begin, position);
    if (takesElements(count))
      return emitElements(body, at, count, phase);
    VectorsInWork work = compute(body, {at, count, edgeForm}, phase, step);
    storeInOrder(work);
  };
  SmallVector<Value> phases = startPhases(b, begin, 1, width);
  if (canMask())
    emitMaskedLoop(b, context.loc, length, width, phases, emitOne);
  else
    emitLaneLoop(b, context.loc, length, width, /*slots=*/1, phases, emitOne);
}

Value MapSweep::emitHead(OpBuilder &b) {
  LoopMath math(b, context.loc);
  const KernelArray &first = *outputs[0].array;
  Value line = math.constant(lineBytes);
  Value past = math.rem(emitAddress(b, first, run.begin), line);
  Value gap = math.rem(math.sub(line, past), line);
  int64_t elementBytes = first.element.getIntOrFloatBitWidth() / 8;
  return math.min(math.div(gap, elementBytes), run.length);
}

Value MapSweep::emitAgree(OpBuilder &b) {
  Location loc = context.loc;
  LoopMath math(b, loc);
  Value head = emitHead(b), agree;
  for (const MapOutput &output : ArrayRef(outputs).drop_front()) {
    int64_t bytes = output.array->element.getIntOrFloatBitWidth() / 8;
    Value start = math.add(emitAddress(b, *output.array, run.begin),
                           math.mul(head, bytes));
    Value isAligned = arith::CmpIOp::create(
        b, loc, arith::CmpIPredicate::eq,
        math.rem(start, math.constant(lineBytes)), math.constant(0));
    agree = agree ? arith::AndIOp::create(b, loc, agree, isAligned) : isAligned;
  }
  return agree;
}

Value bnc::emitIsShort(OpBuilder &b, const EmissionContext &context,
                       const MapRun &run) {
  LoopMath math(b, context.loc);
  Value isShort;
  for (const MapOutput &output : listMapOutputs(context)) {
    int64_t bits = output.array->element.getIntOrFloatBitWidth();
    Value bytes = math.mul(run.length, bits / 8);
    bool isRow = context.structure.getForm() == KernelForm::Rows;
    int64_t bound16 = isRow ? shortRowBytes16 : shortRunBytes16;
    Value least = math.constant(bits == 16 ? bound16 : shortRunBytes);
    Value isBelow = math.less(bytes, least);
    Value rest = math.rem(bytes, math.constant(lineBytes));
    Value endsWithin = math.less(math.constant(0), rest);
    Value both =
        b.createOrFold<arith::AndIOp>(context.loc, isBelow, endsWithin);
    isShort = isShort ? b.createOrFold<arith::OrIOp>(context.loc, isShort, both)
                      : both;
  }
  return isShort;
}

Value MapSweep::emitCondition(OpBuilder &b) {
  Value wanted = run.nontemporal;
  // A period repeats along a long run.
  if (!run.period) {
    Value isShort = emitIsShort(b, context, run);
    Value never = arith::ConstantIntOp::create(b, context.loc, 0, 1);
    wanted =
        b.createOrFold<arith::SelectOp>(context.loc, isShort, never, wanted);
  }
  std::optional<int64_t> known = getConstantIndex(wanted);
  if (known == 0)
    return wanted;
  if (isInPairs(run.turnForm)) {
    LoopMath math(b, context.loc);
    Value head = emitHead(b);
    if (run.turnForm == TurnForm::Apart)
      head = math.rem(head, math.constant(2));
    Value fits = math.less(head, math.constant(1));
    return b.createOrFold<arith::AndIOp>(context.loc, wanted, fits);
  }
  if (outputs.size() == 1)
    return wanted;
  if (known)
    return emitAgree(b);
  auto branch = scf::IfOp::create(b, context.loc, b.getI1Type(), wanted,
                                  /*withElseRegion=*/true);
  OpBuilder yes = branch.getThenBodyBuilder();
  scf::YieldOp::create(yes, context.loc, emitAgree(yes));
  OpBuilder no = branch.getElseBodyBuilder();
  scf::YieldOp::create(no, context.loc, wanted);
  return branch.getResult(0);
}

int64_t MapSweep::getVectorsPerLine() {
  int64_t vectors = 1;
  for (const MapOutput &output : outputs)
    vectors =
        std::max(vectors, lineBytes / getVectorBytes(context, *output.array));
  return vectors;
}

void MapSweep::emitLine(OpBuilder &b, Value at, MutableArrayRef<Value> phase,
                        Value step) {
  int64_t lanes = context.target.lanes, slots = getVectorsPerLine();
  // Lines are filled one after the other: two that are filled in turns may
  // leave the buffer half full.
  SmallVector<VectorsInWork> turn;
  for (int64_t slot = 0; slot < slots; slot += getWidth(form) / lanes) {
    VectorPlace place{LoopMath(b, context.loc).add(at, slot * lanes), Value(),
                      form, unsigned(slot), /*nontemporal=*/true};
    turn.push_back(compute(b, place, phase, step));
  }
  storeInOrder(turn);
}

void MapSweep::emitLines(OpBuilder &b, Value start, Value turns) {
  int64_t elements = context.target.lanes * getVectorsPerLine();
  int64_t width = getWidth(form);
  Value step = getStep(width);
  LoopMath outside(b, context.loc);
  Value end = outside.add(start, outside.mul(turns, elements));
  emitLoop(b, context.loc, start, end, elements,
           startPhases(b, start, 1, width),
           [&](OpBuilder &body, Value at, ValueRange carried) {
             SmallVector<Value> phase(carried);
             emitLine(body, at, phase, step);
             return phase;
           });
}

/// The greatest common divisor of `value`, not 0, and a power of two.
static Value emitGCD(OpBuilder &b, Location loc, Value value, int64_t power) {
  LoopMath math(b, loc);
  Value negated = math.sub(math.constant(0), value);
  Value lowestBit = arith::AndIOp::create(b, loc, value, negated);
  return math.min(lowestBit, math.constant(power));
}

Value MapSweep::emitAbreast(OpBuilder &b, Value start, Value turns) {
  LoopMath math(b, context.loc);
  if (run.abreastNontemporal == 1)
    return math.constant(0);
  int64_t turn = context.target.lanes * getVectorsPerLine();
  // Whole lines as well as whole turns of the tables. A multiple of both that
  // is larger may be a multiple of 4 KiB, where streams clash.
  Value extent = run.period->getExtent();
  std::optional<int64_t> known = getConstantIndex(extent);
  Value both = known ? math.constant(*known / std::gcd(*known, turn))
                     : math.div(extent, emitGCD(b, context.loc, extent, turn));
  int64_t bytes = outputs[0].array->element.getIntOrFloatBitWidth() / 8;
  Value part =
      math.streamPart(turns, both, run.abreastNontemporal, turn * bytes);
  abreast = run.abreastNontemporal;
  apart = math.mul(part, turn);
  emitLines(b, start, part);
  abreast = 1;
  return math.mul(part, run.abreastNontemporal);
}

void MapSweep::emitLinesAbreast(OpBuilder &b, Value start, Value turns) {
  LoopMath math(b, context.loc);
  Value done = emitAbreast(b, start, turns);
  int64_t turn = context.target.lanes * getVectorsPerLine();
  Value from = math.add(start, math.mul(done, turn));
  emitLines(b, from, math.sub(turns, done));
}

void MapSweep::emitNontemporal(OpBuilder &b) {
  LoopMath math(b, context.loc);
  int64_t turn = context.target.lanes * getVectorsPerLine();
  if (run.pairTables)
    return emitLines(b, run.begin, math.div(run.length, turn));
  // A turn in pairs is taken from whole vectors on; see emitCondition.
  bool beginsAtLine = run.turnForm == TurnForm::Pairs;
  Value head = beginsAtLine ? math.constant(0) : emitHead(b);
  Value start = math.add(run.begin, head), rest = math.sub(run.length, head);
  Value turns = math.div(rest, turn);
  Value whole = math.mul(turns, turn);
  Value end = math.add(start, whole), left = math.sub(rest, whole);
  if (beginsAtLine) {
    emitLinesAbreast(b, start, turns);
    return emitEdge(b, end, left);
  }
  // Both edges are one piece of code, which is longer than that of the lines.
  emitTwice(b, context.loc, [&](OpBuilder &body, auto choose) {
    Value edge = choose(run.begin, end), length = choose(head, left);
    emitEdge(body, edge, length);
    Value none = LoopMath(body, context.loc).constant(0);
    emitLinesAbreast(body, start, choose(turns, none));
  });
}
