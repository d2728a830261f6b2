// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Short rows, of which as many as there are lanes are finished together: a
// square root and two divisions in f64 take longer than the sums of 64
// elements.

#include "bnc/Conversion/KernelToVector/RowBatch.h"

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
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
        reductions(phase.structure.getReductions(0)) {}

  void emit();

private:
  using RowBody = llvm::function_ref<void(OpBuilder &, Value lane, Row &row)>;
  void emitEachRow(OpBuilder &builder, RowBody body);
  Value allocate(Type element) {
    return allocateOnStack(b, loc, {lanes}, element);
  }
  Value load(OpBuilder &builder, Value array);
  using SumBody =
      llvm::function_ref<SmallVector<Value>(OpBuilder &, Value lane, Row &row)>;
  /// Adds up the lanes of what `sumRow` gives for each row, into `arrays` of
  /// one a row.
  void emitRowSumsTo(OpBuilder &builder, ArrayRef<Value> arrays,
                     SumBody sumRow);
  SmallVector<Value> emitSums();
  /// The records, a row a lane, by one pass or two: see ChunkRecords.
  SmallVector<Record> emitRecords(ArrayRef<Value> sums);
  SmallVector<Record> emitCentred(OpBuilder &builder, ArrayRef<Value> sums);
  /// Of each reduction the fields of its records, as arrays of one a lane,
  /// where rows that are suspect have gone the cold path.
  SmallVector<SmallVector<Value>> storeRecords(ArrayRef<Record> records);
  Value emitAny(Value flags) {
    return vector::ReductionOp::create(b, loc, vector::CombiningKind::OR,
                                       flags);
  }
  /// Does the rows again whose `flags` are set.
  void emitAgain(Value flags, ArrayRef<SmallVector<Value>> fields);
  KeptArrays emitKept(ArrayRef<SmallVector<Value>> fields);

  OpBuilder &b;
  PhaseContext &phase;
  Location loc;
  Value first, count;
  int64_t lanes;
  Value zero;
  ArrayRef<Operation *> reductions;
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

Value RowBatch::load(OpBuilder &builder, Value array) {
  Type element = cast<MemRefType>(array.getType()).getElementType();
  return vector::LoadOp::create(builder, loc, VectorType::get({lanes}, element),
                                array, zero);
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

SmallVector<Value> RowBatch::emitSums() {
  SmallVector<Value> arrays;
  for (unsigned i = 0, e = countRowSums(phase); i < e; ++i)
    arrays.push_back(allocate(b.getF32Type()));
  emitRowSumsTo(b, arrays, [&](OpBuilder &body, Value, Row &row) {
    return emitRowSums(body, phase, row);
  });
  return arrays;
}

SmallVector<Record> RowBatch::emitCentred(OpBuilder &builder,
                                          ArrayRef<Value> sums) {
  RecordMath math(builder, loc);
  unsigned perTerm = sums.size() / reductions.size();
  SmallVector<Value> high, pivots, centred;
  for (auto [t, reduction] : llvm::enumerate(reductions)) {
    high.push_back(math.roundedMean(load(builder, sums[t * perTerm]), counted));
    pivots.push_back(allocate(b.getF32Type()));
    vector::StoreOp::create(builder, loc, high.back(), pivots.back(), zero);
    for (int i = 0; i < 2; ++i)
      centred.push_back(allocate(b.getF32Type()));
  }
  emitRowSumsTo(builder, centred, [&](OpBuilder &body, Value lane, Row &row) {
    SmallVector<Value> scalars;
    for (Value array : pivots)
      scalars.push_back(memref::LoadOp::create(body, loc, array, lane));
    return emitCentredRowSums(body, phase, row, scalars);
  });
  SmallVector<Record> records(reductions.size());
  for (auto [t, reduction] : llvm::enumerate(reductions))
    if (isa<MomentsOp>(reduction))
      records[t] =
          math.fromCentred(counted, high[t], load(builder, centred[2 * t]),
                           load(builder, centred[2 * t + 1]));
  return records;
}

SmallVector<Record> RowBatch::emitRecords(ArrayRef<Value> sums) {
  RecordMath math(b, loc);
  unsigned perTerm = sums.size() / reductions.size();
  SmallVector<Record> records;
  SmallVector<Value> cancels(reductions.size()), fields;
  Value anyCancels;
  for (auto [t, reduction] : llvm::enumerate(reductions)) {
    Value s = load(b, sums[t * perTerm]);
    if (!isa<MomentsOp>(reduction)) {
      records.push_back(math.fromSum(counted, s));
      continue;
    }
    Value q = load(b, sums[t * perTerm + 1]);
    records.push_back(math.fromSums(counted, s, q, cancels[t]));
    llvm::append_range(fields, records.back().getFields());
    Value any = emitAny(cancels[t]);
    anyCancels =
        anyCancels ? arith::OrIOp::create(b, loc, anyCancels, any) : any;
  }
  if (!anyCancels)
    return records;
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(fields)),
                                  anyCancels, /*withElseRegion=*/true);
  OpBuilder two = branch.getThenBodyBuilder();
  SmallVector<Record> centred = emitCentred(two, sums);
  SmallVector<Value> chosen;
  for (auto [t, record] : llvm::enumerate(centred))
    if (cancels[t])
      for (auto [exact, plain] :
           llvm::zip_equal(record.getFields(), records[t].getFields()))
        chosen.push_back(
            arith::SelectOp::create(two, loc, cancels[t], exact, plain));
  scf::YieldOp::create(two, loc, chosen);
  OpBuilder one = branch.getElseBodyBuilder();
  scf::YieldOp::create(one, loc, fields);
  ValueRange merged = branch.getResults();
  for (Record &record : records) {
    if (!record.mean)
      continue;
    unsigned size = record.getFields().size();
    record = Record::get(counted, merged.take_front(size));
    merged = merged.drop_front(size);
  }
  return records;
}

SmallVector<SmallVector<Value>>
RowBatch::storeRecords(ArrayRef<Record> records) {
  SmallVector<SmallVector<Value>> fields(reductions.size());
  Value flags;
  for (auto [t, record] : llvm::enumerate(records)) {
    Value suspect = emitIsSuspect(b, reductions[t], *kept, record);
    flags = flags ? arith::OrIOp::create(b, loc, flags, suspect) : suspect;
    for (Value field : record.getFields()) {
      fields[t].push_back(allocate(b.getF64Type()));
      vector::StoreOp::create(b, loc, field, fields[t].back(), zero);
    }
  }
  emitAgain(flags, fields);
  return fields;
}

void RowBatch::emitAgain(Value flags, ArrayRef<SmallVector<Value>> fields) {
  auto branch =
      scf::IfOp::create(b, loc, emitAny(flags), /*withElseRegion=*/false);
  OpBuilder again = branch.getThenBodyBuilder();
  Value bytes = allocate(b.getI8Type());
  vector::StoreOp::create(
      again, loc,
      arith::ExtUIOp::create(again, loc,
                             VectorType::get({lanes}, b.getI8Type()), flags),
      bytes, zero);
  emitEachRow(again, [&](OpBuilder &body, Value lane, Row &) {
    Value byte = memref::LoadOp::create(body, loc, bytes, lane);
    Value isSet =
        arith::CmpIOp::create(body, loc, arith::CmpIPredicate::ne, byte,
                              arith::ConstantIntOp::create(body, loc, 0, 8));
    auto onSet = scf::IfOp::create(body, loc, isSet, /*withElseRegion=*/false);
    OpBuilder set = onSet.getThenBodyBuilder();
    Row row = makeRow(set, phase, LoopMath(set, loc).add(first, lane));
    emitRowStatistics(set, phase, row, /*stage=*/0);
    for (auto [t, reduction] : llvm::enumerate(reductions))
      for (auto [field, array] : llvm::zip_equal(
               row.emitter->getRecord(reduction->getResult(0)).getFields(),
               fields[t]))
        memref::StoreOp::create(set, loc, field, array, lane);
  });
}

KeptArrays RowBatch::emitKept(ArrayRef<SmallVector<Value>> fields) {
  kept->moveTo(b);
  for (auto [t, reduction] : llvm::enumerate(reductions)) {
    SmallVector<Value> vectors;
    for (Value array : fields[t])
      vectors.push_back(load(b, array));
    kept->setRecord(reduction->getResult(0), Record::get(counted, vectors));
  }
  kept->moveTo(b);
  KeptArrays arrays;
  for (const KeptValue &value : listKeptValues(phase.structure)) {
    Value vector =
        value.field == KeptArrays::Plain
            ? kept->emitVector(value.value)
            : kept->emitMean(value.value, KeptArrays::Field(value.field));
    KernelArray array;
    array.element = value.type;
    array.memref = allocate(value.type);
    vector::StoreOp::create(b, loc, vector, array.memref, zero);
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
  SmallVector<SmallVector<Value>> fields =
      storeRecords(emitRecords(emitSums()));
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
