// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Lowers kernels to scalar loops that accumulate in f64.

#include "ScalarEmitter.h"

#include "bnc/Conversion/KernelFrame/PhaseRunner.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/Support/FormatVariadic.h"

namespace bnc {
#define GEN_PASS_DEF_LOWERKERNELSNAIVEPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

/// Emits one kernel: for every kept point its reductions one after the other,
/// then everything that is stored.
class NaiveLowering {
public:
  NaiveLowering(OpBuilder &b, KernelFrame &frame)
      : b(b), loc(frame.getKernel().getLoc()), frame(frame),
        structure(frame.getKernel()),
        coordinates(frame.getKernel().getNumDims()) {}

  void emit();

private:
  using Body = llvm::function_ref<SmallVector<Value>(ValueRange)>;
  using Term = llvm::function_ref<Value(Value)>;

  SmallVector<Value> loop(DimSet dims, ValueRange inits, Body body);
  Value sum(Value input, Term term);
  void reduce(Operation *reduction);
  void storeResults(bool kept);
  Value constant(double value) {
    return arith::ConstantOp::create(b, loc,
                                     b.getFloatAttr(b.getF64Type(), value));
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }

  OpBuilder &b;
  Location loc;
  KernelFrame &frame;
  KernelStructure structure;
  SmallVector<Value> coordinates;
  ScalarEmitter::Records records;
};

} // namespace

/// A nest of loops over `dims`, outermost first, that carries values.
SmallVector<Value> NaiveLowering::loop(DimSet dims, ValueRange inits,
                                       Body body) {
  if (!dims)
    return body(inits);
  unsigned dim = llvm::countr_zero(dims);
  MLIRContext *context = b.getContext();
  auto nest = affine::AffineForOp::create(
      b, loc, ValueRange(), AffineMap::getConstantMap(0, context),
      frame.getExtent(dim),
      AffineMap::get(0, 1, getAffineSymbolExpr(0, context)), 1, inits,
      [&](OpBuilder &nested, Location, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(nested.getInsertionBlock());
        coordinates[dim] = iv;
        SmallVector<Value> next =
            loop(dims & ~(DimSet(1) << dim), carried, body);
        affine::AffineYieldOp::create(b, loc, next);
      });
  return SmallVector<Value>(nest.getResults());
}

/// The sum over the reduced dims of `term` of the f64 element of `input`, with
/// its rounding errors summed beside it (Knuth's two-sum).
Value NaiveLowering::sum(Value input, Term term) {
  Value zero = constant(0);
  SmallVector<Value> sums =
      loop(structure.getReducedDims(), {zero, zero}, [&](ValueRange carried) {
        ScalarEmitter point(b, loc, frame, coordinates, records);
        Value x = convertScalar(b, loc, point.emit(input), b.getF64Type());
        x = term(x);
        Value old = carried[0];
        Value total = add(old, x);
        Value taken = sub(total, old);
        Value lostOld = sub(old, sub(total, taken));
        Value lost = add(lostOld, sub(x, taken));
        return SmallVector<Value>{total, add(carried[1], lost)};
      });
  // An infinite sum has lost NaN.
  Value corrected = add(sums[0], sums[1]);
  Value isFinite = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ORD,
                                         sums[1], sums[1]);
  return arith::SelectOp::create(b, loc, isFinite, corrected, sums[0]);
}

void NaiveLowering::reduce(Operation *reduction) {
  Value input = reduction->getOperand(0);
  ScalarRecord record;
  record.count = emitCount(b, loc, frame, structure.getReducedDims());
  auto square = [&](Value x) -> Value {
    return arith::MulFOp::create(b, loc, x, x);
  };
  if (isa<SumOfSquaresOp>(reduction)) {
    record.sum = sum(input, square);
    records[reduction->getResult(0)] = record;
    return;
  }
  // The mean, what its rounding lost, and the squares around both.
  Value total = sum(input, [](Value x) { return x; });
  Value first = arith::DivFOp::create(b, loc, total, record.count);
  Value rest = sum(input, [&](Value x) { return sub(x, first); });
  Value low = arith::DivFOp::create(b, loc, rest, record.count);
  Value zero = constant(0);
  // NaN where the mean is no number: so is what its rounding lost.
  Value noNumber = sub(first, first);
  Value isFinite =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, noNumber, zero);
  low = arith::SelectOp::create(b, loc, isFinite, low, zero);
  record.mean = add(first, low);
  record.meanLow = arith::SelectOp::create(
      b, loc, isFinite, sub(low, sub(record.mean, first)), noNumber);
  record.sum = sum(input, [&](Value x) {
    return square(sub(sub(x, record.mean), record.meanLow));
  });
  records[reduction->getResult(0)] = record;
}

/// Stores the results over all dims, or those over the kept dims, at the
/// current point: loads come before stores, for a result may share the memory
/// of an input.
void NaiveLowering::storeResults(bool kept) {
  ScalarEmitter point(b, loc, frame, coordinates, records);
  SmallVector<std::pair<unsigned, Value>> stored;
  for (auto [i, value] : llvm::enumerate(
           frame.getKernel().getBlock()->getTerminator()->getOperands()))
    if ((structure.getResultDims(i) != structure.getAllDims()) == kept)
      stored.emplace_back(i, point.emit(value));
  for (auto [i, value] : stored)
    point.store(i, value);
}

void NaiveLowering::emit() {
  loop(structure.getKeptDims(), {}, [&](ValueRange) {
    for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
      for (Operation *reduction : structure.getReductions(stage))
        reduce(reduction);
    loop(structure.getReducedDims(), {}, [&](ValueRange) {
      storeResults(/*kept=*/false);
      return SmallVector<Value>();
    });
    // Last, for what is computed above may read what these overwrite.
    storeResults(/*kept=*/true);
    return SmallVector<Value>();
  });
}

static KernelCode lowerKernel(ModuleOp module, FuncOp func,
                              const WorkspaceLayout &layout, KernelOp kernel,
                              unsigned index) {
  Location loc = kernel.getLoc();
  std::string name = llvm::formatv("{0}.k{1}.p0", func.getSymName(), index);
  KernelCode code;
  code.kernel = kernel;
  PhaseCode &phase = code.phases.emplace_back();
  func::FuncOp function = createPhaseFunction(module, loc, name);
  phase.functions.push_back(function);
  phase.minBytes.push_back(0);
  phase.emitItems = [loc](OpBuilder &b, KernelFrame &) -> Value {
    return arith::ConstantIndexOp::create(b, loc, 1);
  };
  Block &entry = function.getBody().front();
  OpBuilder b = OpBuilder::atBlockEnd(&entry);
  KernelFrame frame(b, loc, func, layout, kernel, entry.getArgument(0));
  NaiveLowering(b, frame).emit();
  func::ReturnOp::create(b, loc);
  return code;
}

namespace {
struct LowerKernelsNaivePass
    : bnc::impl::LowerKernelsNaivePassBase<LowerKernelsNaivePass> {
  using LowerKernelsNaivePassBase::LowerKernelsNaivePassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (FuncOp func : llvm::to_vector(module.getOps<FuncOp>())) {
      WorkspaceLayout layout = WorkspaceLayout::getIntermediates(func);
      SmallVector<KernelCode> code;
      for (auto [i, kernel] :
           llvm::enumerate(func.getBody().getOps<KernelOp>()))
        code.push_back(lowerKernel(module, func, layout, kernel, i));
      createBody(module, func, layout, code);
    }
  }
};
} // namespace
