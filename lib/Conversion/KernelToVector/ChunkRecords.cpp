// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From the terms of a chunk to the records of its reductions: one pass, or the
// corrected two-pass where one would cancel.

#include "bnc/Conversion/KernelToVector/ChunkRecords.h"

#include "bnc/Conversion/KernelToVector/LaneByLane.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static bool isMoments(Operation *reduction) {
  return isa<MomentsOp>(reduction);
}

ChunkRecords::ChunkRecords(PhaseContext &phase, SmallVector<Operation *> terms)
    : phase(phase), loc(phase.loc), terms(std::move(terms)) {
  for (auto [term, reduction] : llvm::enumerate(this->terms))
    if (isMoments(reduction))
      moments.push_back(term);
  // f64 carries the mean as a pair, which a plain sum has not.
  triesOnePass = !moments.empty() && phase.structure.getComputeType().isF32();
}

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

void ChunkRecords::addFirst(OpBuilder &b, unsigned term, Value x,
                            llvm::function_ref<Value(Value)> maskOff,
                            MutableArrayRef<Value> sums) const {
  x = maskOff(x);
  if (!isMoments(terms[term])) {
    sums[0] = addSquare(b, x, sums[0]);
    return;
  }
  sums[0] = arith::AddFOp::create(b, loc, sums[0], x);
  if (triesOnePass)
    sums[1] = addSquare(b, x, sums[1]);
}

const KernelArray *ChunkRecords::getPlainInput(unsigned term) const {
  auto widened = terms[term]->getOperand(0).getDefiningOp<arith::ExtFOp>();
  auto argument =
      widened ? dyn_cast<BlockArgument>(widened.getIn()) : BlockArgument();
  KernelOp kernel = phase.frame.getKernel();
  if (!argument || argument.getArgNumber() >= kernel.getInputs().size())
    return nullptr;
  const KernelArray &array = phase.frame.getInput(argument.getArgNumber());
  bool isAlong = array.getDimSet() >> (kernel.getNumDims() - 1) & 1;
  return array.element.isBF16() && isAlong ? &array : nullptr;
}

bool ChunkRecords::addsPairs() const {
  if (!phase.plan.getPairs() || !phase.target.bf16)
    return false;
  for (unsigned term = 0; term < terms.size(); ++term)
    if (!getPlainInput(term))
      return false;
  return true;
}

void ChunkRecords::addFirstPairs(OpBuilder &b, unsigned term, Value pairs,
                                 MutableArrayRef<Value> sums) const {
  unsigned squares = 0;
  if (isMoments(terms[term])) {
    Value ones = makeFloat(b, loc, pairs.getType(), 1.0);
    sums[0] = emitDot(b, loc, sums[0], pairs, ones);
    squares = 1;
  }
  sums[squares] = emitDot(b, loc, sums[squares], pairs, pairs);
}

void ChunkRecords::addCentred(OpBuilder &b, unsigned term, Value pivot, Value x,
                              llvm::function_ref<Value(Value)> maskOff,
                              MutableArrayRef<Value> sums) const {
  if (!isMoments(terms[term]))
    return;
  Value d = maskOff(arith::SubFOp::create(b, loc, x, pivot));
  sums[0] = arith::AddFOp::create(b, loc, sums[0], d);
  sums[1] = addSquare(b, d, sums[1]);
}

void ChunkRecords::emitCentred(OpBuilder &b, ArrayRef<Value> sums, Value count,
                               CentredPass second,
                               MutableArrayRef<Record> records) const {
  RecordMath math(b, loc);
  SmallVector<Value> high(terms.size());
  for (unsigned term : moments)
    high[term] = math.roundedMean(sums[term * getFirstSums()], count);
  SmallVector<Value> centred = second(b, high);
  for (unsigned term : moments)
    records[term] = math.fromCentred(count, high[term], centred[2 * term],
                                     centred[2 * term + 1]);
}

void ChunkRecords::emitOnePass(OpBuilder &b, ArrayRef<Value> sums, Value count,
                               ArrayRef<Value> inUse, CentredPass second,
                               MutableArrayRef<Record> records) const {
  RecordMath math(b, loc);
  SmallVector<Value> cancels(terms.size()), fields;
  Value anyCancels;
  for (unsigned term : moments) {
    records[term] =
        math.fromSums(count, sums[2 * term], sums[2 * term + 1], cancels[term]);
    llvm::append_range(fields, records[term].getFields());
    Value any = cancels[term];
    if (isa<VectorType>(any.getType()))
      any = emitAny(b, loc, any, inUse[term]);
    anyCancels =
        anyCancels ? arith::OrIOp::create(b, loc, anyCancels, any) : any;
  }
  auto branch = scf::IfOp::create(b, loc, TypeRange(ValueRange(fields)),
                                  anyCancels, /*withElseRegion=*/true);
  OpBuilder two = branch.getThenBodyBuilder();
  SmallVector<Record> centred(terms.size());
  emitCentred(two, sums, count, second, centred);
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

SmallVector<Record> ChunkRecords::emit(OpBuilder &b, ArrayRef<Value> sums,
                                       Value count, ArrayRef<Value> inUse,
                                       CentredPass second) const {
  SmallVector<Record> records(terms.size());
  for (auto [term, reduction] : llvm::enumerate(terms))
    if (!isMoments(reduction))
      records[term] =
          RecordMath(b, loc).fromSum(count, sums[term * getFirstSums()]);
  if (triesOnePass)
    emitOnePass(b, sums, count, inUse, second, records);
  else if (!moments.empty())
    emitCentred(b, sums, count, second, records);
  return records;
}
