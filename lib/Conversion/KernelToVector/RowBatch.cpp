// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Short rows, of which as many as there are lanes are finished together: a
// square root and two divisions in f64 take longer than the sums of 64
// elements.

#include "bnc/Conversion/KernelToVector/RowBatch.h"

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/LaneByLane.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

bool bnc::canBatchRows(PhaseContext &phase) {
  const KernelStructure &structure = phase.structure;
  if (!structure.getKeptDims() || structure.getNumStages() != 1 ||
      !structure.getComputeType().isF32() || !getRowVectors(phase))
    return false;
  return llvm::all_of(listKeptValues(structure), [&](const KeptValue &kept) {
    return kept.type.isF32() && structure.listInputs(kept.value).empty();
  });
}

/// Rows of up to so many vectors are added up several at once; the code of
/// longer ones, as often, would be long.
static constexpr int64_t packedVectors = 2;

namespace {

/// One batch; see emitRowBatch.
class RowBatch {
public:
  RowBatch(OpBuilder &b, PhaseContext &phase, Value first, Value count)
      : b(b), phase(phase), loc(phase.loc), first(first), count(count),
        lanes(phase.target.lanes), zero(LoopMath(b, loc).constant(0)),
        reductions(phase.structure.getReductions(0)),
        chunkRecords(phase, llvm::to_vector(reductions)) {}

  void emit();

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
  /// The records, a row a lane.
  SmallVector<Record> emitRecords();
  /// Of each reduction the fields of its records, as arrays of one a row. Rows
  /// whose records are suspect are done again by themselves.
  SmallVector<SmallVector<Value>> emitFields();
  KeptArrays emitKept(ArrayRef<SmallVector<Value>> fields);

  OpBuilder &b;
  PhaseContext &phase;
  Location loc;
  Value first, count;
  int64_t lanes;
  Value zero;
  ArrayRef<Operation *> reductions;
  /// A term is a reduction, a row a lane.
  ChunkRecords chunkRecords;
  /// Emits what is one a row, with a row a lane.
  std::unique_ptr<PointEmitter> kept;
  /// Elements of a row, in f64.
  Value counted;
};

} // namespace

void RowBatch::emitEachRow(OpBuilder &builder, RowBody body) {
  emitLoop(builder, loc, zero, count, 1, {},
           [&](OpBuilder &nested, Value lane, ValueRange) {
             Row row =
                 makeRow(nested, phase, LoopMath(nested, loc).add(first, lane));
             body(nested, lane, row);
             return SmallVector<Value>();
           });
}

SmallVector<Value> RowBatch::allocateSums(unsigned perReduction) {
  SmallVector<Value> arrays;
  for (unsigned i = 0; i < reductions.size() * perReduction; ++i)
    arrays.push_back(allocateOnStack(b, loc, {lanes}, b.getF32Type()));
  return arrays;
}

SmallVector<Value> RowBatch::reload(OpBuilder &builder,
                                    ArrayRef<Value> arrays) {
  return llvm::map_to_vector(
      arrays, [&](Value array) { return emitReload(builder, loc, array); });
}

void RowBatch::emitRowSumsTo(OpBuilder &builder, ArrayRef<Value> arrays,
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
  emitLoop(builder, loc, zero, math.ceilDiv(count, together), 1, {},
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

SmallVector<Record> RowBatch::emitRecords() {
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

SmallVector<SmallVector<Value>> RowBatch::emitFields() {
  SmallVector<SmallVector<Value>> fields(reductions.size());
  Value flags;
  for (auto [t, record] : llvm::enumerate(emitRecords())) {
    Value suspect = emitIsSuspect(b, reductions[t], *kept, record);
    flags = flags ? arith::OrIOp::create(b, loc, flags, suspect) : suspect;
    for (Value field : record.getFields())
      fields[t].push_back(emitSpill(b, loc, field));
  }
  auto branch = scf::IfOp::create(b, loc, emitAny(b, loc, flags, count),
                                  /*withElseRegion=*/false);
  OpBuilder again = branch.getThenBodyBuilder();
  emitFlaggedLanes(again, loc, flags, count, [&](OpBuilder &set, Value lane) {
    Row row = makeRow(set, phase, LoopMath(set, loc).add(first, lane));
    emitRowStatistics(set, phase, row, /*stage=*/0);
    for (auto [t, reduction] : llvm::enumerate(reductions))
      for (auto [field, array] : llvm::zip_equal(
               row.emitter->getRecord(reduction->getResult(0)).getFields(),
               fields[t]))
        memref::StoreOp::create(set, loc, field, array, lane);
  });
  return fields;
}

KeptArrays RowBatch::emitKept(ArrayRef<SmallVector<Value>> fields) {
  for (auto [t, reduction] : llvm::enumerate(reductions))
    kept->setRecord(reduction->getResult(0),
                    Record::get(counted, reload(b, fields[t])));
  kept->moveTo(b);
  KeptArrays arrays;
  for (const KeptValue &value : listKeptValues(phase.structure)) {
    KernelArray array;
    array.element = value.type;
    array.memref = emitSpill(b, loc, emitKeptValue(*kept, value));
    arrays.add(value.value, value.field, array);
  }
  return arrays;
}

void RowBatch::emit() {
  counted = LoopMath(b, loc).toF64(
      emitTotalExtent(b, loc, phase.frame, phase.structure.getReducedDims()));
  Point point;
  point.coordinates.resize(phase.frame.getKernel().getNumDims());
  point.laneDims = phase.structure.getKeptDims();
  point.lanes = lanes;
  kept = std::make_unique<PointEmitter>(b, phase, point);
  kept->moveTo(b);
  SmallVector<SmallVector<Value>> fields = emitFields();
  KeptArrays arrays = emitKept(fields);
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
    emitRowOutputs(body, phase, row);
  });
}

void bnc::emitRowBatch(OpBuilder &b, PhaseContext &phase, Value first,
                       Value count) {
  RowBatch(b, phase, first, count).emit();
}
