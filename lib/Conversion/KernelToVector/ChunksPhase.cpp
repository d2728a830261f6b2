// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The chunks phase of a kernel whose innermost dim is kept: a record a chunk.

#include "bnc/Conversion/KernelToVector/FirstPass.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

/// Emits the records of one chunk for all lanes.
class ChunkEmitter {
public:
  ChunkEmitter(PhaseContext &phase, unsigned stage, const ColumnShape &shape)
      : phase(phase), loc(phase.loc), shape(shape),
        reductions(phase.structure.getReductions(stage)),
        recordArrays(phase, stage), blocks(phase, stage, shape),
        firstPass(phase, shape, blocks) {}

  /// How many panels of lanes are work items of their own: all if they are
  /// known to be of one size, otherwise one item has them all.
  int64_t getPanelItems() const {
    std::optional<int64_t> lanes =
        phase.structure.getStaticExtent(shape.laneGroup);
    int64_t size = firstPass.getPanelSize();
    bool areEven = lanes && *lanes != 0 && *lanes % size == 0;
    return areEven ? *lanes / size : 1;
  }

  /// The steps of the chunk that begins at `first` of `all`.
  Value getSteps(OpBuilder &b, Value all, Value first) const {
    return blocks.getLength(b, all, first, phase.plan.getChunk());
  }
  /// Steps [first, first + steps) of the point whose outer dims `outer` fixes,
  /// of the panel or panels of item `panel`.
  void emit(OpBuilder &b, const Point &outer, Value panel, Value chunk,
            Value first, Value steps);

private:
  void emitPanel(OpBuilder &b, const PanelLanes &panel, Value chunk,
                 Value first, Value steps);

  PhaseContext &phase;
  Location loc;
  const ColumnShape &shape;
  ArrayRef<Operation *> reductions;
  RecordArrays recordArrays;
  ColumnBlocks blocks;
  FirstPass firstPass;
};

} // namespace

void ChunkEmitter::emitPanel(OpBuilder &b, const PanelLanes &panel, Value chunk,
                             Value first, Value steps) {
  firstPass.emit(b, panel, first, steps);
  Value count = LoopMath(b, loc).toF64(steps);
  // One vector at a time: these chains are long, and their code is.
  auto emitRecords = [&](OpBuilder &body, const Stripe &stripe) {
    ChunkRecords chunkRecords = blocks.makeRecords(1);
    const Point &vector = stripe.vectors.front();
    auto emitSecond = [&](OpBuilder &nested, ArrayRef<Value> ofChannels) {
      SmallVector<Value> pivots(ofChannels);
      for (Value &pivot : pivots)
        if (blocks.getNarrow() && pivot)
          pivot = blocks.getNarrow()->repeat(nested, pivot);
      auto add = [&](OpBuilder &step, unsigned term, auto &&...rest) {
        chunkRecords.addCentred(step, term, pivots[term], rest...);
      };
      return blocks.emitBlocks(
          nested, first, steps, blocks.makeZeros(nested, 1, /*sumsPerTerm=*/2),
          [&](OpBuilder &block, Value from, Value length, ValueRange sums) {
            return blocks.emitSmallBlock(block, vector, from, length,
                                         /*sumsPerTerm=*/2, add, sums);
          });
    };
    SmallVector<Value> inUse(reductions.size(), vector.count);
    SmallVector<Record> records = chunkRecords.emit(
        body, firstPass.load(body, stripe), count, inUse, emitSecond);
    PointEmitter out(body, phase, vector);
    for (auto [record, reduction] : llvm::zip_equal(records, reductions))
      for (auto [field, array] : llvm::zip_equal(
               record.getFields(), recordArrays.get(reduction, chunk)))
        out.store(field, array);
  };
  emitStripes(b, phase, shape, panel, /*together=*/1, /*inPairs=*/false,
              emitRecords);
}

void ChunkEmitter::emit(OpBuilder &b, const Point &outer, Value panel,
                        Value chunk, Value first, Value steps) {
  LoopMath math(b, loc);
  Value length = emitTotalExtent(b, loc, phase.frame, shape.laneGroup);
  int64_t panelSize = firstPass.getPanelSize();
  firstPass.allocate(b);
  auto emitAt = [&](OpBuilder &body, Value begin, Value panelLength) {
    emitPanel(body, {outer, begin, panelLength}, chunk, first, steps);
  };
  if (getPanelItems() > 1)
    return emitAt(b, math.mul(panel, panelSize), math.constant(panelSize));
  std::optional<int64_t> known = getConstantIndex(length);
  Value whole =
      known ? math.div(length, panelSize) : math.ceilDiv(length, panelSize);
  emitLoop(b, loc, math.constant(0), whole, 1, {},
           [&](OpBuilder &body, Value index, ValueRange) {
             LoopMath inner(body, loc);
             Value begin = inner.mul(index, panelSize);
             emitAt(body, begin,
                    known ? inner.constant(panelSize)
                          : inner.min(inner.sub(length, begin),
                                      inner.constant(panelSize)));
             return SmallVector<Value>();
           });
  if (known && *known % panelSize != 0)
    emitAt(b, math.constant(*known / panelSize * panelSize),
           math.constant(*known % panelSize));
}

void bnc::emitChunksPhase(PhaseContext &phase, unsigned stage) {
  OpBuilder &b = phase.b;
  LoopMath math(b, phase.loc);
  ColumnShape shape(phase);
  ChunkEmitter chunks(phase, stage, shape);
  int64_t chunkSize = phase.plan.getChunk();
  Value totalSteps =
      emitTotalExtent(b, phase.loc, phase.frame, shape.stepGroups);
  Value perOuter = math.ceilDiv(totalSteps, chunkSize);
  emitEachItem(phase, [&](OpBuilder &body, Value item) {
    LoopMath inner(body, phase.loc);
    Value panels = inner.constant(chunks.getPanelItems());
    Value panel = inner.rem(item, panels);
    item = inner.div(item, panels);
    Value outer = inner.div(item, perOuter);
    Value chunk = inner.rem(item, perOuter);
    Point point = ColumnShape::makePoint(phase);
    emitCoordinates(body, phase.loc, phase.frame, shape.outerGroups, outer,
                    point.coordinates);
    Value first = inner.mul(chunk, chunkSize);
    chunks.emit(body, point, panel, chunk, first,
                chunks.getSteps(body, totalSteps, first));
  });
}

Value bnc::emitChunksItems(PhaseContext &phase, OpBuilder &b, unsigned stage) {
  ColumnShape shape(phase);
  LoopMath math(b, phase.loc);
  Value chunks =
      math.ceilDiv(emitTotalExtent(b, phase.loc, phase.frame, shape.stepGroups),
                   phase.plan.getChunk());
  Value outer = emitTotalExtent(b, phase.loc, phase.frame, shape.outerGroups);
  return math.mul(math.mul(outer, chunks),
                  ChunkEmitter(phase, stage, shape).getPanelItems());
}
