// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A batch of rows that are no longer than a vector, in registers with a row a
// lane: one of loads and stores of whole vectors, and nothing is read again.

#include "bnc/Conversion/KernelToVector/Interleave.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

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

/// The extent of a row, or nothing if it is dynamic.
static std::optional<int64_t> getRowLength(PhaseContext &phase) {
  return getConstantIndex(emitTotalExtent(phase.b, phase.loc, phase.frame,
                                          phase.structure.getReducedDims()));
}

/// Up to half a vector: measured 3.1 times as fast with 4 elements of 16 lanes,
/// 1.8 times with 8 and half as fast with 16.
bool bnc::canTransposeRows(PhaseContext &phase) {
  const KernelStructure &structure = phase.structure;
  std::optional<int64_t> length = getRowLength(phase);
  if (!length || *length * 2 > phase.target.lanes || !canInterleave(*length) ||
      phase.plan.getPairs() || !listKeptOutputs(phase).empty())
    return false;
  for (unsigned i = 0, e = phase.frame.getKernel().getInputs().size(); i < e;
       ++i) {
    DimSet dims = structure.getInputDims(i);
    if (dims != structure.getAllDims() && (dims & structure.getKeptDims()))
      return false;
  }
  SmallVector<const KernelArray *> arrays = listElementArrays(phase);
  return llvm::all_of(
             arrays,
             [](const KernelArray *array) { return array->element.isF32(); }) &&
         collapseDims(structure.getAllDims(), arrays).size() == 1;
}

namespace {

class TransposedRows : public RowBatch {
public:
  TransposedRows(OpBuilder &b, PhaseContext &phase, Value first)
      : RowBatch(b, phase, first,
                 LoopMath(b, phase.loc).constant(phase.target.lanes)),
        length(*getRowLength(phase)) {}

protected:
  SmallVector<Record> emitRecords() override;
  void emitResults(ArrayRef<SmallVector<Value>> fields) override;

private:
  /// An emitter for vector number `i` of the batch as it is in memory.
  PointEmitter makeFlat(int64_t i);
  /// An emitter for each element of the rows, that knows the inputs.
  void makeElements();
  using AddElement = llvm::function_ref<void(
      OpBuilder &, unsigned term, Value x, MutableArrayRef<Value> sums)>;
  /// The sums over the rows, `perTerm` of each reduction, in the order of the
  /// plan: as the lanes of a vector with a row's elements are added.
  SmallVector<Value> emitSums(OpBuilder &builder, unsigned perTerm,
                              AddElement add);

  int64_t length;
  SmallVector<std::unique_ptr<PointEmitter>> elements;
};

} // namespace

PointEmitter TransposedRows::makeFlat(int64_t i) {
  LoopMath math(b, loc);
  Point point;
  point.coordinates.resize(phase.frame.getKernel().getNumDims());
  point.setLanes(b, phase, phase.structure.getAllDims(),
                 math.add(math.mul(first, length), i * lanes), Value());
  return PointEmitter(b, phase, point);
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
  KernelOp kernel = phase.frame.getKernel();
  for (unsigned i = 0, e = kernel.getInputs().size(); i < e; ++i) {
    if (phase.structure.getInputDims(i) != phase.structure.getAllDims())
      continue;
    SmallVector<Value> vectors;
    for (int64_t v = 0; v < length; ++v)
      vectors.push_back(makeFlat(v).load(phase.frame.getInput(i)));
    for (auto [element, vector] :
         llvm::zip_equal(elements, emitDeinterleave(b, loc, vectors)))
      element->setValue(kernel.getBlock()->getArgument(i), vector);
  }
}

SmallVector<Value> TransposedRows::emitSums(OpBuilder &builder,
                                            unsigned perTerm, AddElement add) {
  Value zero = makeFloat(builder, loc,
                         VectorType::get({lanes}, builder.getF32Type()), 0.0);
  // [sum][element], null for a lane of zeros.
  SmallVector<SmallVector<Value>> sums(reductions.size() * perTerm,
                                       SmallVector<Value>(lanes));
  for (int64_t i = 0; i < length; ++i)
    for (auto [t, reduction] : llvm::enumerate(reductions)) {
      SmallVector<Value> added(perTerm, zero);
      add(builder, t, elements[i]->emitVector(reduction->getOperand(0)), added);
      for (unsigned s = 0; s < perTerm; ++s)
        sums[t * perTerm + s][i] = added[s];
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

SmallVector<Record> TransposedRows::emitRecords() {
  makeElements();
  auto noMask = [](Value vector) { return vector; };
  SmallVector<Value> sums = emitSums(
      b, chunkRecords.getFirstSums(),
      [&](OpBuilder &body, unsigned term, Value x, MutableArrayRef<Value> to) {
        chunkRecords.addFirst(body, term, x, noMask, to);
      });
  SmallVector<Value> inUse(reductions.size());
  return chunkRecords.emit(
      b, sums, counted, inUse, [&](OpBuilder &two, ArrayRef<Value> pivots) {
        return emitSums(two, /*perTerm=*/2,
                        [&](OpBuilder &body, unsigned term, Value x,
                            MutableArrayRef<Value> to) {
                          chunkRecords.addCentred(body, term, pivots[term], x,
                                                  noMask, to);
                        });
      });
}

void TransposedRows::emitResults(ArrayRef<SmallVector<Value>>) {
  // All of the outputs before any store: they may lie in an input's place.
  SmallVector<MapOutput> outputs = listMapOutputs(phase);
  SmallVector<SmallVector<Value>> vectors;
  for (const MapOutput &output : outputs) {
    SmallVector<Value> values;
    for (auto &element : elements)
      values.push_back(element->emitVector(output.value));
    vectors.push_back(emitInterleave(b, loc, values));
  }
  for (auto [output, values] : llvm::zip_equal(outputs, vectors))
    for (auto [v, value] : llvm::enumerate(values))
      makeFlat(v).store(value, *output.array);
}

void bnc::emitTransposedRows(OpBuilder &b, PhaseContext &phase, Value first) {
  TransposedRows(b, phase, first).emit();
}
