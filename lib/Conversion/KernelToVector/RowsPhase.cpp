// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phase of a rows kernel: a row's reductions, kept values and outputs.

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Levels of the merge tree: more chunks than a 64-bit address space holds.
static constexpr int64_t treeLevels = 52;

namespace {

/// One row in work: the emitter of what is uniform over it.
struct Row {
  Value item;
  std::unique_ptr<PointEmitter> emitter;
};

/// One chunk of a stage: runs [runBegin, runEnd) of the reduced dims outside
/// the lane group, elements [begin, begin + length) of each.
struct Chunk {
  Value runBegin, runEnd;
  Value begin, length;
};

/// Emits the reductions of one stage for rows in lockstep.
class RowStage {
public:
  RowStage(PhaseContext &phase, MutableArrayRef<Row> rows, unsigned stage)
      : phase(phase), loc(phase.loc), rows(rows),
        reductions(phase.structure.getReductions(stage)) {
    SmallVector<Value> terms;
    for (Operation *op : reductions)
      terms.push_back(op->getOperand(0));
    inputs = listInputs(phase, terms);
    SmallVector<DimSet> groups =
        collapseDims(phase.structure.getReducedDims(), inputs);
    laneGroup = groups.pop_back_val();
    runGroups = groups;
  }

  void emit(OpBuilder &b);

private:
  /// What a pass adds up, per reduction: carried values a slot and row.
  using Accumulate = llvm::function_ref<void(
      OpBuilder &, unsigned row, unsigned reduction, Value term,
      PointEmitter &lanes, MutableArrayRef<Value> sums)>;

  SmallVector<SmallVector<Record>> emitChunk(OpBuilder &b, const Chunk &chunk);
  SmallVector<Value> emitPass(OpBuilder &b, const Chunk &chunk,
                              unsigned sumsPerTerm, bool prefetches,
                              llvm::function_ref<bool(Operation *)> takesPart,
                              Accumulate accumulate);
  void emitPrefetch(OpBuilder &b, const Row &row, const Point &point,
                    unsigned slot);

  PhaseContext &phase;
  Location loc;
  MutableArrayRef<Row> rows;
  ArrayRef<Operation *> reductions;
  SmallVector<const KernelArray *> inputs;
  DimSet laneGroup;
  SmallVector<DimSet> runGroups;
};

} // namespace

/// Prefetches what the rows after those in work will load where this vector's
/// loads are: the hardware stops at the end of a page.
void RowStage::emitPrefetch(OpBuilder &b, const Row &row, const Point &point,
                            unsigned slot) {
  DimSet keptDims = phase.structure.getKeptDims();
  for (const KernelArray *array : inputs) {
    if (array->getDimSet() != phase.structure.getAllDims())
      continue;
    int64_t bytes =
        phase.target.lanes * array->element.getIntOrFloatBitWidth() / 8;
    if (slot * bytes % 64 != 0)
      continue;
    // The last kept dim's neighbour is the next row, or close to it where rows
    // of another outer dim follow; past the end nothing faults.
    SmallVector<Value> indices;
    unsigned lastKept = keptDims ? getLastDim(keptDims) : 64;
    for (unsigned dim : array->dims) {
      Value at = point.coordinates[dim];
      if (dim == lastKept)
        at = LoopMath(b, loc).add(at, phase.schedule.getPrefetch() *
                                          int64_t(rows.size()));
      indices.push_back(at);
    }
    memref::PrefetchOp::create(b, loc, array->memref, indices,
                               /*isWrite=*/false, /*localityHint=*/3,
                               /*isDataCache=*/true);
  }
}

SmallVector<Value> RowStage::emitPass(
    OpBuilder &b, const Chunk &chunk, unsigned sumsPerTerm, bool prefetches,
    llvm::function_ref<bool(Operation *)> takesPart, Accumulate accumulate) {
  unsigned slots = phase.plan.getAccumulators();
  unsigned perRow = reductions.size() * sumsPerTerm;
  SmallVector<Value> inits;
  for (unsigned slot = 0; slot < slots; ++slot)
    for (unsigned row = 0; row < rows.size(); ++row)
      for (Operation *reduction : reductions)
        inits.append(sumsPerTerm,
                     makeFloat(b, loc, getVectorType(phase, reduction), 0.0));

  auto emitRun = [&](OpBuilder &runBuilder, Value run, ValueRange carried) {
    SmallVector<std::unique_ptr<PointEmitter>> runEmitters;
    for (Row &row : rows) {
      Point point = row.emitter->getPoint();
      if (!runGroups.empty())
        emitCoordinates(runBuilder, loc, phase.frame, runGroups, run,
                        point.coordinates);
      for (DimSet group : runGroups)
        point.ownDims |= group;
      runEmitters.push_back(std::make_unique<PointEmitter>(
          runBuilder, phase, point, row.emitter.get()));
      runEmitters.back()->moveTo(runBuilder);
    }
    return emitLaneLoop(
        runBuilder, loc, chunk.length, phase.target.lanes, slots, carried,
        [&](OpBuilder &body, Value position, Value count, unsigned slot,
            MutableArrayRef<Value> sums) {
          for (auto [r, row] : llvm::enumerate(rows)) {
            Point point = runEmitters[r]->getPoint();
            Value at = LoopMath(body, loc).add(chunk.begin, position);
            point.setLanes(body, phase, laneGroup, at, count);
            if (prefetches && !count)
              emitPrefetch(body, row, point, slot);
            PointEmitter lanes(body, phase, point, runEmitters[r].get());
            for (auto [t, reduction] : llvm::enumerate(reductions)) {
              if (!takesPart(reduction))
                continue;
              Value term = lanes.emitVector(reduction->getOperand(0));
              accumulate(body, r, t, term, lanes,
                         sums.slice(r * perRow + t * sumsPerTerm, sumsPerTerm));
            }
          }
        });
  };
  SmallVector<Value> sums;
  if (runGroups.empty())
    sums = emitRun(b, Value(), inits);
  else
    sums = emitLoop(b, loc, chunk.runBegin, chunk.runEnd, 1, inits, emitRun);

  // [row][reduction][sum], each summed over slots and lanes.
  SmallVector<Value> scalars;
  for (unsigned i = 0; i < rows.size() * perRow; ++i) {
    SmallVector<Value> accumulators;
    for (unsigned slot = 0; slot < slots; ++slot)
      accumulators.push_back(sums[slot * rows.size() * perRow + i]);
    scalars.push_back(emitLaneSum(b, loc, accumulators));
  }
  return scalars;
}

SmallVector<SmallVector<Record>> RowStage::emitChunk(OpBuilder &b,
                                                     const Chunk &chunk) {
  LoopMath math(b, loc);
  Value runs = math.sub(chunk.runEnd, chunk.runBegin);
  Value count = math.toF64(math.mul(runs, chunk.length));
  bool anyMoments = llvm::any_of(
      reductions, [](Operation *op) { return isa<MomentsOp>(op); });
  bool prefetch = phase.schedule.getPrefetch() > 0;

  SmallVector<Value> first = emitPass(
      b, chunk, 1, prefetch && !anyMoments, [](Operation *) { return true; },
      [&](OpBuilder &body, unsigned, unsigned t, Value term,
          PointEmitter &lanes, MutableArrayRef<Value> sums) {
        Value x = lanes.maskOff(term);
        sums[0] =
            isa<MomentsOp>(reductions[t])
                ? Value(arith::AddFOp::create(body, loc, sums[0], x))
                : emitAddSquare(body, loc, phase.plan.getFma(), x, sums[0]);
      });
  RecordMath records(b, loc);
  SmallVector<Value> high(first.size()), highVectors(first.size());
  for (unsigned i = 0; i < first.size(); ++i) {
    Operation *reduction = reductions[i % reductions.size()];
    if (!isa<MomentsOp>(reduction))
      continue;
    high[i] = records.roundedMean(first[i], count);
    highVectors[i] = vector::BroadcastOp::create(
        b, loc, getVectorType(phase, reduction), high[i]);
  }
  SmallVector<Value> second;
  if (anyMoments)
    second = emitPass(
        b, chunk, 2, prefetch, [](Operation *op) { return isa<MomentsOp>(op); },
        [&](OpBuilder &body, unsigned row, unsigned t, Value term,
            PointEmitter &lanes, MutableArrayRef<Value> sums) {
          Value pivot = highVectors[row * reductions.size() + t];
          Value d =
              lanes.maskOff(arith::SubFOp::create(body, loc, term, pivot));
          sums[0] = arith::AddFOp::create(body, loc, sums[0], d);
          sums[1] = emitAddSquare(body, loc, phase.plan.getFma(), d, sums[1]);
        });
  SmallVector<SmallVector<Record>> result(rows.size());
  for (unsigned i = 0; i < first.size(); ++i) {
    bool isMoments = isa<MomentsOp>(reductions[i % reductions.size()]);
    result[i / reductions.size()].push_back(
        isMoments ? records.fromChunk(count, high[i], second[2 * i],
                                      second[2 * i + 1])
                  : records.fromSum(count, first[i]));
  }
  return result;
}

void RowStage::emit(OpBuilder &b) {
  for (Row &row : rows)
    row.emitter->moveTo(b);
  LoopMath math(b, loc);
  int64_t chunkSize = phase.plan.getChunk();
  Value zero = math.constant(0), one = math.constant(1);
  Value length = emitTotalExtent(b, loc, phase.frame, laneGroup);
  Value runs = emitTotalExtent(b, loc, phase.frame, runGroups);
  // Whole runs where a run is shorter than a chunk, else pieces of one run.
  Value runsPerChunk =
      math.max(math.div(math.constant(chunkSize), math.max(length, one)), one);
  Value piecesPerRun = math.ceilDiv(length, chunkSize);
  Value total = math.mul(math.ceilDiv(runs, runsPerChunk), piecesPerRun);

  SmallVector<SmallVector<Record>> merged;
  if (getConstantIndex(total) == 1) {
    merged = emitChunk(b, {zero, runs, zero, length});
  } else {
    SmallVector<SmallVector<std::unique_ptr<RecordTree>>> trees(rows.size());
    for (auto &rowTrees : trees)
      for (Operation *reduction : reductions) {
        SmallVector<Type> types(getNumFields(reduction), b.getF64Type());
        rowTrees.push_back(
            std::make_unique<RecordTree>(b, loc, types, treeLevels));
      }
    emitLoop(b, loc, zero, total, 1, {},
             [&](OpBuilder &body, Value index, ValueRange) {
               LoopMath inner(body, loc);
               Value group = inner.div(index, piecesPerRun);
               Value piece = inner.rem(index, piecesPerRun);
               Chunk chunk;
               chunk.runBegin = inner.mul(group, runsPerChunk);
               chunk.runEnd =
                   inner.min(inner.add(chunk.runBegin, runsPerChunk), runs);
               chunk.begin = inner.mul(piece, chunkSize);
               chunk.length = inner.min(inner.sub(length, chunk.begin),
                                        inner.constant(chunkSize));
               auto records = emitChunk(body, chunk);
               for (auto [r, rowRecords] : llvm::enumerate(records))
                 for (auto [t, record] : llvm::enumerate(rowRecords))
                   trees[r][t]->push(body, record, index);
               return SmallVector<Value>();
             });
    for (auto &rowTrees : trees) {
      SmallVector<Record> &records = merged.emplace_back();
      for (auto &tree : rowTrees)
        records.push_back(tree->fold(b, total));
    }
  }
  for (auto [r, row] : llvm::enumerate(rows))
    for (auto [t, reduction] : llvm::enumerate(reductions))
      row.emitter->setRecord(
          reduction->getResult(0),
          emitColdPath(b, phase, reduction, *row.emitter, merged[r][t]));
}

/// Emits `count` neighbouring rows from `item` on, in lockstep.
static void emitRows(OpBuilder &b, PhaseContext &phase, Value item,
                     int64_t count, bool nontemporal) {
  Location loc = phase.loc;
  DimSet keptDims = phase.structure.getKeptDims();
  SmallVector<DimSet> keptGroups;
  for (unsigned dim = 0; dim < 64; ++dim)
    if (keptDims >> dim & 1)
      keptGroups.push_back(DimSet(1) << dim);
  SmallVector<Row> rows;
  for (int64_t i = 0; i < count; ++i) {
    Row &row = rows.emplace_back();
    row.item = LoopMath(b, loc).add(item, i);
    Point point;
    point.coordinates.resize(phase.frame.getKernel().getNumDims());
    emitCoordinates(b, loc, phase.frame, keptGroups, row.item,
                    point.coordinates);
    row.emitter = std::make_unique<PointEmitter>(b, phase, point);
    row.emitter->moveTo(b);
  }
  for (unsigned stage = 0; stage < phase.structure.getNumStages(); ++stage)
    RowStage(phase, rows, stage).emit(b);

  // Kept results are computed before the outputs and stored after them: they
  // may share memory with an argument that the outputs read.
  SmallVector<MapOutput> keptOutputs = listKeptOutputs(phase);
  SmallVector<SmallVector<Value>> keptValues(rows.size());
  for (auto [r, row] : llvm::enumerate(rows)) {
    row.emitter->moveTo(b);
    for (const MapOutput &output : keptOutputs)
      keptValues[r].push_back(row.emitter->emit(output.value));
  }

  SmallVector<DimSet> groups =
      collapseDims(phase.structure.getReducedDims(), listMapArrays(phase));
  DimSet laneGroup = groups.pop_back_val();
  Value zero = LoopMath(b, loc).constant(0);
  Value length = emitTotalExtent(b, loc, phase.frame, laneGroup);
  Value runs = emitTotalExtent(b, loc, phase.frame, groups);
  auto emitRun = [&](OpBuilder &body, Value run, ValueRange) {
    SmallVector<std::unique_ptr<PointEmitter>> owned;
    SmallVector<PointEmitter *> emitters;
    for (Row &row : rows) {
      if (groups.empty()) {
        emitters.push_back(row.emitter.get());
        continue;
      }
      Point point = row.emitter->getPoint();
      emitCoordinates(body, loc, phase.frame, groups, run, point.coordinates);
      for (DimSet group : groups)
        point.ownDims |= group;
      owned.push_back(std::make_unique<PointEmitter>(body, phase, point,
                                                     row.emitter.get()));
      emitters.push_back(owned.back().get());
    }
    emitMapSweep(body, phase, emitters, laneGroup, zero, length, nontemporal);
    return SmallVector<Value>();
  };
  for (Row &row : rows)
    row.emitter->moveTo(b);
  if (groups.empty())
    emitRun(b, Value(), {});
  else
    emitLoop(b, loc, zero, runs, 1, {}, emitRun);
  for (auto [r, row] : llvm::enumerate(rows)) {
    row.emitter->moveTo(b);
    for (auto [i, output] : llvm::enumerate(keptOutputs))
      row.emitter->store(keptValues[r][i], *output.array);
  }
}

void bnc::emitRowsPhase(PhaseContext &phase) {
  OpBuilder &b = phase.b;
  LoopMath math(b, phase.loc);
  int64_t atOnce = phase.schedule.getRows();
  bool nontemporal = phase.schedule.getNontemporal();
  Value begin = phase.begin;
  if (atOnce > 1) {
    Value groups = math.div(math.sub(phase.end, begin), atOnce);
    emitLoop(b, phase.loc, math.constant(0), groups, 1, {},
             [&](OpBuilder &body, Value group, ValueRange) {
               LoopMath inner(body, phase.loc);
               Value item = inner.add(begin, inner.mul(group, atOnce));
               emitRows(body, phase, item, atOnce, nontemporal);
               return SmallVector<Value>();
             });
    begin = math.add(begin, math.mul(groups, atOnce));
  }
  emitLoop(b, phase.loc, begin, phase.end, 1, {},
           [&](OpBuilder &body, Value item, ValueRange) {
             emitRows(body, phase, item, 1, nontemporal);
             return SmallVector<Value>();
           });
}

Value bnc::emitRowsItems(EmissionContext &context, OpBuilder &b) {
  return emitTotalExtent(b, context.loc, context.frame,
                         context.structure.getKeptDims());
}
