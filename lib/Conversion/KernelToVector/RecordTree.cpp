// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The order in which records merge: the same whatever brings them.

#include "bnc/Conversion/KernelToVector/RecordTree.h"

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

RecordTree::RecordTree(OpBuilder &b, Location loc, ArrayRef<Type> fieldTypes,
                       int64_t levels)
    : loc(loc) {
  counts = allocateOnStack(b, loc, {levels}, b.getF64Type());
  for (Type type : fieldTypes)
    slots.push_back(allocateOnStack(b, loc, {levels}, type));
}

Record RecordTree::loadSlot(OpBuilder &b, Value level) {
  SmallVector<Value> fields;
  for (Value slot : slots)
    fields.push_back(memref::LoadOp::create(b, loc, slot, level));
  return Record::get(memref::LoadOp::create(b, loc, counts, level), fields);
}

void RecordTree::push(OpBuilder &b, const Record &record, Value index) {
  pushSubtree(b, record, index, LoopMath(b, loc).constant(0));
}

void RecordTree::pushSubtree(OpBuilder &b, const Record &record, Value index,
                             Value level) {
  // As many full subtrees end here as `index` has trailing ones.
  SmallVector<Value> inits{record.count};
  llvm::append_range(inits, record.getFields());
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  inits.append({level, index});
  SmallVector<Type> types =
      llvm::map_to_vector(inits, [](Value value) { return value.getType(); });
  unsigned numFields = slots.size();
  auto loop = scf::WhileOp::create(
      b, loc, types, inits,
      [&](OpBuilder &before, Location, ValueRange args) {
        Value one = arith::ConstantIndexOp::create(before, loc, 1);
        Value bit = arith::AndIOp::create(before, loc, args.back(), one);
        Value more = arith::CmpIOp::create(before, loc,
                                           arith::CmpIPredicate::ne, bit, zero);
        scf::ConditionOp::create(before, loc, more, args);
      },
      [&](OpBuilder &after, Location, ValueRange args) {
        Record right = Record::get(args[0], args.slice(1, numFields));
        Value level = args[numFields + 1];
        Record merged =
            RecordMath(after, loc).merge(loadSlot(after, level), right);
        SmallVector<Value> next{merged.count};
        llvm::append_range(next, merged.getFields());
        Value one = arith::ConstantIndexOp::create(after, loc, 1);
        next.push_back(arith::AddIOp::create(after, loc, level, one));
        next.push_back(arith::ShRUIOp::create(after, loc, args.back(), one));
        scf::YieldOp::create(after, loc, next);
      });
  Value top = loop.getResult(numFields + 1);
  memref::StoreOp::create(b, loc, loop.getResult(0), counts, top);
  for (unsigned i = 0; i < numFields; ++i)
    memref::StoreOp::create(b, loc, loop.getResult(i + 1), slots[i], top);
}

void RecordTree::pushLanes(OpBuilder &b, const Record &records, Value count,
                           Value begin) {
  LoopMath math(b, loc);
  int64_t lanes = cast<VectorType>(records.m2.getType()).getNumElements();
  // The subtrees of every level within the vector, one level after the other.
  int64_t levels = llvm::Log2_64(lanes) + 1;
  SmallVector<Value> nodes;
  for (unsigned i = 0; i < slots.size(); ++i)
    nodes.push_back(allocateOnStack(b, loc, {2 * lanes}, b.getF64Type()));
  Record level = records;
  for (int64_t width = lanes;; width /= 2) {
    SmallVector<Value> fields = level.getFields(), halves[2];
    for (auto [field, array] : llvm::zip_equal(fields, nodes))
      vector::StoreOp::create(b, loc, field, array,
                              math.constant(2 * (lanes - width)));
    if (width == 1)
      break;
    for (int64_t parity : {0, 1}) {
      SmallVector<int64_t> mask;
      for (int64_t lane = parity; lane < width; lane += 2)
        mask.push_back(lane);
      for (Value field : fields)
        halves[parity].push_back(
            vector::ShuffleOp::create(b, loc, field, field, mask));
    }
    level = RecordMath(b, loc).merge(Record::get(level.count, halves[0]),
                                     Record::get(level.count, halves[1]));
  }
  // The first `count` are a subtree for every bit of it, the largest first.
  emitLoop(
      b, loc, math.constant(0), math.constant(levels), 1, {},
      [&](OpBuilder &body, Value step, ValueRange) {
        LoopMath inner(body, loc);
        Value level = inner.sub(inner.constant(levels - 1), step);
        Value whole = inner.shiftRight(count, level);
        Value odd = inner.rem(whole, inner.constant(2));
        emitIfSome(
            body, loc, odd, {}, [&](OpBuilder &set, MutableArrayRef<Value>) {
              LoopMath math(set, loc);
              Value width = math.shiftRight(math.constant(lanes), level);
              Value last = math.sub(whole, math.constant(1));
              Value offset = math.mul(math.sub(math.constant(lanes), width), 2);
              SmallVector<Value> fields;
              for (Value array : nodes)
                fields.push_back(memref::LoadOp::create(
                    set, loc, array, math.add(offset, last)));
              Value perNode = math.div(math.constant(lanes), width);
              Value nodeCount = arith::MulFOp::create(set, loc, records.count,
                                                      math.toF64(perNode));
              pushSubtree(set, Record::get(nodeCount, fields),
                          math.add(math.shiftRight(begin, level), last), level);
            });
        return SmallVector<Value>();
      });
}

Record RecordTree::fold(OpBuilder &b, Value total) {
  // From the smallest subtree up; the first one found starts the record.
  SmallVector<Value> inits{makeFloat(b, loc, b.getF64Type(), 0.0)};
  for (Value slot : slots)
    inits.push_back(makeFloat(
        b, loc, cast<MemRefType>(slot.getType()).getElementType(),
        slots.size() == 1 ? 0.0 : std::numeric_limits<double>::quiet_NaN()));
  inits.push_back(arith::ConstantIntOp::create(b, loc, 0, 1));
  unsigned numFields = slots.size();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  // Levels above the highest bit of `total` are empty.
  Type i64 = b.getI64Type();
  Value above = math::CountLeadingZerosOp::create(
      b, loc, arith::IndexCastOp::create(b, loc, i64, total));
  Value end = arith::IndexCastOp::create(
      b, loc, b.getIndexType(),
      arith::SubIOp::create(
          b, loc, arith::ConstantIntOp::create(b, loc, 64, 64), above));
  SmallVector<Value> folded = emitLoop(
      b, loc, zero, end, 1, inits,
      [&](OpBuilder &body, Value level, ValueRange carried) {
        Value one = arith::ConstantIndexOp::create(body, loc, 1);
        Value shifted = LoopMath(body, loc).shiftRight(total, level);
        Value bit = arith::AndIOp::create(body, loc, shifted, one);
        Value isSet = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::ne,
                                            bit, zero);
        SmallVector<Type> types = llvm::map_to_vector(
            carried, [](Value value) { return value.getType(); });
        auto onSet = scf::IfOp::create(body, loc, types, isSet,
                                       /*withElseRegion=*/true);
        OpBuilder set = onSet.getThenBodyBuilder();
        Record left = loadSlot(set, level);
        Record right = Record::get(carried[0], carried.slice(1, numFields));
        auto onFirst = scf::IfOp::create(set, loc, types, carried.back(),
                                         /*withElseRegion=*/true);
        Value yes = arith::ConstantIntOp::create(set, loc, 1, 1);
        // The constant must dominate both branches.
        yes.getDefiningOp()->moveBefore(onFirst);
        auto yieldRecord = [&](OpBuilder branch, const Record &record) {
          SmallVector<Value> next{record.count};
          llvm::append_range(next, record.getFields());
          next.push_back(yes);
          scf::YieldOp::create(branch, loc, next);
        };
        OpBuilder later = onFirst.getThenBodyBuilder();
        Record merged = RecordMath(later, loc).merge(left, right);
        yieldRecord(later, merged);
        yieldRecord(onFirst.getElseBodyBuilder(), left);
        scf::YieldOp::create(set, loc, onFirst.getResults());
        OpBuilder clear = onSet.getElseBodyBuilder();
        scf::YieldOp::create(clear, loc, carried);
        return SmallVector<Value>(onSet.getResults());
      });
  return Record::get(folded[0], ValueRange(folded).slice(1, numFields));
}
