// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Nontemporal stores of half lines, joined: a write-combining buffer is then
// filled at once. LLVM 22 selects no nontemporal store of bf16 vectors, and it
// looks through casts and concatenations to find that a store is one; a
// permutation of 64-bit elements it takes as it is, and what an empty piece of
// assembly gives.

#include "bnc/Emit/NontemporalLines.h"

#include "OpaqueValue.h"

#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicsX86.h"

using namespace llvm;
using namespace bnc;

static constexpr uint64_t halfBytes = 32;

static bool isHalfStore(const StoreInst &store, const DataLayout &layout) {
  return store.hasMetadata(LLVMContext::MD_nontemporal) &&
         layout.getTypeStoreSize(store.getValueOperand()->getType()) ==
             halfBytes;
}

/// Whether `store` is one of a line of bf16.
static bool isLineOfBF16(const StoreInst &store, const DataLayout &layout) {
  Type *type = store.getValueOperand()->getType();
  return store.hasMetadata(LLVMContext::MD_nontemporal) &&
         layout.getTypeStoreSize(type) == 2 * halfBytes &&
         type->getScalarType()->isBFloatTy();
}

/// Stores the same bits as integers that nothing is known of.
static void hideType(StoreInst &store) {
  IRBuilder<> b(&store);
  Type *quads = FixedVectorType::get(b.getInt64Ty(), 8);
  Value *bits = b.CreateBitCast(store.getValueOperand(), quads);
  store.setOperand(0, createOpaque(b, bits, "v"));
}

static Value *widen(IRBuilder<> &b, Value *half) {
  Type *quads = FixedVectorType::get(b.getInt64Ty(), 4);
  int mask[] = {0, 1, 2, 3, -1, -1, -1, -1};
  return b.CreateShuffleVector(b.CreateBitCast(half, quads), mask);
}

static void join(StoreInst *low, StoreInst *high) {
  IRBuilder<> b(high);
  Constant *order = ConstantDataVector::get(
      b.getContext(), ArrayRef<uint64_t>{0, 1, 2, 3, 8, 9, 10, 11});
  Value *line = b.CreateIntrinsic(Intrinsic::x86_avx512_vpermi2var_q_512, {},
                                  {widen(b, low->getValueOperand()), order,
                                   widen(b, high->getValueOperand())});
  StoreInst *store = b.CreateAlignedStore(line, low->getPointerOperand(),
                                          Align(2 * halfBytes));
  store->setMetadata(LLVMContext::MD_nontemporal,
                     low->getMetadata(LLVMContext::MD_nontemporal));
  low->eraseFromParent();
  high->eraseFromParent();
}

PreservedAnalyses
bnc::NontemporalLinesPass::run(Function &function,
                               FunctionAnalysisManager &analyses) {
  auto &target = analyses.getResult<TargetIRAnalysis>(function);
  if (target.getRegisterBitWidth(TargetTransformInfo::RGK_FixedWidthVector) <
      512)
    return PreservedAnalyses::all();
  const DataLayout &layout = function.getDataLayout();
  bool changed = false;
  for (BasicBlock &block : function) {
    // The low halves that wait for a high one.
    SmallVector<StoreInst *> waiting;
    for (Instruction &instruction : make_early_inc_range(block)) {
      auto *store = dyn_cast<StoreInst>(&instruction);
      if (store && isLineOfBF16(*store, layout)) {
        hideType(*store);
        changed = true;
        continue;
      }
      if (!store || !isHalfStore(*store, layout))
        continue;
      if (store->getAlign().value() >= 2 * halfBytes) {
        waiting.push_back(store);
        continue;
      }
      auto &evolution = analyses.getResult<ScalarEvolutionAnalysis>(function);
      auto *low = find_if(waiting, [&](StoreInst *other) {
        return evolution.computeConstantDifference(
                   evolution.getSCEV(store->getPointerOperand()),
                   evolution.getSCEV(other->getPointerOperand())) == halfBytes;
      });
      if (low == waiting.end())
        continue;
      join(*low, store);
      waiting.erase(low);
      changed = true;
    }
  }
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
