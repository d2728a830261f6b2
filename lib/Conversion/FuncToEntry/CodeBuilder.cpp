// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// LLVM dialect ops with less ceremony.

#include "CodeBuilder.h"

#include "bnc/Conversion/KernelFrame/PhaseRunner.h"

#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace bnc;

LLVM::LLVMPointerType CodeBuilder::getPointerType() {
  return LLVM::LLVMPointerType::get(getContext());
}

Value CodeBuilder::i1(bool value) {
  return LLVM::ConstantOp::create(*this, getI1Type(), getBoolAttr(value));
}

Value CodeBuilder::i32(int64_t value) {
  return LLVM::ConstantOp::create(*this, getI32Type(),
                                  getI32IntegerAttr(value));
}

Value CodeBuilder::i64(int64_t value) {
  return LLVM::ConstantOp::create(*this, getI64Type(),
                                  getI64IntegerAttr(value));
}

Value CodeBuilder::null() {
  return LLVM::ZeroOp::create(*this, getPointerType());
}

Value CodeBuilder::compare(Predicate predicate, Value a, Value b) {
  return LLVM::ICmpOp::create(*this, predicate, a, b);
}

Value CodeBuilder::both(Value a, Value b) {
  return a ? LLVM::AndOp::create(*this, a, b).getResult() : b;
}

Value CodeBuilder::either(Value a, Value b) {
  return a ? LLVM::OrOp::create(*this, a, b).getResult() : b;
}

Value CodeBuilder::field(Type type, Value base, unsigned index) {
  return LLVM::GEPOp::create(*this, getPointerType(), type, base,
                             ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
}

template <typename OpTy>
static Value checked(CodeBuilder &b, Value lhs, Value rhs, Value &overflow) {
  auto pair = LLVM::LLVMStructType::getLiteral(b.getContext(),
                                               {b.getI64Type(), b.getI1Type()});
  Value both = OpTy::create(b, pair, lhs, rhs);
  overflow = b.either(overflow, LLVM::ExtractValueOp::create(b, both, 1));
  return LLVM::ExtractValueOp::create(b, both, 0);
}

Value CodeBuilder::multiply(Value a, Value b, Value &overflow) {
  return checked<LLVM::SMulWithOverflowOp>(*this, a, b, overflow);
}

Value CodeBuilder::add(Value a, Value b, Value &overflow) {
  return checked<LLVM::SAddWithOverflowOp>(*this, a, b, overflow);
}

Value CodeBuilder::stackSlot(Type type) {
  InsertionGuard guard(*this);
  setInsertionPointToStart(&getBlock()->getParent()->front());
  return LLVM::AllocaOp::create(*this, getPointerType(), type, i64(1));
}

void CodeBuilder::branchIf(Value taken, Block *target, ValueRange operands) {
  Block *next = createBlock(getBlock()->getParent(),
                            std::next(getBlock()->getIterator()));
  setInsertionPointToEnd(&*std::prev(next->getIterator()));
  LLVM::CondBrOp::create(*this, taken, target, operands, next, ValueRange());
  setInsertionPointToEnd(next);
}

LLVM::LLVMFuncOp CodeBuilder::function(ModuleOp module, StringRef name,
                                       Type result, ArrayRef<Type> parameters,
                                       LLVM::Linkage linkage) {
  setInsertionPointToEnd(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(result, parameters);
  auto func = LLVM::LLVMFuncOp::create(*this, name, type, linkage);
  func.setTargetCpu(baselineCPU);
  optimizeForSize(func);
  setInsertionPointToEnd(func.addEntryBlock(*this));
  return func;
}
