// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Few long rows, cut into pieces that threads share.

#include "bnc/Conversion/KernelToVector/SplitRows.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RecordTree.h"
#include "bnc/Conversion/KernelToVector/RowStatistics.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bnc;

/// f64 elements of scratch memory: 8 KiB of the caller's stack.
static constexpr int64_t scratchElements = 1024;

/// A record in memory has its count in front.
static unsigned getNumArrays(Operation *reduction) {
  return getNumFields(reduction) + 1;
}

SplitRows::SplitRows(const KernelStructure &structure) {
  int64_t arrays = 0;
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
    for (Operation *reduction : structure.getReductions(stage))
      arrays += getNumArrays(reduction);
  // A kernel of very many reductions gets more.
  pieceRecords = std::max(scratchElements / arrays, 2 * maxRows) - maxRows;
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage) {
    auto &ofStage = slots.emplace_back();
    for (Operation *reduction : structure.getReductions(stage)) {
      ofStage.push_back({reduction, recordsEnd});
      recordsEnd += getNumArrays(reduction) * (pieceRecords + maxRows);
    }
  }
}

/// How the rows of a call are cut: into `count` pieces of `size` chunks, of
/// which the last may have fewer of the `chunks`.
struct SplitRows::Pieces {
  Value chunks, size, count;
};

SplitRows::Pieces SplitRows::getPieces(OpBuilder &b, PhaseContext &phase,
                                       unsigned stage) const {
  Location loc = phase.loc;
  LoopMath math(b, loc);
  Value one = math.constant(1);
  Pieces pieces;
  pieces.chunks = emitNumChunks(b, phase, stage);
  Value rows = math.max(emitRowsItems(phase, b), one);
  Value room = math.max(math.div(math.constant(pieceRecords), rows), one);
  Value needed = math.max(math.ceilDiv(pieces.chunks, room), one);
  // The least power of two that is not below it.
  Type i64 = b.getI64Type();
  Value before = arith::IndexCastOp::create(b, loc, i64, math.sub(needed, one));
  Value zeros = math::CountLeadingZerosOp::create(b, loc, before);
  Value width = arith::ConstantIntOp::create(b, loc, 64, 64);
  Value shift = arith::SubIOp::create(b, loc, width, zeros);
  Value unit = arith::ConstantIntOp::create(b, loc, 1, 64);
  pieces.size = arith::IndexCastOp::create(
      b, loc, b.getIndexType(), arith::ShLIOp::create(b, loc, unit, shift));
  // An empty row has a record as well.
  pieces.count = math.max(math.ceilDiv(pieces.chunks, pieces.size), one);
  return pieces;
}

SplitRows::Stored SplitRows::getStored(PhaseContext &phase, const Slots &of,
                                       bool ofRows) const {
  unsigned count = getNumArrays(of.reduction);
  int64_t begin = of.begin + (ofRows ? count * pieceRecords : 0);
  int64_t size = ofRows ? maxRows : pieceRecords;
  Stored stored{of.reduction, {}};
  for (unsigned i = 0; i < count; ++i)
    stored.arrays.push_back(phase.frame.getScratch(begin + i * size, size));
  return stored;
}

SmallVector<SplitRows::Stored>
SplitRows::getPieceRecords(PhaseContext &phase, unsigned stage) const {
  return llvm::map_to_vector(slots[stage], [&](const Slots &of) {
    return getStored(phase, of, /*ofRows=*/false);
  });
}

SmallVector<SplitRows::Stored> SplitRows::getRowRecords(PhaseContext &phase,
                                                        unsigned begin,
                                                        unsigned end) const {
  SmallVector<Stored> records;
  for (unsigned stage = begin; stage < end; ++stage)
    for (const Slots &of : slots[stage])
      records.push_back(getStored(phase, of, /*ofRows=*/true));
  return records;
}

static Record loadRecord(OpBuilder &b, Location loc, ArrayRef<Value> arrays,
                         Value index) {
  SmallVector<Value> loaded = llvm::map_to_vector(arrays, [&](Value array) {
    return memref::LoadOp::create(b, loc, array, index).getResult();
  });
  return Record::get(loaded.front(), ArrayRef(loaded).drop_front());
}

static void storeRecord(OpBuilder &b, Location loc, const Record &record,
                        ArrayRef<Value> arrays, Value index) {
  SmallVector<Value> values{record.count};
  llvm::append_range(values, record.getFields());
  for (auto [value, array] : llvm::zip_equal(values, arrays))
    memref::StoreOp::create(b, loc, value, array, index);
}

Row SplitRows::makeKnownRow(OpBuilder &b, PhaseContext &phase, Value item,
                            ArrayRef<Stored> records) {
  Row row = makeRow(b, phase, item);
  for (const Stored &stored : records)
    row.emitter->setRecord(stored.reduction->getResult(0),
                           loadRecord(b, phase.loc, stored.arrays, item));
  return row;
}

void SplitRows::emitPiecesPhase(PhaseContext &phase, unsigned stage) const {
  Pieces pieces = getPieces(phase.b, phase, stage);
  SmallVector<Stored> known = getRowRecords(phase, 0, stage);
  SmallVector<Stored> own = getPieceRecords(phase, stage);
  emitEachItem(phase, [&](OpBuilder &b, Value item) {
    LoopMath math(b, phase.loc);
    Row row = makeKnownRow(b, phase, math.div(item, pieces.count), known);
    Value begin = math.mul(math.rem(item, pieces.count), pieces.size);
    Value end = math.min(math.add(begin, pieces.size), pieces.chunks);
    SmallVector<Record> records =
        emitPieceRecords(b, phase, row, stage, begin, end);
    for (auto [record, stored] : llvm::zip_equal(records, own))
      storeRecord(b, phase.loc, record, stored.arrays, item);
  });
}

Value SplitRows::emitPiecesItems(PhaseContext &phase, OpBuilder &b,
                                 unsigned stage) const {
  return LoopMath(b, phase.loc)
      .mul(emitRowsItems(phase, b), getPieces(b, phase, stage).count);
}

void SplitRows::emitMergePhase(PhaseContext &phase, unsigned stage) const {
  Location loc = phase.loc;
  Value count = getPieces(phase.b, phase, stage).count;
  SmallVector<Stored> known = getRowRecords(phase, 0, stage);
  SmallVector<Stored> pieces = getPieceRecords(phase, stage);
  SmallVector<Stored> own = getRowRecords(phase, stage, stage + 1);
  emitEachItem(phase, [&](OpBuilder &b, Value item) {
    Row row = makeKnownRow(b, phase, item, known);
    Value first = LoopMath(b, loc).mul(item, count);
    for (auto [from, to] : llvm::zip_equal(pieces, own)) {
      SmallVector<Type> types(getNumFields(from.reduction), b.getF64Type());
      RecordTree tree(b, loc, types, llvm::Log2_64_Ceil(pieceRecords) + 1);
      ArrayRef<Value> arrays = from.arrays;
      emitLoop(b, loc, LoopMath(b, loc).constant(0), count, 1, {},
               [&](OpBuilder &body, Value piece, ValueRange) {
                 Value at = LoopMath(body, loc).add(first, piece);
                 tree.push(body, loadRecord(body, loc, arrays, at), piece);
                 return SmallVector<Value>();
               });
      row.emitter->moveTo(b);
      Record merged = emitColdPath(b, phase, from.reduction, *row.emitter,
                                   tree.fold(b, count));
      storeRecord(b, loc, merged, to.arrays, item);
    }
  });
}

void SplitRows::emitOutputsPhase(PhaseContext &phase) const {
  Value parts = emitNumRowParts(phase.b, phase);
  SmallVector<Stored> known = getRowRecords(phase, 0, getNumStages());
  emitEachItem(phase, [&](OpBuilder &b, Value item) {
    LoopMath math(b, phase.loc);
    Row row = makeKnownRow(b, phase, math.div(item, parts), known);
    emitRowPart(b, phase, row, math.rem(item, parts));
  });
}

Value SplitRows::emitOutputsItems(EmissionContext &context, OpBuilder &b) {
  return LoopMath(b, context.loc)
      .mul(emitRowsItems(context, b), emitNumRowParts(b, context));
}

void SplitRows::emitKeptPhase(PhaseContext &phase) const {
  SmallVector<Stored> known = getRowRecords(phase, 0, getNumStages());
  emitEachItem(phase, [&](OpBuilder &b, Value item) {
    Row row = makeKnownRow(b, phase, item, known);
    emitKeptResults(b, phase, row);
  });
}
