// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Cuts the body of a norm.func into kernels.

#include "EmitKernel.h"

#include "bnc/Conversion/Passes.h"

namespace bnc {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

static LogicalResult formKernels(FuncOp func) {
  FailureOr<DimIdentity> identity = DimIdentity::compute(func);
  if (failed(identity))
    return failure();
  Partition partition = Partition::compute(func, *identity);

  Block &body = func.getBody().front();
  Operation *end = body.getTerminator();
  SmallVector<Operation *> spec;
  for (Operation &op : body.without_terminator())
    spec.push_back(&op);
  OpBuilder b(end);
  llvm::DenseMap<Value, Value> stored;
  SmallVector<Value> returned(end->getNumOperands());
  for (unsigned k = 0, e = partition.getKernels().size(); k < e; ++k)
    if (!partition.getKernels()[k].roots.empty())
      emitKernel(b, func, partition, *identity, k, stored, returned);
  end->setOperands(returned);
  for (Operation *op : llvm::reverse(spec))
    op->erase();
  return success();
}

namespace {
struct FormKernelsPass : bnc::impl::FormKernelsPassBase<FormKernelsPass> {
  using FormKernelsPassBase::FormKernelsPassBase;
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>()) {
      // A function that is kernels already stays as it is.
      if (!func.getBody().getOps<KernelOp>().empty())
        continue;
      if (failed(formKernels(func)))
        return signalPassFailure();
    }
  }
};
} // namespace
