// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Rows that follow each other in memory and begin within a line.

#include "SharedLines.h"

#include "MapSweep.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PeriodicMap.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

bool bnc::canShareLines(const EmissionContext &context, DimSet rowGroup,
                        const MapRun &run) {
  MapSweep sweep{context, {}, run, listMapOutputs(context), {}};
  std::optional<int64_t> length = getConstantIndex(run.length);
  if (sweep.outputs.size() != 1 || !length ||
      *length < context.target.lanes * sweep.getVectorsPerLine())
    return false;
  SmallVector<const KernelArray *> arrays = listMapArrays(context);
  llvm::erase_if(arrays, [&](const KernelArray *array) {
    return !(array->getDimSet() & run.laneGroup);
  });
  return collapseDims(rowGroup | run.laneGroup, arrays).size() == 1;
}

namespace {

class SharedLines {
public:
  SharedLines(const EmissionContext &context, MakeRow makeRow,
              const MapRun &run)
      : context(context), loc(context.loc), makeRow(makeRow), run(run) {
    listNarrowValues(context, uniform);
    llvm::erase_if(uniform, [&](const KeptValue &kept) {
      return context.structure.getDims(kept.value) & run.laneGroup;
    });
  }

  void emit(OpBuilder &b, Value begin, Value end);

private:
  /// What is the same all over a row, of `row`.
  SmallVector<Value> emitUniform(OpBuilder &b, PointEmitter &row) {
    row.moveTo(b);
    return llvm::map_to_vector(uniform, [&](const KeptValue &kept) {
      return emitKeptValue(row, kept);
    });
  }
  /// Gives `lanes` what the first `count` lanes take of `row`, and the others
  /// of `next`.
  void blend(PointEmitter &lanes, PointEmitter &row, PointEmitter &next,
             Value count);
  /// The line from `position` of the row of `line` on, of which the first
  /// `count` elements are of this row and the others of `next`.
  void emitLine(OpBuilder &b, MapSweep line, PointEmitter &next, Value position,
                Value count);

  const EmissionContext &context;
  Location loc;
  MakeRow makeRow;
  const MapRun &run;
  SmallVector<KeptValue> uniform;
};

} // namespace

void SharedLines::blend(PointEmitter &lanes, PointEmitter &row,
                        PointEmitter &next, Value count) {
  OpBuilder &b = lanes.getBuilder();
  const Point &point = lanes.getPoint();
  PointEmitter own(b, context, point, &row), others(b, context, point, &next);
  auto type = VectorType::get({point.lanes}, b.getI1Type());
  Value isOwn = vector::CreateMaskOp::create(b, loc, type, count);
  auto emitLanes = [&](PointEmitter &emitter, const KeptValue &kept) -> Value {
    Value value = emitKeptValue(emitter, kept);
    if (isa<VectorType>(value.getType()))
      return value;
    auto wide = VectorType::get({point.lanes}, value.getType());
    return vector::BroadcastOp::create(b, loc, wide, value);
  };
  for (const KeptValue &kept : uniform) {
    Value first = emitLanes(own, kept), second = emitLanes(others, kept);
    lanes.setKept(kept.value, kept.field,
                  arith::SelectOp::create(b, loc, isOwn, first, second));
  }
}

void SharedLines::emitLine(OpBuilder &b, MapSweep line, PointEmitter &next,
                           Value position, Value count) {
  // Without AVX512-BF16 halves are not neighbours.
  if (line.form == VectorForm::Halves && !context.target.bf16)
    line.form = VectorForm::One;
  Value end = LoopMath(b, loc).add(position, count);
  auto prepare = [&](PointEmitter &lanes) {
    LoopMath math(lanes.getBuilder(), loc);
    const Point &point = lanes.getPoint();
    Value at = point.coordinates[getLastDim(run.laneGroup)];
    Value own = math.max(math.sub(end, at), math.constant(0));
    if (point.parity)
      own = math.div(math.add(own, 1 - *point.parity), 2);
    blend(lanes, *line.rows[0], next, own);
  };
  line.prepare = prepare;
  line.emitLine(b, position, /*phase=*/{}, /*step=*/{});
}

void SharedLines::emit(OpBuilder &b, Value begin, Value end) {
  SmallVector<MapOutput> outputs = listMapOutputs(context);
  SmallVector<const KernelArray *> inputs = listMapArrays(context);
  inputs.pop_back();
  Value last = LoopMath(b, loc).sub(end, LoopMath(b, loc).constant(1));
  std::unique_ptr<PointEmitter> front = makeRow(b, begin);
  emitLoop(b, loc, begin, end, 1, emitUniform(b, *front),
           [&](OpBuilder &body, Value row, ValueRange carried) {
             LoopMath math(body, loc);
             std::unique_ptr<PointEmitter> current = makeRow(body, row);
             for (auto [kept, value] : llvm::zip_equal(uniform, carried))
               current->setKept(kept.value, kept.field, value);
             std::unique_ptr<PointEmitter> next =
                 makeRow(body, math.min(math.add(row, 1), last));
             SmallVector<Value> nextUniform = emitUniform(body, *next);
             current->moveTo(body);
             PointEmitter *rows[] = {current.get()};
             MapSweep sweep{context, rows, run, outputs, inputs};
             sweep.form = sweep.chooseForm();
             auto ifSame = [&](Value a, Value b, Value same, Value other) {
               Value isSame = arith::CmpIOp::create(
                   body, loc, arith::CmpIPredicate::eq, a, b);
               return arith::SelectOp::create(body, loc, isSame, same, other)
                   .getResult();
             };
             Value none = math.constant(0);
             // The line that a row begins within is stored with the row before.
             Value head = sweep.emitHead(body);
             sweep.emitEdge(body, run.begin, ifSame(row, begin, head, none));
             Value start = math.add(run.begin, head);
             Value rest = math.sub(run.length, head);
             int64_t turn = context.target.lanes * sweep.getVectorsPerLine();
             Value turns = math.div(rest, turn);
             sweep.emitLines(body, start, turns);
             Value whole = math.mul(turns, turn);
             Value at = math.add(start, whole), left = math.sub(rest, whole);
             sweep.emitEdge(body, at, ifSame(row, last, left, none));
             emitIfSome(body, loc, ifSame(row, last, none, left), {},
                        [&](OpBuilder &line, MutableArrayRef<Value>) {
                          emitLine(line, sweep, *next, at, left);
                        });
             return nextUniform;
           });
}

void bnc::emitSharedLines(OpBuilder &b, const EmissionContext &context,
                          Value begin, Value end, MakeRow makeRow,
                          const MapRun &run) {
  emitIfSome(b, context.loc, LoopMath(b, context.loc).sub(end, begin), {},
             [&](OpBuilder &some, MutableArrayRef<Value>) {
               SharedLines(context, makeRow, run).emit(some, begin, end);
             });
}
