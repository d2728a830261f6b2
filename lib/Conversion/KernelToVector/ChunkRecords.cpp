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

class MomentsEmitter {
public:
  MomentsEmitter(PhaseContext &phase, ArrayRef<Operation *> reductions,
                 Value count, ChunkPass pass)
      : phase(phase), loc(phase.loc), reductions(reductions), count(count),
        pass(pass) {
    anyMoments = llvm::any_of(reductions,
                              [](Operation *op) { return isa<MomentsOp>(op); });
    // f64 carries the mean as a pair, which a plain sum has not.
    triesOnePass = anyMoments && phase.structure.getComputeType().isF32();
  }

  SmallVector<Record> emit(OpBuilder &b);

private:
  SmallVector<Value> emitFirstPass(OpBuilder &b);
  /// The records of the moments (others stay empty) from their plain sums.
  SmallVector<Record> emitCentred(OpBuilder &b, ArrayRef<Value> sums);
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
  bool anyMoments, triesOnePass;
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

SmallVector<Value> MomentsEmitter::emitFirstPass(OpBuilder &b) {
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

SmallVector<Record> MomentsEmitter::emitCentred(OpBuilder &b,
                                                ArrayRef<Value> sums) {
  RecordMath records(b, loc);
  SmallVector<Value> high(reductions.size()), pivots(reductions.size());
  for (auto [term, reduction] : llvm::enumerate(reductions)) {
    if (!isMoments(term))
      continue;
    high[term] = records.roundedMean(sums[term * getFirstSums()], count);
    pivots[term] = high[term];
    if (!isa<VectorType>(high[term].getType()))
      pivots[term] = vector::BroadcastOp::create(
          b, loc, getVectorType(phase, reduction), high[term]);
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
  SmallVector<Record> result(reductions.size());
  for (unsigned term = 0; term < reductions.size(); ++term)
    if (isMoments(term))
      result[term] = records.fromCentred(count, high[term], centred[2 * term],
                                         centred[2 * term + 1]);
  return result;
}

SmallVector<Record> MomentsEmitter::emit(OpBuilder &b) {
  SmallVector<Value> sums = emitFirstPass(b);
  RecordMath records(b, loc);
  SmallVector<Record> result(reductions.size());
  for (unsigned term = 0; term < reductions.size(); ++term)
    if (!isMoments(term))
      result[term] = records.fromSum(count, sums[term * getFirstSums()]);
  auto mergeMoments = [&](auto &&choose) {
    for (unsigned term = 0; term < reductions.size(); ++term)
      if (isMoments(term))
        result[term] = choose(term);
  };
  if (!anyMoments)
    return result;
  if (!triesOnePass) {
    SmallVector<Record> centred = emitCentred(b, sums);
    mergeMoments([&](unsigned term) { return centred[term]; });
    return result;
  }

  SmallVector<Value> cancels(reductions.size()), fields;
  Value anyCancels;
  mergeMoments([&](unsigned term) {
    Record record = records.fromSums(count, sums[2 * term], sums[2 * term + 1],
                                     cancels[term]);
    llvm::append_range(fields, record.getFields());
    Value any = cancels[term];
    if (isa<VectorType>(any.getType()))
      any = vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, any);
    anyCancels =
        anyCancels ? arith::OrIOp::create(b, loc, anyCancels, any) : any;
    return record;
  });
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(fields)),
                                  anyCancels, /*withElseRegion=*/true);
  OpBuilder two = branch.getThenBodyBuilder();
  SmallVector<Record> centred = emitCentred(two, sums);
  // Whether another row or lane cancels must not change the bits of this one.
  SmallVector<Value> chosen;
  for (unsigned term = 0; term < reductions.size(); ++term)
    if (isMoments(term))
      for (auto [exact, plain] :
           llvm::zip_equal(centred[term].getFields(), result[term].getFields()))
        chosen.push_back(
            arith::SelectOp::create(two, loc, cancels[term], exact, plain));
  scf::YieldOp::create(two, loc, chosen);
  OpBuilder one = branch.getElseBodyBuilder();
  scf::YieldOp::create(one, loc, fields);
  ValueRange merged = branch.getResults();
  mergeMoments([&](unsigned term) {
    unsigned size = result[term].getFields().size();
    Record record = Record::get(count, merged.take_front(size));
    merged = merged.drop_front(size);
    return record;
  });
  return result;
}

SmallVector<Record> bnc::emitChunkRecords(OpBuilder &b, PhaseContext &phase,
                                          ArrayRef<Operation *> reductions,
                                          Value count, ChunkPass pass) {
  return MomentsEmitter(phase, reductions, count, pass).emit(b);
}
