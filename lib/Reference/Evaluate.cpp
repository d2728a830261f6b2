// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Runs a spec op by op.

#include "Evaluation.h"
#include "Real.h"

#include "bnc/Reference/Reference.h"

#include "llvm/ADT/DenseMap.h"

#include <memory>

using namespace bnc;
using namespace bnc::norm;
using namespace bnc::reference;
using namespace mlir;

/// Whether anything in `func` is computed in f64.
static bool hasF64Tensor(FuncOp func) {
  auto isF64 = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.getElementType().isF64();
  };
  return func
      .walk([&](Operation *op) {
        return llvm::any_of(op->getOperandTypes(), isF64) ||
                       llvm::any_of(op->getResultTypes(), isF64)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

template <typename Real>
static FailureOr<SmallVector<Tensor>> run(FuncOp func,
                                          ArrayRef<Tensor> arguments) {
  llvm::DenseMap<Value, std::unique_ptr<Tensor>> made;
  llvm::DenseMap<Value, const Tensor *> tensors;
  // Values that no later op reads are let go: specs run near the memory cap.
  llvm::DenseMap<Value, unsigned> usesLeft;
  Block &body = func.getBody().front();
  for (auto [value, argument] : llvm::zip_equal(body.getArguments(), arguments))
    tensors[value] = &argument;

  for (Operation &op : body.without_terminator()) {
    SmallVector<const Tensor *> operands;
    for (Value operand : op.getOperands())
      operands.push_back(tensors.lookup(operand));
    SmallVector<Tensor> results;
    if (FailureOr<Tensor> result = evaluateElementwise<Real>(&op, operands);
        succeeded(result)) {
      results.push_back(std::move(*result));
    } else {
      FailureOr<SmallVector<Tensor>> all =
          evaluateNormalization<Real>(&op, operands);
      if (failed(all))
        return op.emitError("the reference cannot evaluate '")
               << op.getName() << "'";
      results = std::move(*all);
    }
    for (auto [value, result] : llvm::zip_equal(op.getResults(), results)) {
      made[value] = std::make_unique<Tensor>(std::move(result));
      tensors[value] = made[value].get();
      usesLeft[value] = std::distance(value.use_begin(), value.use_end());
    }
    for (Value operand : op.getOperands())
      if (auto it = usesLeft.find(operand);
          it != usesLeft.end() && --it->second == 0)
        made.erase(operand);
  }

  SmallVector<Tensor> results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(*tensors.lookup(value));
  return results;
}

FailureOr<SmallVector<Tensor>> reference::evaluate(FuncOp func,
                                                   ArrayRef<Tensor> arguments) {
  return hasF64Tensor(func) ? run<Wide>(func, arguments)
                            : run<double>(func, arguments);
}
