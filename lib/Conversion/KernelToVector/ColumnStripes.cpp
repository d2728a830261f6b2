// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Channels of a columns kernel whose steps are walked together.

#include "bnc/Conversion/KernelToVector/ColumnStripes.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

SmallVector<Point> Stripe::getTermPoints() const {
  SmallVector<Point> points(vectors);
  if (!inPairs)
    return points;
  for (size_t v = 0; v < points.size(); v += 2) {
    points[v + 1] = points[v];
    points[v].parity = 0;
    points[v + 1].parity = 1;
  }
  return points;
}

void bnc::emitStripes(
    OpBuilder &b, PhaseContext &phase, const ColumnShape &shape,
    const PanelLanes &panel, int64_t together, bool inPairs,
    llvm::function_ref<void(OpBuilder &, const Stripe &)> body) {
  Location loc = phase.loc;
  int64_t lanes = phase.target.lanes;
  auto addVector = [&](OpBuilder &inside, Stripe &stripe, Value position,
                       Value count) {
    Point &vector = stripe.vectors.emplace_back(panel.outer);
    vector.setLanes(inside, phase, shape.laneGroup,
                    LoopMath(inside, loc).add(panel.begin, position), count);
    stripe.positions.push_back(position);
  };
  LoopMath math(b, loc);
  int64_t width = together * lanes;
  Value done = math.mul(math.div(panel.length, width), width);
  emitLoop(b, loc, math.constant(0), done, width, {},
           [&](OpBuilder &inside, Value begin, ValueRange) {
             LoopMath inner(inside, loc);
             Stripe stripe;
             for (int64_t v = 0; v < together; ++v)
               addVector(inside, stripe, inner.add(begin, v * lanes), Value());
             stripe.inPairs = together % 2 == 0 && inPairs;
             body(inside, stripe);
             return SmallVector<Value>();
           });
  Value left = math.sub(panel.length, done);
  auto emitRest = [&](OpBuilder &inside, Value position, Value count, unsigned,
                      MutableArrayRef<Value>) {
    Stripe stripe;
    addVector(inside, stripe, LoopMath(inside, loc).add(done, position), count);
    body(inside, stripe);
  };
  if (getConstantIndex(left) || together > 1)
    emitLaneLoop(b, loc, left, lanes, 1, {}, emitRest);
  else
    emitMaskedLoop(b, loc, left, lanes, {}, emitRest);
}

PanelSums::PanelSums(OpBuilder &b, Location loc, ArrayRef<VectorType> types,
                     int64_t lanes, int64_t copies)
    : loc(loc), types(types) {
  for (VectorType type : types)
    arrays.push_back(allocateOnStack(
        b, loc, {copies, int64_t(llvm::alignTo(lanes, type.getNumElements()))},
        type.getElementType()));
}

SmallVector<Value> PanelSums::load(OpBuilder &b, const Stripe &stripe,
                                   Value copy) const {
  if (!copy)
    copy = LoopMath(b, loc).constant(0);
  SmallVector<Value> sums;
  for (Value position : stripe.positions)
    for (auto [type, array] : llvm::zip_equal(types, arrays))
      sums.push_back(vector::LoadOp::create(b, loc, type, array,
                                            ValueRange{copy, position}));
  return sums;
}

void PanelSums::store(OpBuilder &b, const Stripe &stripe, ValueRange sums,
                      Value copy) const {
  if (!copy)
    copy = LoopMath(b, loc).constant(0);
  for (auto [i, sum] : llvm::enumerate(sums))
    vector::StoreOp::create(
        b, loc, sum, arrays[i % arrays.size()],
        ValueRange{copy, stripe.positions[i / arrays.size()]});
}
