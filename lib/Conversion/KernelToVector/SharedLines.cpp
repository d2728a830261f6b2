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
  /// What computes the vector at `point` of `row`, of which the first `count`
  /// lanes are of this row and the others of `next`.
  std::unique_ptr<PointEmitter> makeVector(OpBuilder &b, PointEmitter &row,
                                           PointEmitter &next,
                                           const Point &point, Value count);
  /// The line from `position` of the row of `sweep` on, of which the first
  /// `count` elements are of this row and the others of `next`.
  void emitLine(OpBuilder &b, MapSweep &sweep, PointEmitter &next,
                Value position, Value count);

  const EmissionContext &context;
  Location loc;
  MakeRow makeRow;
  const MapRun &run;
  SmallVector<KeptValue> uniform;
};

} // namespace

std::unique_ptr<PointEmitter>
SharedLines::makeVector(OpBuilder &b, PointEmitter &row, PointEmitter &next,
                        const Point &point, Value count) {
  PointEmitter own(b, context, point, &row), others(b, context, point, &next);
  auto type = VectorType::get({point.lanes}, b.getI1Type());
  Value isOwn = vector::CreateMaskOp::create(b, loc, type, count);
  auto both = std::make_unique<PointEmitter>(b, context, point, &row);
  auto emitLanes = [&](PointEmitter &emitter, const KeptValue &kept) -> Value {
    Value value = emitKeptValue(emitter, kept);
    if (isa<VectorType>(value.getType()))
      return value;
    auto lanes = VectorType::get({point.lanes}, value.getType());
    return vector::BroadcastOp::create(b, loc, lanes, value);
  };
  for (const KeptValue &kept : uniform) {
    Value first = emitLanes(own, kept), second = emitLanes(others, kept);
    both->setKept(kept.value, kept.field,
                  arith::SelectOp::create(b, loc, isOwn, first, second));
  }
  return both;
}

void SharedLines::emitLine(OpBuilder &b, MapSweep &sweep, PointEmitter &next,
                           Value position, Value count) {
  LoopMath math(b, loc);
  int64_t lanes = context.target.lanes;
  // Without AVX512-BF16 halves are not neighbours.
  VectorForm form = sweep.form;
  if (form == VectorForm::Halves && !context.target.bf16)
    form = VectorForm::One;
  int64_t together = sweep.getWidth(form) / lanes;
  SmallVector<VectorsInWork> line;
  for (int64_t slot = 0, slots = sweep.getVectorsPerLine(); slot < slots;
       slot += together) {
    VectorPlace place{math.add(position, slot * lanes), Value(), form,
                      unsigned(slot), /*nontemporal=*/true};
    VectorsInWork &work = line.emplace_back(VectorsInWork{place});
    PointEmitter &row = *sweep.rows[0];
    for (auto [i, point] : llvm::enumerate(
             sweep.listPoints(b, row.getPoint(), place.position, place))) {
      if (point.parity != 1)
        sweep.emitPrefetch(b, point, slot + i, place.nontemporal);
      int64_t before = slot * lanes + (point.half == 1 ? lanes : 0);
      Value own =
          math.max(math.sub(count, math.constant(before)), math.constant(0));
      if (point.parity)
        own = math.div(math.add(own, 1 - *point.parity), 2);
      auto &vectors = i == 0 ? work.first : work.second;
      vectors.push_back(makeVector(b, row, next, point, own));
      vectors.back()->sharePairs(*work.first.back());
      vectors.back()->emit(sweep.outputs[0].value);
    }
    sweep.round(work, sweep.outputs[0]);
  }
  sweep.storeInOrder(line);
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
