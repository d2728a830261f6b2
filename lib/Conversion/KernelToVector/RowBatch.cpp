// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Short rows, of which as many as there are lanes are finished together: a
// square root and two divisions in f64 take longer than the sums of 64
// elements.

#include "bnc/Conversion/KernelToVector/RowBatch.h"

#include "bnc/Conversion/KernelToVector/LaneByLane.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

bool bnc::canFinishInLanes(const KernelStructure &structure) {
  if (!structure.getKeptDims() || structure.getNumStages() != 1 ||
      !structure.getComputeType().isF32())
    return false;
  return llvm::all_of(listKeptValues(structure), [&](const KeptValue &kept) {
    return kept.type.isF32() && structure.listInputs(kept.value).empty();
  });
}

bool bnc::canBatchRows(PhaseContext &phase) {
  return canFinishInLanes(phase.structure) && getRowVectors(phase);
}

bool bnc::canKeepInLanes(const EmissionContext &context, bool areFull) {
  SmallVector<const KernelArray *> arrays = listKeptArrays(context);
  return llvm::all_of(arrays,
                      [&](const KernelArray *array) {
                        return areFull ||
                               context.target.canMask(array->element);
                      }) &&
         collapseDims(context.structure.getKeptDims(), arrays).size() == 1;
}

RowBatch::RowBatch(OpBuilder &b, PhaseContext &phase, Value first, Value count)
    : b(b), phase(phase), loc(phase.loc), first(first), count(count),
      lanes(phase.target.lanes), reductions(phase.structure.getReductions(0)),
      chunkRecords(phase, llvm::to_vector(reductions)) {}

KeptArrays RowBatch::spillKept() {
  KeptArrays arrays;
  for (const KeptValue &value : listKeptValues(phase.structure)) {
    KernelArray array;
    array.element = value.type;
    array.memref = emitSpill(b, loc, emitKeptValue(*kept, value));
    arrays.add(value.value, value.field, array);
  }
  return arrays;
}

void RowBatch::storeRecords(OpBuilder &builder, Row &row, Fields fields,
                            Value lane) {
  for (auto [reduction, arrays] : llvm::zip_equal(reductions, fields))
    for (auto [field, array] : llvm::zip_equal(
             row.emitter->getRecord(reduction->getResult(0)).getFields(),
             arrays))
      memref::StoreOp::create(builder, loc, field, array, lane);
}

SmallVector<SmallVector<Value>> RecordBatch::emitFields() {
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
    Value at = LoopMath(set, loc).add(first, emitRowOfLane(set, lane));
    Row row = makeRow(set, phase, at);
    emitRowStatistics(set, phase, row, /*stage=*/0);
    storeRecords(set, row, fields, lane);
  });
  return fields;
}

SmallVector<SmallVector<Value>> SerialBatch::emitFields() {
  SmallVector<SmallVector<Value>> fields;
  for (Operation *reduction : reductions) {
    auto &arrays = fields.emplace_back();
    for (unsigned i = 0; i < getNumFields(reduction); ++i)
      arrays.push_back(allocateOnStack(b, loc, {lanes}, b.getF64Type()));
  }
  emitLoop(b, loc, LoopMath(b, loc).constant(0), count, 1, {},
           [&](OpBuilder &body, Value lane, ValueRange) {
             Row row =
                 makeRow(body, phase, LoopMath(body, loc).add(first, lane));
             emitRowStatistics(body, phase, row, /*stage=*/0);
             storeRecords(body, row, fields, lane);
             return SmallVector<Value>();
           });
  return fields;
}

void RowBatch::emit() {
  counted = LoopMath(b, loc).toF64(
      emitTotalExtent(b, loc, phase.frame, phase.structure.getReducedDims()));
  Point point;
  point.coordinates.resize(phase.frame.getKernel().getNumDims());
  point.setLanes(b, phase, phase.structure.getKeptDims(), first,
                 getConstantIndex(count) == lanes ? Value() : count);
  kept = std::make_unique<PointEmitter>(b, phase, point);
  kept->moveTo(b);
  SmallVector<SmallVector<Value>> fields = emitFields();
  for (auto [t, reduction] : llvm::enumerate(reductions)) {
    SmallVector<Value> vectors;
    for (Value array : fields[t])
      vectors.push_back(emitReload(b, loc, array));
    kept->setRecord(reduction->getResult(0), Record::get(counted, vectors));
  }
  kept->moveTo(b);
  // Computed before the outputs and stored after them, as in emitRowOutputs.
  SmallVector<std::pair<const KernelArray *, Value>> results;
  if (keepsInLanes())
    for (const MapOutput &output : listKeptOutputs(phase))
      results.emplace_back(output.array, kept->emitVector(output.value));
  emitResults(fields);
  kept->moveTo(b);
  for (auto [array, value] : results)
    kept->store(value, *array);
}
