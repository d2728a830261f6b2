// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The finalize phase of a kernel whose innermost dim is kept: records merge,
// and what depends on them is made.

#include "bnc/Conversion/KernelToVector/ColumnShape.h"
#include "bnc/Conversion/KernelToVector/LaneByLane.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RecordTree.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Levels of the merge tree: vectors of records for 2^27 chunks of 128 steps
/// keep a task's stack under 8 KiB.
static constexpr int64_t treeLevels = 27;

/// Lanes of a vector of records, whose fields are f64: one register each, for
/// half the code of a vector of f32 terms.
static int64_t getRecordLanes(const EmissionContext &context) {
  return context.target.lanes * context.structure.getComputeType().getWidth() /
         64;
}

namespace {

/// Merges records and makes what depends on them.
class Finalizer {
public:
  Finalizer(PhaseContext &phase, unsigned stage)
      : phase(phase), loc(phase.loc), stage(stage), shape(phase),
        recordArrays(phase, stage) {
    Value steps =
        emitTotalExtent(phase.b, phase.loc, phase.frame, shape.stepGroups);
    LoopMath math(phase.b, loc);
    totalSteps = steps;
    chunks = math.ceilDiv(steps, phase.plan.getChunk());
  }

  /// The kept points of one vector of lanes.
  void emitColumns(OpBuilder &b, Value item);
  /// One kept point, whose lanes' records merge.
  void emitMerged(OpBuilder &b, Value item);

private:
  Record emitMergedChunks(OpBuilder &b, Operation *reduction,
                          const Point &point);
  Record emitColdLanes(OpBuilder &b, Operation *reduction, PointEmitter &kept,
                       const Record &record);
  void emitKept(OpBuilder &b, PointEmitter &kept,
                llvm::function_ref<void(Value, const KernelArray &)> store);

  PhaseContext &phase;
  Location loc;
  unsigned stage;
  ColumnShape shape;
  RecordArrays recordArrays;
  Value totalSteps, chunks;
};

} // namespace

/// The record of all chunks at `point`, a vector of them if it has lanes.
Record Finalizer::emitMergedChunks(OpBuilder &b, Operation *reduction,
                                   const Point &point) {
  Type type = b.getF64Type();
  if (point.laneDims)
    type = VectorType::get({point.lanes}, type);
  SmallVector<Type> types(getNumFields(reduction), type);
  RecordTree tree(b, loc, types, treeLevels);
  int64_t chunkSize = phase.plan.getChunk();
  emitLoop(b, loc, LoopMath(b, loc).constant(0), chunks, 1, {},
           [&](OpBuilder &body, Value chunk, ValueRange) {
             LoopMath inner(body, loc);
             Value first = inner.mul(chunk, chunkSize);
             Value steps = inner.min(inner.sub(totalSteps, first),
                                     inner.constant(chunkSize));
             PointEmitter at(body, phase, point);
             SmallVector<Value> fields;
             for (const KernelArray &array : recordArrays.get(reduction, chunk))
               fields.push_back(at.load(array));
             tree.push(body, Record::get(inner.toF64(steps), fields), chunk);
             return SmallVector<Value>();
           });
  return tree.fold(b, chunks);
}

/// Recomputes the lanes of `record` that are suspect, one by one.
Record Finalizer::emitColdLanes(OpBuilder &b, Operation *reduction,
                                PointEmitter &kept, const Record &record) {
  Value suspect = emitIsSuspect(b, reduction, kept, record);
  SmallVector<Value> fields = record.getFields();
  const Point &point = kept.getPoint();
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(fields)),
                                  emitAny(b, loc, suspect, point.count),
                                  /*withElseRegion=*/true);
  OpBuilder cold = branch.getThenBodyBuilder();
  SmallVector<Value> buffers;
  for (Value field : fields)
    buffers.push_back(emitSpill(cold, loc, field));
  emitFlaggedLanes(
      cold, loc, suspect, point.count, [&](OpBuilder &set, Value lane) {
        Point one = point;
        one.laneDims = one.ownDims = 0;
        one.lanes = 1;
        one.count = Value();
        unsigned last = getLastDim(shape.laneGroup);
        one.coordinates[last] =
            LoopMath(set, loc).add(one.coordinates[last], lane);
        PointEmitter scalar(set, phase, one);
        scalar.useKeptArrays(phase.keptArrays, stage);
        scalar.moveTo(set);
        Record exact = emitColdRecord(set, phase, reduction, scalar);
        for (auto [field, buffer] : llvm::zip_equal(exact.getFields(), buffers))
          memref::StoreOp::create(set, loc, field, buffer, lane);
      });
  SmallVector<Value> reloaded;
  for (Value buffer : buffers)
    reloaded.push_back(emitReload(cold, loc, buffer));
  scf::YieldOp::create(cold, loc, reloaded);
  OpBuilder warm = branch.getElseBodyBuilder();
  scf::YieldOp::create(warm, loc, fields);
  return Record::get(record.count, branch.getResults());
}

/// Computes and stores the kept values and results that this stage's records
/// complete.
void Finalizer::emitKept(
    OpBuilder &b, PointEmitter &kept,
    llvm::function_ref<void(Value, const KernelArray &)> store) {
  SmallVector<std::pair<Value, KernelArray>> stores;
  kept.moveTo(b);
  for (const KeptValue &value : listKeptValues(phase.structure)) {
    unsigned made = std::max(1u, phase.structure.getStage(value.value));
    if (made != stage + 1)
      continue;
    stores.push_back({emitKeptValue(kept, value),
                      *phase.keptArrays->find(value.value, value.field)});
  }
  for (const MapOutput &output : listKeptOutputs(phase)) {
    unsigned made = std::max(1u, phase.structure.getStage(output.value));
    if (made == stage + 1)
      stores.push_back({kept.emitVector(output.value), *output.array});
  }
  for (auto &[value, array] : stores)
    store(value, array);
}

void Finalizer::emitColumns(OpBuilder &b, Value item) {
  LoopMath math(b, loc);
  int64_t lanes = getRecordLanes(phase);
  Value length = emitTotalExtent(b, phase.loc, phase.frame, shape.laneGroup);
  Value vectors = math.ceilDiv(length, lanes);
  Point point = ColumnShape::makePoint(phase);
  emitCoordinates(b, loc, phase.frame, shape.outerGroups,
                  math.div(item, vectors), point.coordinates);
  Value position = math.mul(math.rem(item, vectors), lanes);
  Value count = math.min(math.sub(length, position), math.constant(lanes));
  point.setLanes(b, phase, shape.laneGroup, position, count);
  point.lanes = lanes;
  PointEmitter kept(b, phase, point);
  kept.useKeptArrays(phase.keptArrays, stage);
  for (Operation *reduction : phase.structure.getReductions(stage)) {
    Record merged = emitMergedChunks(b, reduction, point);
    kept.moveTo(b);
    kept.setRecord(reduction->getResult(0),
                   emitColdLanes(b, reduction, kept, merged));
  }
  emitKept(b, kept, [&](Value value, const KernelArray &array) {
    kept.store(value, array);
  });
}

void Finalizer::emitMerged(OpBuilder &b, Value item) {
  // The kept point: its dims outside the lane group, and those within it but
  // the innermost, whose records merge.
  KernelOp kernel = phase.frame.getKernel();
  unsigned inner = kernel.getNumDims() - 1;
  SmallVector<DimSet> keptGroups;
  for (unsigned dim = 0; dim < inner; ++dim)
    if (phase.structure.getKeptDims() >> dim & 1)
      keptGroups.push_back(DimSet(1) << dim);
  Point point = ColumnShape::makePoint(phase);
  emitCoordinates(b, loc, phase.frame, keptGroups, item, point.coordinates);
  point.ownDims = phase.structure.getKeptDims();
  PointEmitter kept(b, phase, point);
  kept.useKeptArrays(phase.keptArrays, stage);
  Value innerExtent = phase.frame.getExtent(inner);
  int64_t recordLanes = getRecordLanes(phase);
  auto makeLanes = [&](Value position, Value count) {
    Point lanes = point;
    lanes.coordinates[inner] = position;
    lanes.laneDims = DimSet(1) << inner;
    lanes.ownDims |= lanes.laneDims;
    lanes.lanes = recordLanes;
    lanes.count = count;
    return lanes;
  };
  for (Operation *reduction : phase.structure.getReductions(stage)) {
    SmallVector<Type> types(getNumFields(reduction), b.getF64Type());
    RecordTree tree(b, loc, types, treeLevels);
    // The chunks of a vector of channels merge side by side, then these.
    emitMaskedLoop(b, loc, innerExtent, recordLanes, {},
                   [&](OpBuilder &body, Value position, Value count, unsigned,
                       MutableArrayRef<Value>) {
                     Record vectors = emitMergedChunks(
                         body, reduction, makeLanes(position, count));
                     tree.pushLanes(body, vectors, count, position);
                   });
    Record merged = tree.fold(b, innerExtent);
    kept.setRecord(reduction->getResult(0),
                   emitColdPath(b, phase, reduction, kept, merged));
  }
  emitKept(b, kept, [&](Value value, const KernelArray &array) {
    if (!(array.getDimSet() >> inner & 1)) {
      kept.store(value, array);
      return;
    }
    // The map's lanes run over the innermost dim: one copy an element.
    emitMaskedLoop(b, loc, innerExtent, recordLanes, {},
                   [&](OpBuilder &body, Value position, Value count, unsigned,
                       MutableArrayRef<Value>) {
                     PointEmitter(body, phase, makeLanes(position, count))
                         .store(value, array);
                   });
  });
}

void bnc::emitFinalizePhase(PhaseContext &phase, unsigned stage) {
  Finalizer finalizer(phase, stage);
  bool merges = phase.structure.getForm() == KernelForm::ColumnsThenMerge;
  emitEachItem(phase, [&](OpBuilder &body, Value item) {
    if (merges)
      finalizer.emitMerged(body, item);
    else
      finalizer.emitColumns(body, item);
  });
}

Value bnc::emitFinalizeItems(EmissionContext &context, OpBuilder &b) {
  LoopMath math(b, context.loc);
  if (context.structure.getForm() == KernelForm::ColumnsThenMerge)
    return emitRowsItems(context, b);
  ColumnShape shape(context);
  return math.mul(
      emitTotalExtent(b, context.loc, context.frame, shape.outerGroups),
      math.ceilDiv(
          emitTotalExtent(b, context.loc, context.frame, shape.laneGroup),
          getRecordLanes(context)));
}
