// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A batch of rows of no more than a vector, in registers with a row a
// lane: whole vectors are loaded and stored, and nothing is read again.

#include "bnc/Conversion/KernelToVector/Interleave.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"
#include "bnc/Conversion/KernelToVector/TransposeBlocks.h"
#include "bnc/Dialect/Norm/Analysis/ShortRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// All that the statistics and outputs of a kernel read over all dims, and the
/// outputs.
static SmallVector<const KernelArray *> listElementArrays(PhaseContext &phase) {
  SmallVector<Value> terms;
  for (Operation *reduction : phase.structure.getReductions(0))
    terms.push_back(reduction->getOperand(0));
  SmallVector<const KernelArray *> arrays = listMapArrays(phase);
  llvm::append_range(arrays, listInputs(phase, terms));
  llvm::erase_if(arrays, [&](const KernelArray *array) {
    return array->getDimSet() != phase.structure.getAllDims();
  });
  return arrays;
}

bool bnc::canTransposeRows(PhaseContext &phase) {
  const KernelStructure &structure = phase.structure;
  // The rows of all that is as large as the kernel follow each other, and
  // parameters have a row as one run.
  return canTransposeRows(structure, phase.plan) &&
         collapseDims(structure.getAllDims(), listElementArrays(phase))
                 .size() == 1 &&
         collapseDims(structure.getReducedDims(), listMapArrays(phase))
                 .size() == 1;
}

namespace {

class TransposedRows : public RecordBatch {
public:
  TransposedRows(OpBuilder &b, PhaseContext &phase, Value first)
      : RecordBatch(b, phase, first,
                    LoopMath(b, phase.loc).constant(phase.target.lanes)),
        perLane(phase.plan.getPairs() ? 2 : 1),
        length(
            *phase.structure.getStaticExtent(phase.structure.getReducedDims())),
        vectors(length / perLane) {
    if (TransposeBlocks::canTranspose(vectors, lanes))
      blocks.emplace(vectors, lanes);
  }

protected:
  SmallVector<Record> emitRecords() override;
  Value emitRowOfLane(OpBuilder &builder, Value lane) override {
    return blocks ? blocks->emitRowOfLane(builder, loc, lane) : lane;
  }
  void emitResults(Fields fields) override;

private:
  /// An emitter for vector number `i` of the batch as it is in memory.
  PointEmitter makeFlat(int64_t i);
  /// An emitter for each element of the rows, that knows the inputs.
  void makeElements();
  void loadInput(unsigned input);
  /// What the elements emit next serves this place and those nested in it; the
  /// even ones see what the odd ones behind them have emitted.
  void moveElements() {
    for (auto &element : llvm::reverse(elements))
      element->moveTo(b);
  }
  using AddElements = llvm::function_ref<void(
      OpBuilder &, unsigned term, int64_t vector, MutableArrayRef<Value> sums)>;
  /// The sums over the rows, `perTerm` of each reduction, in the order of the
  /// plan: as the lanes of a vector with a row's elements are added. `add` adds
  /// what is in one lane of such a vector.
  SmallVector<Value> emitSums(OpBuilder &builder, unsigned perTerm,
                              AddElements add);
  /// The values of the terms in one lane of such a vector, in the order they
  /// are added: of pairs the odd elements come first.
  SmallVector<Value, 2> listTerms(unsigned term, int64_t vector);

  /// Elements in a lane, 2 where the plan goes by pairs.
  int64_t perLane;
  int64_t length;
  /// Vectors of the batch.
  int64_t vectors;
  /// How they are put apart; if not so, by halves of all lanes.
  std::optional<TransposeBlocks> blocks;
  SmallVector<std::unique_ptr<PointEmitter>> elements;
  /// The pairs of inputs that are loaded so, a vector of each for every lane of
  /// a vector that holds one row.
  llvm::DenseMap<const KernelArray *, SmallVector<Value>> pairs;
};

} // namespace

PointEmitter TransposedRows::makeFlat(int64_t i) {
  LoopMath math(b, loc);
  Point point;
  point.coordinates.resize(phase.frame.getKernel().getNumDims());
  point.setLanes(b, phase, phase.structure.getAllDims(),
                 math.add(math.mul(first, length), i * lanes * perLane),
                 Value());
  return PointEmitter(b, phase, point);
}

void TransposedRows::loadInput(unsigned input) {
  const KernelArray &array = phase.frame.getInput(input);
  Value argument = phase.frame.getKernel().getBlock()->getArgument(input);
  auto words = VectorType::get({lanes}, b.getI32Type());
  SmallVector<Value> loaded;
  for (int64_t v = 0; v < vectors; ++v) {
    PointEmitter flat = makeFlat(v);
    loaded.push_back(perLane == 1 ? flat.load(array)
                                  : vector::BitCastOp::create(
                                        b, loc, words, flat.loadPairs(array)));
  }
  loaded = blocks ? blocks->emitColumns(b, loc, loaded)
                  : emitDeinterleave(b, loc, loaded);
  for (auto [v, value] : llvm::enumerate(loaded)) {
    if (perLane == 1) {
      elements[v]->setValue(argument, value);
      continue;
    }
    for (unsigned parity : {0, 1})
      elements[2 * v + parity]->setValue(argument,
                                         emitParity(b, loc, value, parity));
    auto halves = VectorType::get({2 * lanes}, b.getBF16Type());
    value = vector::BitCastOp::create(b, loc, halves, value);
  }
  if (perLane == 2)
    pairs[&array] = loaded;
}

void TransposedRows::makeElements() {
  DimSet reducedDims = phase.structure.getReducedDims();
  LoopMath math(b, loc);
  for (int64_t i = 0; i < length; ++i) {
    Point point;
    point.coordinates.assign(phase.frame.getKernel().getNumDims(),
                             math.constant(0));
    point.coordinates[getLastDim(reducedDims)] = math.constant(i);
    point.ownDims = reducedDims;
    point.laneDims = phase.structure.getKeptDims();
    point.lanes = lanes;
    elements.push_back(
        std::make_unique<PointEmitter>(b, phase, point, kept.get()));
  }
  for (unsigned i = 0, e = phase.frame.getKernel().getInputs().size(); i < e;
       ++i)
    if (phase.structure.getInputDims(i) == phase.structure.getAllDims())
      loadInput(i);
  moveElements();
}

SmallVector<Value> TransposedRows::emitSums(OpBuilder &builder,
                                            unsigned perTerm, AddElements add) {
  Value zero = makeFloat(builder, loc,
                         VectorType::get({lanes}, builder.getF32Type()), 0.0);
  // [sum][lane], null for a lane of zeros.
  SmallVector<SmallVector<Value>> sums(reductions.size() * perTerm,
                                       SmallVector<Value>(lanes));
  for (int64_t v = 0; v < vectors; ++v)
    for (unsigned t = 0; t < reductions.size(); ++t) {
      SmallVector<Value> added(perTerm, zero);
      add(builder, t, v, added);
      for (unsigned s = 0; s < perTerm; ++s)
        sums[t * perTerm + s][v] = added[s];
    }
  SmallVector<Value> totals;
  for (SmallVector<Value> &sum : sums) {
    for (int64_t half = lanes / 2; half > 0; half /= 2)
      for (int64_t i = 0; i < half; ++i)
        if (Value high = sum[i + half])
          sum[i] = arith::AddFOp::create(builder, loc, sum[i], high);
    totals.push_back(sum[0]);
  }
  return totals;
}

SmallVector<Value, 2> TransposedRows::listTerms(unsigned term, int64_t vector) {
  SmallVector<Value, 2> terms;
  for (int64_t i = perLane; i-- > 0;)
    terms.push_back(elements[vector * perLane + i]->emitVector(
        reductions[term]->getOperand(0)));
  return terms;
}

SmallVector<Record> TransposedRows::emitRecords() {
  makeElements();
  auto noMask = [](Value vector) { return vector; };
  SmallVector<Value> sums = emitSums(
      b, chunkRecords.getFirstSums(),
      [&](OpBuilder &body, unsigned term, int64_t vector,
          MutableArrayRef<Value> to) {
        if (chunkRecords.addsPairs())
          return chunkRecords.addFirstPairs(
              body, term, pairs[chunkRecords.getPlainInput(term)][vector], to);
        for (Value x : listTerms(term, vector))
          chunkRecords.addFirst(body, term, x, noMask, to);
      });
  SmallVector<Value> inUse(reductions.size());
  return chunkRecords.emit(
      b, sums, counted, inUse, [&](OpBuilder &two, ArrayRef<Value> pivots) {
        return emitSums(two, /*perTerm=*/2,
                        [&](OpBuilder &body, unsigned term, int64_t vector,
                            MutableArrayRef<Value> to) {
                          for (Value x : listTerms(term, vector))
                            chunkRecords.addCentred(body, term, pivots[term], x,
                                                    noMask, to);
                        });
      });
}

void TransposedRows::emitResults(ArrayRef<SmallVector<Value>>) {
  moveElements();
  // All of the outputs before any store: they may lie in an input's place.
  SmallVector<MapOutput> outputs = listMapOutputs(phase);
  SmallVector<SmallVector<Value>> stored;
  for (const MapOutput &output : outputs) {
    SmallVector<Value> values;
    for (int64_t v = 0; v < vectors; ++v) {
      PointEmitter &element = *elements[v * perLane];
      values.push_back(
          perLane == 1
              ? element.emitVector(output.value)
              : vector::BitCastOp::create(
                    b, loc, VectorType::get({lanes}, b.getI32Type()),
                    element.emitPairs(*elements[2 * v + 1], output.value)));
    }
    stored.push_back(blocks ? blocks->emitRows(b, loc, values)
                            : emitInterleave(b, loc, values));
  }
  auto words = VectorType::get({2 * lanes}, b.getI16Type());
  for (auto [output, values] : llvm::zip_equal(outputs, stored))
    for (auto [v, value] : llvm::enumerate(values)) {
      PointEmitter flat = makeFlat(v);
      if (perLane == 1)
        flat.store(value, *output.array);
      else
        flat.storePairs(vector::BitCastOp::create(b, loc, words, value),
                        *output.array);
    }
}

void bnc::emitTransposedRows(OpBuilder &b, PhaseContext &phase, Value first) {
  TransposedRows(b, phase, first).emit();
}
