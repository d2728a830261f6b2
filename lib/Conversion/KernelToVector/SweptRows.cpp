// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A batch of rows that are added up and written one after the other.

#include "bnc/Conversion/KernelToVector/LaneByLane.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

/// Rows of up to so many vectors are added up several at once; the code of
/// longer ones, as often, would be long.
static constexpr int64_t packedVectors = 2;

namespace {

class SweptRows : public RecordBatch {
public:
  using RecordBatch::RecordBatch;

protected:
  SmallVector<Record> emitRecords() override;
  void emitResults(Fields fields) override;

private:
  using RowBody = llvm::function_ref<void(OpBuilder &, Value lane, Row &row)>;
  void emitEachRow(OpBuilder &builder, RowBody body);
  /// Arrays of one a row for the sums of a pass.
  SmallVector<Value> allocateSums(unsigned perReduction);
  SmallVector<Value> reload(OpBuilder &builder, ArrayRef<Value> arrays);
  using SumBody =
      llvm::function_ref<SmallVector<Value>(OpBuilder &, Value lane, Row &row)>;
  /// Adds up the lanes of what `sumRow` gives for each row, into `arrays` of
  /// one a row.
  void emitRowSumsTo(OpBuilder &builder, ArrayRef<Value> arrays,
                     SumBody sumRow);
};

} // namespace

void SweptRows::emitEachRow(OpBuilder &builder, RowBody body) {
  emitLoop(builder, loc, LoopMath(builder, loc).constant(0), count, 1, {},
           [&](OpBuilder &nested, Value lane, ValueRange) {
             Row row =
                 makeRow(nested, phase, LoopMath(nested, loc).add(first, lane));
             body(nested, lane, row);
             return SmallVector<Value>();
           });
}

SmallVector<Value> SweptRows::allocateSums(unsigned perReduction) {
  SmallVector<Value> arrays;
  for (unsigned i = 0; i < reductions.size() * perReduction; ++i)
    arrays.push_back(allocateOnStack(b, loc, {lanes}, b.getF32Type()));
  return arrays;
}

SmallVector<Value> SweptRows::reload(OpBuilder &builder,
                                     ArrayRef<Value> arrays) {
  return llvm::map_to_vector(
      arrays, [&](Value array) { return emitReload(builder, loc, array); });
}

void SweptRows::emitRowSumsTo(OpBuilder &builder, ArrayRef<Value> arrays,
                              SumBody sumRow) {
  bool packs =
      *getRowVectors(phase) <= packedVectors && lanes % arrays.size() == 0;
  if (!packs) {
    emitEachRow(builder, [&](OpBuilder &body, Value lane, Row &row) {
      for (auto [sum, array] : llvm::zip_equal(sumRow(body, lane, row), arrays))
        memref::StoreOp::create(body, loc, emitLaneSum(body, loc, sum), array,
                                lane);
    });
    return;
  }
  int64_t together = lanes / arrays.size();
  LoopMath math(builder, loc);
  Value last = math.sub(count, math.constant(1));
  emitLoop(builder, loc, math.constant(0), math.ceilDiv(count, together), 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, loc);
             Value begin = inner.mul(index, together);
             // [array][row]
             SmallVector<Value> sums(lanes);
             for (int64_t r = 0; r < together; ++r) {
               // Past the end the last row once more.
               Value lane = inner.min(inner.add(begin, r), last);
               Row row = makeRow(body, phase, inner.add(first, lane));
               for (auto [i, sum] : llvm::enumerate(sumRow(body, lane, row)))
                 sums[i * together + r] = sum;
             }
             Value packed = emitPackedLaneSums(body, loc, sums);
             for (auto [i, array] : llvm::enumerate(arrays)) {
               Value part = vector::ExtractStridedSliceOp::create(
                   body, loc, packed, ArrayRef<int64_t>(i * together),
                   ArrayRef<int64_t>(together), ArrayRef<int64_t>(1));
               vector::StoreOp::create(body, loc, part, array, begin);
             }
             return SmallVector<Value>();
           });
}

SmallVector<Record> SweptRows::emitRecords() {
  SmallVector<Value> first = allocateSums(chunkRecords.getFirstSums());
  emitRowSumsTo(b, first, [&](OpBuilder &body, Value, Row &row) {
    return emitRowSums(body, phase, row);
  });
  auto emitSecond = [&](OpBuilder &two, ArrayRef<Value> pivots) {
    SmallVector<Value> arrays;
    for (Value pivot : pivots)
      arrays.push_back(pivot ? emitSpill(two, loc, pivot) : Value());
    SmallVector<Value> centred = allocateSums(2);
    emitRowSumsTo(two, centred, [&](OpBuilder &body, Value lane, Row &row) {
      SmallVector<Value> scalars;
      for (Value array : arrays)
        scalars.push_back(
            array ? memref::LoadOp::create(body, loc, array, lane).getResult()
                  : Value());
      return emitCentredRowSums(body, phase, row, scalars);
    });
    return reload(two, centred);
  };
  SmallVector<Value> inUse(reductions.size(), count);
  return chunkRecords.emit(b, reload(b, first), counted, inUse, emitSecond);
}

void SweptRows::emitResults(Fields fields) {
  KeptArrays arrays = spillKept();
  bool inLanes = canKeepInLanes(phase);
  emitEachRow(b, [&](OpBuilder &body, Value lane, Row &row) {
    for (auto [t, reduction] : llvm::enumerate(reductions)) {
      SmallVector<Value> scalars;
      for (Value array : fields[t])
        scalars.push_back(memref::LoadOp::create(body, loc, array, lane));
      row.emitter->setRecord(reduction->getResult(0),
                             Record::get(counted, scalars));
    }
    KeptArrays atLane = arrays.atLeading(lane);
    row.emitter->useKeptArrays(&atLane, /*stage=*/1);
    if (inLanes)
      emitRowMaps(body, phase, row);
    else
      emitRowOutputs(body, phase, row);
  });
}

void bnc::emitRowBatch(OpBuilder &b, PhaseContext &phase, Value first,
                       Value count) {
  SweptRows(b, phase, first, count).emit();
}
