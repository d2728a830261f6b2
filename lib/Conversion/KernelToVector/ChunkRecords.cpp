// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From the terms of a chunk to the records of its reductions: one pass, or the
// corrected two-pass where one would cancel.

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

/// Emits the records of one chunk; see emitChunkRecords.
class ChunkRecordEmitter {
public:
  ChunkRecordEmitter(PhaseContext &phase, ArrayRef<Operation *> reductions,
                     Value count, ChunkPass pass)
      : phase(phase), loc(phase.loc), reductions(reductions), count(count),
        pass(pass) {
    for (unsigned term = 0; term < reductions.size(); ++term)
      if (isMoments(term))
        moments.push_back(term);
    // f64 carries the mean as a pair, which a plain sum has not.
    triesOnePass = !moments.empty() && phase.structure.getComputeType().isF32();
  }

  SmallVector<Record> emit(OpBuilder &b);

private:
  SmallVector<Value> emitFirstPass(OpBuilder &b);
  /// Sets the records of the moments, by the second pass from the sums of the
  /// first.
  void emitCentred(OpBuilder &b, ArrayRef<Value> sums,
                   MutableArrayRef<Record> records);
  /// The same by the sums of the first, where these do not cancel.
  void emitOnePass(OpBuilder &b, ArrayRef<Value> sums,
                   MutableArrayRef<Record> records);
  Value addSquare(OpBuilder &b, Value x, Value sum) {
    return emitAddSquare(b, loc, phase.plan.getFma(), x, sum);
  }
  bool isMoments(unsigned term) const {
    return isa<MomentsOp>(reductions[term]);
  }
  unsigned getFirstSums() const { return triesOnePass ? 2 : 1; }

  PhaseContext &phase;
  Location loc;
  ArrayRef<Operation *> reductions;
  Value count;
  ChunkPass pass;
  /// The terms whose reductions are moments.
  SmallVector<unsigned> moments;
  bool triesOnePass;
};

} // namespace

/// sum + the dot product of the pairs of x and y, in f32. Subnormal products
/// and sums are flushed to zero.
static Value emitDot(OpBuilder &b, Location loc, Value sum, Value x, Value y) {
  auto type = cast<VectorType>(sum.getType());
  std::string name = "llvm.x86.avx512bf16.dpbf16ps." +
                     std::to_string(32 * type.getNumElements());
  return LLVM::CallIntrinsicOp::create(b, loc, type, b.getStringAttr(name),
                                       ValueRange{sum, x, y})
      .getResult(0);
}

SmallVector<Value> ChunkRecordEmitter::emitFirstPass(OpBuilder &b) {
  auto add = [&](OpBuilder &body, unsigned term, Value x,
                 llvm::function_ref<Value(Value)> maskOff,
                 MutableArrayRef<Value> sums) {
    x = maskOff(x);
    if (!isMoments(term)) {
      sums[0] = addSquare(body, x, sums[0]);
      return;
    }
    sums[0] = arith::AddFOp::create(body, loc, sums[0], x);
    if (triesOnePass)
      sums[1] = addSquare(body, x, sums[1]);
  };
  auto addPairs = [&](OpBuilder &body, unsigned term, Value pairs,
                      MutableArrayRef<Value> sums) {
    unsigned squares = 0;
    if (isMoments(term)) {
      Value ones = makeFloat(body, loc, pairs.getType(), 1.0);
      sums[0] = emitDot(body, loc, sums[0], pairs, ones);
      squares = 1;
    }
    sums[squares] = emitDot(body, loc, sums[squares], pairs, pairs);
  };
  return pass(b, getFirstSums(), add, addPairs);
}

void ChunkRecordEmitter::emitCentred(OpBuilder &b, ArrayRef<Value> sums,
                                     MutableArrayRef<Record> records) {
  RecordMath math(b, loc);
  SmallVector<Value> high(reductions.size()), pivots(reductions.size());
  for (unsigned term : moments) {
    high[term] = math.roundedMean(sums[term * getFirstSums()], count);
    pivots[term] = high[term];
    if (!isa<VectorType>(high[term].getType()))
      pivots[term] = vector::BroadcastOp::create(
          b, loc, getVectorType(phase, reductions[term]), high[term]);
  }
  auto add = [&](OpBuilder &body, unsigned term, Value x,
                 llvm::function_ref<Value(Value)> maskOff,
                 MutableArrayRef<Value> sums) {
    if (!isMoments(term))
      return;
    Value d = maskOff(arith::SubFOp::create(body, loc, x, pivots[term]));
    sums[0] = arith::AddFOp::create(body, loc, sums[0], d);
    sums[1] = addSquare(body, d, sums[1]);
  };
  SmallVector<Value> centred = pass(b, 2, add, nullptr);
  for (unsigned term : moments)
    records[term] = math.fromCentred(count, high[term], centred[2 * term],
                                     centred[2 * term + 1]);
}

void ChunkRecordEmitter::emitOnePass(OpBuilder &b, ArrayRef<Value> sums,
                                     MutableArrayRef<Record> records) {
  RecordMath math(b, loc);
  SmallVector<Value> cancels(reductions.size()), fields;
  Value anyCancels;
  for (unsigned term : moments) {
    records[term] =
        math.fromSums(count, sums[2 * term], sums[2 * term + 1], cancels[term]);
    llvm::append_range(fields, records[term].getFields());
    Value any = cancels[term];
    if (isa<VectorType>(any.getType()))
      any = vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, any);
    anyCancels =
        anyCancels ? arith::OrIOp::create(b, loc, anyCancels, any) : any;
  }
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(fields)),
                                  anyCancels, /*withElseRegion=*/true);
  OpBuilder two = branch.getThenBodyBuilder();
  SmallVector<Record> centred(reductions.size());
  emitCentred(two, sums, centred);
  // Whether another row or lane cancels must not change the bits of this one.
  SmallVector<Value> chosen;
  for (unsigned term : moments)
    for (auto [exact, plain] :
         llvm::zip_equal(centred[term].getFields(), records[term].getFields()))
      chosen.push_back(
          arith::SelectOp::create(two, loc, cancels[term], exact, plain));
  scf::YieldOp::create(two, loc, chosen);
  OpBuilder one = branch.getElseBodyBuilder();
  scf::YieldOp::create(one, loc, fields);
  ValueRange merged = branch.getResults();
  for (unsigned term : moments) {
    unsigned size = records[term].getFields().size();
    records[term] = Record::get(count, merged.take_front(size));
    merged = merged.drop_front(size);
  }
}

SmallVector<Record> ChunkRecordEmitter::emit(OpBuilder &b) {
  SmallVector<Value> sums = emitFirstPass(b);
  SmallVector<Record> records(reductions.size());
  for (unsigned term = 0; term < reductions.size(); ++term)
    if (!isMoments(term))
      records[term] =
          RecordMath(b, loc).fromSum(count, sums[term * getFirstSums()]);
  if (triesOnePass)
    emitOnePass(b, sums, records);
  else if (!moments.empty())
    emitCentred(b, sums, records);
  return records;
}

SmallVector<Record> bnc::emitChunkRecords(OpBuilder &b, PhaseContext &phase,
                                          ArrayRef<Operation *> reductions,
                                          Value count, ChunkPass pass) {
  return ChunkRecordEmitter(phase, reductions, count, pass).emit(b);
}
