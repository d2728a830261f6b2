// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The reductions of a row: blocks, chunks, and their records.

#include "bnc/Conversion/KernelToVector/RowStatistics.h"

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RecordTree.h"
#include "bnc/Conversion/KernelToVector/Spans.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Levels of the merge tree: more chunks than a 64-bit address space holds.
static constexpr int64_t treeLevels = 52;

/// What the terms of `reductions` are computed from.
static SmallVector<const KernelArray *>
listTermInputs(const EmissionContext &context,
               ArrayRef<Operation *> reductions) {
  SmallVector<Value> terms;
  for (Operation *op : reductions)
    terms.push_back(op->getOperand(0));
  return listInputs(context, terms);
}

/// A prefetch a line costs a tenth where rows are in the caches and a line is a
/// few vectors: for these what does not fetch is code of its own.
static constexpr int64_t fewVectors = 4;

namespace {

/// The blocks of a chunk: all, or of a known length whole ones and a last one
/// by itself, so that the others need no masks.
struct ChunkBlocks {
  SpanParts blocks;
  std::optional<Span> rest;
};

/// Emits the reductions of one stage for rows in lockstep.
class RowStage {
public:
  RowStage(PhaseContext &phase, MutableArrayRef<Row> rows, unsigned stage)
      : phase(phase), loc(phase.loc), rows(rows),
        reductions(phase.structure.getReductions(stage)),
        inputs(listTermInputs(phase, reductions)), shape(phase, inputs) {}

  void emit(OpBuilder &b);
  SpanParts getChunks(OpBuilder &b) {
    return SpanParts(b, loc, shape.getWhole(b, phase), phase.plan.getChunk(),
                     getUnit());
  }
  /// The merged records of the chunks [begin, end), by row and reduction.
  SmallVector<SmallVector<Record>>
  emitChunks(OpBuilder &b, const SpanParts &chunks, Value begin, Value end);
  /// See getRowVectors.
  std::optional<int64_t> getVectors();
  /// The sums of the first pass over the rows, each one chunk, with their lanes
  /// still apart.
  SmallVector<Value> emitFirstSums(OpBuilder &b);
  /// The same of the second, centred at `pivots`, one a reduction.
  SmallVector<Value> emitCentredSums(OpBuilder &b, ArrayRef<Value> pivots);

private:
  /// A term is the reduction of one row.
  ChunkRecords makeRecords();
  SmallVector<SmallVector<Record>> emitChunk(OpBuilder &b, const Span &chunk);
  ChunkBlocks getBlocks(OpBuilder &b, const Span &chunk);
  SmallVector<Value> emitFirstPass(OpBuilder &b, const ChunkBlocks &blocks,
                                   const ChunkRecords &records);
  SmallVector<Value> emitCentredPass(OpBuilder &b, const ChunkBlocks &blocks,
                                     const ChunkRecords &records,
                                     ArrayRef<Value> pivots);
  /// Returns a vector for every sum. Adds by the dot products of `dots` if it
  /// is set, else by `add`. What is read is fetched as `prefetch` says, if the
  /// row is long enough.
  SmallVector<Value> emitPass(OpBuilder &b, const ChunkBlocks &blocks,
                              unsigned sumsPerTerm, AddTerm add,
                              const Prefetch &prefetch = {},
                              const ChunkRecords *dots = nullptr);
  /// Whether a row has at least `bytes`, an i1; null if its extent is known.
  Value emitIsLong(OpBuilder &b, int64_t bytes) {
    Value extent =
        emitTotalExtent(b, loc, phase.frame, phase.structure.getReducedDims());
    if (getConstantIndex(extent))
      return {};
    int64_t bits = inputs.front()->element.getIntOrFloatBitWidth();
    LoopMath math(b, loc);
    return math.less(math.constant(bytes * 8 / bits - 1), extent);
  }
  /// Elements of a vector of terms, and of one for every accumulator.
  int64_t getWidth() const { return phase.target.lanes * getVectorsPerTerm(); }
  int64_t getVectorsPerTerm() const { return phase.plan.getPairs() ? 2 : 1; }
  int64_t getUnit() const { return phase.plan.getAccumulators() * getWidth(); }

  PhaseContext &phase;
  Location loc;
  MutableArrayRef<Row> rows;
  ArrayRef<Operation *> reductions;
  SmallVector<const KernelArray *> inputs;
  RowShape shape;
};

} // namespace

ChunkBlocks RowStage::getBlocks(OpBuilder &b, const Span &chunk) {
  int64_t blockSize = phase.plan.getBlock();
  std::optional<int64_t> known = getConstantIndex(chunk.length);
  bool hasRest = shape.groups.empty() && known && *known > blockSize &&
                 *known % blockSize != 0;
  if (!hasRest)
    return {SpanParts(b, loc, chunk, blockSize, getUnit()), std::nullopt};
  LoopMath math(b, loc);
  Span whole = chunk, rest = chunk;
  whole.length = math.constant(*known / blockSize * blockSize);
  rest.begin = math.add(chunk.begin, whole.length);
  rest.length = math.constant(*known % blockSize);
  return {SpanParts(b, loc, whole, blockSize, getUnit()), rest};
}

SmallVector<Value> RowStage::emitPass(OpBuilder &b, const ChunkBlocks &blocks,
                                      unsigned sumsPerTerm, AddTerm add,
                                      const Prefetch &prefetch,
                                      const ChunkRecords *dots) {
  Prefetch ahead = prefetch;
  if (ahead.bytes)
    ahead.when = bothSet(b, ahead.when, emitIsLong(b, 2 * ahead.bytes));
  unsigned slots = phase.plan.getAccumulators();
  unsigned perRow = reductions.size() * sumsPerTerm;
  // [row][reduction][sum]
  SmallVector<Value> zeros;
  for (unsigned row = 0; row < rows.size(); ++row)
    for (Operation *reduction : reductions)
      zeros.append(sumsPerTerm,
                   makeFloat(b, loc, getVectorType(phase, reduction), 0.0));

  // Of pairs the odd elements come first, as in the dot product.
  SmallVector<std::optional<unsigned>> parities = {std::nullopt};
  if (phase.plan.getPairs())
    parities = {1, 0};
  auto addTerms = [&](OpBuilder &body, Point point, PointEmitter &run,
                      unsigned firstTerm, MutableArrayRef<Value> sums) {
    auto getSums = [&](unsigned t) {
      return sums.slice(t * sumsPerTerm, sumsPerTerm);
    };
    if (dots) {
      PointEmitter lanes(body, phase, point, &run);
      for (unsigned t = 0; t < reductions.size(); ++t)
        dots->addFirstPairs(body, firstTerm + t,
                            lanes.loadPairs(*dots->getPlainInput(t)),
                            getSums(t));
      return;
    }
    SmallVector<std::unique_ptr<PointEmitter>, 2> halves;
    for (std::optional<unsigned> parity : parities) {
      point.parity = parity;
      PointEmitter &lanes = *halves.emplace_back(
          std::make_unique<PointEmitter>(body, phase, point, &run));
      lanes.sharePairs(*halves.front());
      for (auto [t, reduction] : llvm::enumerate(reductions)) {
        Value x = lanes.emitVector(reduction->getOperand(0));
        add(
            body, firstTerm + t, x,
            [&](Value vector) { return lanes.maskOff(vector); }, getSums(t));
      }
    }
  };
  auto emitRun = [&](OpBuilder &runBuilder, const Span &block, Value run,
                     ValueRange carried) {
    SmallVector<std::unique_ptr<PointEmitter>> runEmitters;
    for (Row &row : rows) {
      Point point =
          shape.getRun(runBuilder, phase, row.emitter->getPoint(), run);
      runEmitters.push_back(std::make_unique<PointEmitter>(
          runBuilder, phase, point, row.emitter.get()));
      runEmitters.back()->moveTo(runBuilder);
    }
    return emitLaneLoop(
        runBuilder, loc, block.length, getWidth(), slots, carried,
        [&](OpBuilder &body, Value position, Value count, unsigned slot,
            MutableArrayRef<Value> sums) {
          for (auto [r, row] : llvm::enumerate(rows)) {
            Point point = runEmitters[r]->getPoint();
            Value at = LoopMath(body, loc).add(block.begin, position);
            point.setLanes(body, phase, shape.laneGroup, at, count);
            if (ahead.bytes)
              emitReadAhead(body, phase, inputs, point, shape.laneGroup,
                            slot * getVectorsPerTerm(), ahead);
            addTerms(body, point, *runEmitters[r], r * reductions.size(),
                     sums.slice(r * perRow, perRow));
          }
        });
  };
  auto emitBlock = [&](OpBuilder &blockBuilder, const Span &block, Value,
                       ValueRange carried) {
    SmallVector<Value> slotSums;
    for (unsigned slot = 0; slot < slots; ++slot)
      llvm::append_range(slotSums, zeros);
    if (shape.groups.empty())
      slotSums = emitRun(blockBuilder, block, Value(), slotSums);
    else
      slotSums =
          emitLoop(blockBuilder, loc, block.runBegin, block.runEnd, 1, slotSums,
                   [&](OpBuilder &nested, Value run, ValueRange values) {
                     return emitRun(nested, block, run, values);
                   });
    return emitBlockSums(blockBuilder, loc, slotSums, carried);
  };

  SmallVector<Value> sums = blocks.blocks.emit(b, zeros, emitBlock);
  if (blocks.rest)
    sums = emitBlock(b, *blocks.rest, Value(), sums);
  return sums;
}

/// The sums of the lanes of each of `vectors`.
static SmallVector<Value> sumLanes(OpBuilder &b, Location loc,
                                   SmallVector<Value> vectors) {
  for (Value &vector : vectors)
    vector = emitLaneSum(b, loc, vector);
  return vectors;
}

ChunkRecords RowStage::makeRecords() {
  SmallVector<Operation *> terms;
  for (unsigned row = 0; row < rows.size(); ++row)
    llvm::append_range(terms, reductions);
  return ChunkRecords(phase, std::move(terms));
}

SmallVector<Value> RowStage::emitFirstPass(OpBuilder &b,
                                           const ChunkBlocks &blocks,
                                           const ChunkRecords &records) {
  auto emitAhead = [&](OpBuilder &inside, int64_t bytes, Value when = {}) {
    return emitPass(
        inside, blocks, records.getFirstSums(),
        [&](auto &&...arguments) { records.addFirst(arguments...); },
        {/*rows=*/0, bytes, when}, records.addsPairs() ? &records : nullptr);
  };
  int64_t near = phase.schedule.getReadAhead();
  int64_t far = phase.nontemporalSchedule.getReadAhead();
  if (near == far || getConstantIndex(phase.nontemporal))
    return emitAhead(b, phase.getStatisticsSchedule().getReadAhead());
  bool areFew = llvm::any_of(inputs, [&](const KernelArray *input) {
    return lineBytes <= fewVectors * getVectorBytes(phase, *input);
  });
  if (near == 0 && !areFew)
    return emitAhead(b, far, phase.nontemporal);
  SmallVector<Type> types;
  for (unsigned row = 0; row < rows.size(); ++row)
    for (Operation *reduction : reductions)
      types.append(records.getFirstSums(), getVectorType(phase, reduction));
  auto branch = scf::IfOp::create(b, loc, types, phase.nontemporal,
                                  /*withElseRegion=*/true);
  OpBuilder fromMemory = branch.getThenBodyBuilder();
  scf::YieldOp::create(fromMemory, loc, emitAhead(fromMemory, far));
  OpBuilder fromCaches = branch.getElseBodyBuilder();
  scf::YieldOp::create(fromCaches, loc, emitAhead(fromCaches, near));
  return SmallVector<Value>(branch.getResults());
}

SmallVector<Value> RowStage::emitCentredPass(OpBuilder &b,
                                             const ChunkBlocks &blocks,
                                             const ChunkRecords &records,
                                             ArrayRef<Value> pivots) {
  SmallVector<Value> vectors(pivots);
  for (auto [term, pivot] : llvm::enumerate(vectors))
    if (pivot)
      pivot = vector::BroadcastOp::create(
          b, loc, getVectorType(phase, reductions[term % reductions.size()]),
          pivot);
  return emitPass(b, blocks, /*sumsPerTerm=*/2,
                  [&](OpBuilder &body, unsigned term, auto &&...rest) {
                    records.addCentred(body, term, vectors[term], rest...);
                  });
}

SmallVector<SmallVector<Record>> RowStage::emitChunk(OpBuilder &b,
                                                     const Span &chunk) {
  LoopMath math(b, loc);
  Value runs = math.sub(chunk.runEnd, chunk.runBegin);
  Value count = math.toF64(math.mul(runs, chunk.length));
  ChunkRecords chunkRecords = makeRecords();
  ChunkBlocks blocks = getBlocks(b, chunk);
  SmallVector<Value> sums =
      sumLanes(b, loc, emitFirstPass(b, blocks, chunkRecords));
  SmallVector<Value> inUse(rows.size() * reductions.size());
  SmallVector<Record> records = chunkRecords.emit(
      b, sums, count, inUse, [&](OpBuilder &nested, ArrayRef<Value> pivots) {
        return sumLanes(nested, loc,
                        emitCentredPass(nested, blocks, chunkRecords, pivots));
      });
  SmallVector<SmallVector<Record>> result(rows.size());
  for (auto [term, record] : llvm::enumerate(records))
    result[term / reductions.size()].push_back(record);
  return result;
}

std::optional<int64_t> RowStage::getVectors() {
  Span row = shape.getWhole(phase.b, phase);
  std::optional<int64_t> runs = getConstantIndex(row.runEnd),
                         length = getConstantIndex(row.length);
  if (!runs || !length || getConstantIndex(getChunks(phase.b).getTotal()) != 1)
    return std::nullopt;
  return *runs * llvm::divideCeil(*length, getWidth());
}

SmallVector<Value> RowStage::emitFirstSums(OpBuilder &b) {
  for (Row &row : rows)
    row.emitter->moveTo(b);
  return emitFirstPass(b, getBlocks(b, shape.getWhole(b, phase)),
                       makeRecords());
}

SmallVector<Value> RowStage::emitCentredSums(OpBuilder &b,
                                             ArrayRef<Value> pivots) {
  for (Row &row : rows)
    row.emitter->moveTo(b);
  return emitCentredPass(b, getBlocks(b, shape.getWhole(b, phase)),
                         makeRecords(), pivots);
}

SmallVector<SmallVector<Record>> RowStage::emitChunks(OpBuilder &b,
                                                      const SpanParts &chunks,
                                                      Value begin, Value end) {
  SmallVector<SmallVector<std::unique_ptr<RecordTree>>> trees(rows.size());
  for (auto &rowTrees : trees)
    for (Operation *reduction : reductions) {
      SmallVector<Type> types(getNumFields(reduction), b.getF64Type());
      rowTrees.push_back(
          std::make_unique<RecordTree>(b, loc, types, treeLevels));
    }
  chunks.emitRange(
      b, begin, end, {},
      [&](OpBuilder &body, const Span &chunk, Value index, ValueRange) {
        auto records = emitChunk(body, chunk);
        Value number = LoopMath(body, loc).sub(index, begin);
        for (auto [r, rowRecords] : llvm::enumerate(records))
          for (auto [t, record] : llvm::enumerate(rowRecords))
            trees[r][t]->push(body, record, number);
        return SmallVector<Value>();
      });
  Value count = LoopMath(b, loc).sub(end, begin);
  SmallVector<SmallVector<Record>> merged;
  for (auto &rowTrees : trees) {
    SmallVector<Record> &records = merged.emplace_back();
    for (auto &tree : rowTrees)
      records.push_back(tree->fold(b, count));
  }
  return merged;
}

void RowStage::emit(OpBuilder &b) {
  for (Row &row : rows)
    row.emitter->moveTo(b);
  SpanParts chunks = getChunks(b);
  SmallVector<SmallVector<Record>> merged =
      getConstantIndex(chunks.getTotal()) == 1
          ? emitChunk(b, shape.getWhole(b, phase))
          : emitChunks(b, chunks, LoopMath(b, loc).constant(0),
                       chunks.getTotal());
  for (auto [r, row] : llvm::enumerate(rows))
    for (auto [t, reduction] : llvm::enumerate(reductions))
      row.emitter->setRecord(
          reduction->getResult(0),
          emitColdPath(b, phase, reduction, *row.emitter, merged[r][t]));
}

void bnc::emitRowStatistics(OpBuilder &b, PhaseContext &phase,
                            MutableArrayRef<Row> rows, unsigned stage) {
  RowStage(phase, rows, stage).emit(b);
}

Value bnc::emitNumChunks(OpBuilder &b, PhaseContext &phase, unsigned stage) {
  return RowStage(phase, {}, stage).getChunks(b).getTotal();
}

SmallVector<Record> bnc::emitPieceRecords(OpBuilder &b, PhaseContext &phase,
                                          Row &row, unsigned stage, Value begin,
                                          Value end) {
  row.emitter->moveTo(b);
  RowStage rows(phase, row, stage);
  return rows.emitChunks(b, rows.getChunks(b), begin, end).front();
}

std::optional<int64_t> bnc::getRowVectors(PhaseContext &phase) {
  return RowStage(phase, {}, /*stage=*/0).getVectors();
}

SmallVector<Value> bnc::emitRowSums(OpBuilder &b, PhaseContext &phase,
                                    Row &row) {
  return RowStage(phase, row, /*stage=*/0).emitFirstSums(b);
}

SmallVector<Value> bnc::emitCentredRowSums(OpBuilder &b, PhaseContext &phase,
                                           Row &row, ArrayRef<Value> pivots) {
  return RowStage(phase, row, /*stage=*/0).emitCentredSums(b, pivots);
}
