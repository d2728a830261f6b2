// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Lowers kernels to scalar loops in f64: no plan, no schedule, no vectors.

#include "bnc/Conversion/KernelFrame/PhaseRunner.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"
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

/// Loops over `dims` of `point`, outermost first, around `body`.
static void
emitLoops(OpBuilder &b, const EmissionContext &context, DimSet dims,
          Point point, PointEmitter *outer,
          llvm::function_ref<void(OpBuilder &, PointEmitter &)> body) {
  DimSet all = dims;
  std::function<void(OpBuilder &, Point, unsigned)> nest =
      [&](OpBuilder &nested, Point at, unsigned dim) {
        while (dim < 64 && !(all >> dim & 1))
          ++dim;
        if (dim == 64) {
          at.ownDims = all;
          PointEmitter emitter(nested, context, at, outer);
          emitter.moveTo(nested);
          body(nested, emitter);
          return;
        }
        Value zero = LoopMath(nested, context.loc).constant(0);
        emitLoop(nested, context.loc, zero, context.frame.getExtent(dim), 1, {},
                 [&](OpBuilder &inner, Value iv, ValueRange) {
                   Point next = at;
                   next.coordinates[dim] = iv;
                   nest(inner, next, dim + 1);
                   return SmallVector<Value>();
                 });
      };
  nest(b, std::move(point), 0);
}

/// One kept point: its reductions in order, then all of its outputs.
static void emitKeptPoint(OpBuilder &b, const EmissionContext &context,
                          PointEmitter &kept) {
  const KernelStructure &structure = context.structure;
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
    for (Operation *reduction : structure.getReductions(stage)) {
      kept.moveTo(b);
      Record record = emitColdRecord(b, context, reduction, kept);
      kept.moveTo(b);
      kept.setRecord(reduction->getResult(0), record);
    }
  // Kept results are stored last: they may share memory with an argument that
  // the outputs read.
  SmallVector<std::pair<Value, MapOutput>> keptStores;
  for (const MapOutput &output : listKeptOutputs(context))
    keptStores.push_back({kept.emit(output.value), output});
  kept.moveTo(b);
  emitLoops(b, context, structure.getReducedDims(), kept.getPoint(), &kept,
            [&](OpBuilder &, PointEmitter &element) {
              for (const MapOutput &output : listMapOutputs(context))
                element.store(element.emit(output.value), *output.array);
            });
  kept.moveTo(b);
  for (auto &[value, output] : keptStores)
    kept.store(value, *output.array);
}

static PhaseCode lowerKernel(ModuleOp module, FuncOp func,
                             const WorkspaceLayout &layout, KernelOp kernel,
                             unsigned index) {
  Location loc = kernel.getLoc();
  std::string name =
      llvm::formatv("{0}.k{1}.naive", func.getSymName(), index).str();
  func::FuncOp function = createPhaseFunction(module, loc, name);
  Block &entry = function.getBody().front();
  OpBuilder b = OpBuilder::atBlockEnd(&entry);
  KernelFrame frame(b, loc, func, layout, kernel, entry.getArgument(0));
  KernelStructure structure(kernel);
  EmissionContext context{loc, structure, frame, VectorTarget()};
  Point point;
  point.coordinates.resize(kernel.getNumDims());
  emitLoops(b, context, structure.getKeptDims(), point, nullptr,
            [&](OpBuilder &body, PointEmitter &kept) {
              emitKeptPoint(body, context, kept);
            });
  func::ReturnOp::create(b, loc);
  PhaseCode phase;
  phase.functions.push_back(function);
  phase.minBytes.push_back(0);
  phase.emitItems = [loc](OpBuilder &builder, KernelFrame &) {
    return LoopMath(builder, loc).constant(1);
  };
  return phase;
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
      for (auto [i, kernel] : llvm::enumerate(
               llvm::to_vector(func.getBody().getOps<KernelOp>()))) {
        KernelCode &kernelCode = code.emplace_back();
        kernelCode.kernel = kernel;
        kernelCode.phases.push_back(
            lowerKernel(module, func, layout, kernel, i));
      }
      createBody(module, func, layout, code);
    }
  }
};

} // namespace
