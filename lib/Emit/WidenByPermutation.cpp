// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Halves of a register of bf16, widened by one permutation each. LLVM 22 takes
// a permutation of two registers, one of them zero, and copies the indices that
// it overwrites; a mask that it knows it turns back into that.

#include "bnc/Emit/WidenByPermutation.h"

#include "OpaqueValue.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicsX86.h"
#include "llvm/IR/PatternMatch.h"

using namespace llvm;
using namespace bnc;

static constexpr unsigned words = 32;

/// The vector of which `shuffle` widens a half, and where the half begins;
/// null if it does something else.
static std::pair<Value *, unsigned> matchWidening(ShuffleVectorInst &shuffle) {
  auto *type = dyn_cast<FixedVectorType>(shuffle.getType());
  if (!type || type->getNumElements() != words ||
      !type->getElementType()->isIntegerTy(16) ||
      shuffle.getOperand(0)->getType() != type)
    return {};
  bool zeroFirst = match(shuffle.getOperand(0), PatternMatch::m_Zero());
  if (!zeroFirst && !match(shuffle.getOperand(1), PatternMatch::m_Zero()))
    return {};
  auto isZero = [&](int index) {
    return index >= 0 && (unsigned(index) < words) == zeroFirst;
  };
  ArrayRef<int> mask = shuffle.getShuffleMask();
  if (isZero(mask[1]) || mask[1] < 0)
    return {};
  unsigned begin = mask[1] % words;
  if (begin != 0 && begin != words / 2)
    return {};
  for (unsigned i = 0; i < words; i += 2)
    if (!isZero(mask[i]) || isZero(mask[i + 1]) ||
        mask[i + 1] % words != begin + i / 2)
      return {};
  return {shuffle.getOperand(zeroFirst ? 1 : 0), begin};
}

/// The odd words, as a mask of which nothing is known.
static Value *createOddWords(Function &function) {
  IRBuilder<> b(&function.getEntryBlock(),
                function.getEntryBlock().getFirstInsertionPt());
  Value *bits = createOpaque(b, b.getInt32(0xaaaaaaaa), "r");
  return b.CreateBitCast(bits, FixedVectorType::get(b.getInt1Ty(), words));
}

static void replace(ShuffleVectorInst &shuffle, Value *from, unsigned begin,
                    Value *oddWords) {
  IRBuilder<> b(&shuffle);
  SmallVector<uint16_t> order;
  for (unsigned i = 0; i < words; ++i)
    order.push_back(begin + i / 2);
  Value *permuted =
      b.CreateIntrinsic(Intrinsic::x86_avx512_permvar_hi_512, {},
                        {from, ConstantDataVector::get(b.getContext(), order)});
  shuffle.replaceAllUsesWith(b.CreateSelect(
      oddWords, permuted, Constant::getNullValue(shuffle.getType())));
  shuffle.eraseFromParent();
}

PreservedAnalyses
bnc::WidenByPermutationPass::run(Function &function,
                                 FunctionAnalysisManager &analyses) {
  Value *oddWords = nullptr;
  for (BasicBlock &block : function)
    for (Instruction &instruction : make_early_inc_range(block))
      if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction))
        if (auto [from, begin] = matchWidening(*shuffle); from) {
          if (!oddWords)
            oddWords = createOddWords(function);
          replace(*shuffle, from, begin, oddWords);
        }
  return oddWords ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
