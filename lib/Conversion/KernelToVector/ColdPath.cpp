// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Recomputes in f64 what overflowed or underflowed in f32: rare, so scalar.

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static Value getEps(Operation *reduction) {
  if (auto moments = dyn_cast<MomentsOp>(reduction))
    return moments.getEps();
  return cast<SumOfSquaresOp>(reduction).getEps();
}

Value bnc::emitIsSuspect(OpBuilder &b, Operation *reduction, PointEmitter &kept,
                         const Record &record) {
  Location loc = reduction->getLoc();
  Type type = record.m2.getType();
  auto like = [&](Value scalar) -> Value {
    if (!isa<VectorType>(type) || isa<VectorType>(scalar.getType()))
      return scalar;
    return vector::BroadcastOp::create(b, loc, type, scalar);
  };
  // x - x is NaN of an infinity or NaN and 0 of anything else.
  Value probe = arith::SubFOp::create(b, loc, record.m2, record.m2);
  if (record.mean)
    probe = arith::AddFOp::create(
        b, loc, probe, arith::SubFOp::create(b, loc, record.mean, record.mean));
  Value isNotFinite =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, probe, probe);
  // f64 statistics have nothing wider to fall back to: the loop only keeps an
  // infinite mean from becoming NaN.
  if (reduction->getOperand(0).getType().isF64())
    return isNotFinite;
  Value limit = makeFloat(b, loc, type, leastSquares);
  Value isSmall = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT,
                                        record.m2, limit);
  if (Value eps = getEps(reduction)) {
    Value floor =
        arith::MulFOp::create(b, loc, like(record.count), like(kept.emit(eps)));
    Value isFloorSmall =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, floor, limit);
    isSmall = arith::AndIOp::create(b, loc, isSmall, isFloorSmall);
  }
  return arith::OrIOp::create(b, loc, isNotFinite, isSmall);
}

/// Loops over the dims of `groups`; `body` gets an emitter at each point.
static SmallVector<Value> emitPointLoops(
    OpBuilder &b, const EmissionContext &context, PointEmitter &kept,
    Point point, ArrayRef<DimSet> groups, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, PointEmitter &,
                                          ValueRange)>
        body) {
  if (groups.empty()) {
    point.ownDims = context.structure.getReducedDims();
    PointEmitter element(b, context, point, &kept);
    return body(b, element, inits);
  }
  Value extent = emitTotalExtent(b, context.loc, context.frame, groups.front());
  return emitLoop(b, context.loc, LoopMath(b, context.loc).constant(0), extent,
                  1, inits,
                  [&](OpBuilder &nested, Value iv, ValueRange carried) {
                    Point inner = point;
                    emitCoordinates(nested, context.loc, context.frame,
                                    groups.front(), iv, inner.coordinates);
                    return emitPointLoops(nested, context, kept, inner,
                                          groups.drop_front(), carried, body);
                  });
}

Record bnc::emitColdRecord(OpBuilder &b, const EmissionContext &context,
                           Operation *reduction, PointEmitter &kept) {
  Location loc = context.loc;
  Value term = reduction->getOperand(0);
  Value zero = makeFloat(b, loc, b.getF64Type(), 0.0);
  Value count = LoopMath(b, loc).toF64(emitTotalExtent(
      b, loc, context.frame, context.structure.getReducedDims()));
  SmallVector<DimSet> groups = collapseDims(context.structure.getReducedDims(),
                                            listInputs(context, term));
  bool isSum = isa<SumOfSquaresOp>(reduction);
  Value sum = emitPointLoops(
      b, context, kept, kept.getPoint(), groups, zero,
      [&](OpBuilder &nested, PointEmitter &element, ValueRange carried) {
        OpBuilder &inner = element.getBuilder();
        Value x = RecordMath(inner, loc).toF64(element.emit(term));
        if (isSum)
          x = arith::MulFOp::create(inner, loc, x, x);
        return SmallVector<Value>{
            arith::AddFOp::create(inner, loc, carried[0], x)};
      })[0];
  if (isSum)
    return RecordMath(b, loc).fromSum(count, sum);
  Value mean = arith::DivFOp::create(b, loc, sum, count);
  SmallVector<Value> centred = emitPointLoops(
      b, context, kept, kept.getPoint(), groups, ValueRange{zero, zero},
      [&](OpBuilder &nested, PointEmitter &element, ValueRange carried) {
        OpBuilder &inner = element.getBuilder();
        Value x = RecordMath(inner, loc).toF64(element.emit(term));
        Value d = arith::SubFOp::create(inner, loc, x, mean);
        Value square = arith::MulFOp::create(inner, loc, d, d);
        return SmallVector<Value>{
            arith::AddFOp::create(inner, loc, carried[0], d),
            arith::AddFOp::create(inner, loc, carried[1], square)};
      });
  Record record =
      RecordMath(b, loc).fromCentred(count, mean, centred[0], centred[1]);
  // The mean of a row with an infinity stays what the formula gives.
  Value probe = arith::SubFOp::create(b, loc, mean, mean);
  Value isFinite =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ORD, probe, probe);
  record.mean = arith::SelectOp::create(b, loc, isFinite, record.mean, mean);
  // f32 statistics carry the mean in one double.
  if (!term.getType().isF64())
    record.meanLow = Value();
  return record;
}

Record bnc::emitColdPath(OpBuilder &b, const EmissionContext &context,
                         Operation *reduction, PointEmitter &kept,
                         const Record &record) {
  kept.moveTo(b);
  Value suspect = emitIsSuspect(b, reduction, kept, record);
  SmallVector<Value> fields = record.getFields();
  auto branch = scf::IfOp::create(b, context.loc, TypeRange(ValueRange(fields)),
                                  suspect, /*withElseRegion=*/true);
  OpBuilder cold = branch.getThenBodyBuilder();
  Record exact = emitColdRecord(cold, context, reduction, kept);
  scf::YieldOp::create(cold, context.loc, exact.getFields());
  OpBuilder warm = branch.getElseBodyBuilder();
  scf::YieldOp::create(warm, context.loc, fields);
  return Record::get(record.count, branch.getResults());
}
