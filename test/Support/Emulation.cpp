// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Code for 512-bit vectors on a processor that has none.

#include "Emulation.h"

#include "bnc/Target/CPU/TargetTable.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsX86.h"

#include <numeric>

using namespace bnc;
using namespace llvm;

static constexpr StringLiteral hostCPU = "x86-64-v3";

bool bnc::canEmulate(norm::TargetAttr target) {
  return target.getVectorBits() == 512 && hostCanRun(hostCPU, "");
}

static unsigned getLanes(Value *vector) {
  return cast<FixedVectorType>(vector->getType())->getNumElements();
}

/// Lanes of `first`, then `second`, that `index` numbers, modulo how many there
/// are.
static Value *permute(IRBuilder<> &b, Value *first, Value *second,
                      Value *index) {
  unsigned lanes = getLanes(first), all = lanes * (second ? 2 : 1);
  Value *table = first;
  if (second) {
    SmallVector<int> order(all);
    std::iota(order.begin(), order.end(), 0);
    table = b.CreateShuffleVector(first, second, order);
  }
  Value *result = PoisonValue::get(first->getType());
  for (unsigned lane = 0; lane < lanes; ++lane) {
    Value *from = b.CreateExtractElement(index, lane);
    from = b.CreateAnd(from, ConstantInt::get(from->getType(), all - 1));
    result = b.CreateInsertElement(result, b.CreateExtractElement(table, from),
                                   lane);
  }
  return result;
}

/// `wide`, f32, as the instructions round it: to nearest even, subnormals to 0.
static Value *roundToBF16(IRBuilder<> &b, Value *wide, Type *type) {
  Type *words = wide->getType()->getWithNewType(b.getInt32Ty());
  auto word = [&](uint32_t value) { return ConstantInt::get(words, value); };
  Value *bits = b.CreateBitCast(wide, words);
  Value *odd = b.CreateAnd(b.CreateLShr(bits, word(16)), word(1));
  Value *rounded = b.CreateAdd(bits, b.CreateAdd(odd, word(0x7fff)));
  Value *isSmall = b.CreateICmpEQ(b.CreateAnd(bits, word(0x7f800000)), word(0));
  Value *zero = b.CreateAnd(bits, word(0x80000000));
  rounded = b.CreateSelect(isSmall, zero, rounded);
  Value *isNaN = b.CreateFCmpUNO(wide, wide);
  rounded = b.CreateSelect(isNaN, b.CreateOr(bits, word(0x400000)), rounded);
  Value *upper = b.CreateTrunc(b.CreateLShr(rounded, word(16)),
                               words->getWithNewType(b.getInt16Ty()));
  return b.CreateBitCast(upper, type);
}

/// The even or odd lanes of a vector of bf16, as f32.
static Value *widenEvery(IRBuilder<> &b, Value *pairs, int parity) {
  SmallVector<int> lanes;
  for (unsigned lane = parity; lane < getLanes(pairs); lane += 2)
    lanes.push_back(lane);
  Value *half = b.CreateShuffleVector(pairs, lanes);
  return b.CreateFPExt(half, half->getType()->getWithNewType(b.getFloatTy()));
}

/// acc + the products of two pairs, the odd ones first.
static Value *addProducts(IRBuilder<> &b, CallInst &call) {
  Value *sum = call.getArgOperand(0);
  for (int parity : {1, 0})
    sum =
        b.CreateIntrinsic(Intrinsic::fma, {sum->getType()},
                          {widenEvery(b, call.getArgOperand(1), parity),
                           widenEvery(b, call.getArgOperand(2), parity), sum});
  return sum;
}

/// value * 2^power for whole powers, rounded once: f64 has room for all that
/// f32 tells apart.
static Value *scale(IRBuilder<> &b, Value *value, Value *power) {
  Type *type = value->getType();
  Type *wide = type->getWithNewType(b.getDoubleTy());
  Type *words = type->getWithNewType(b.getInt64Ty());
  Value *bounded =
      b.CreateMinNum(b.CreateMaxNum(power, ConstantFP::get(type, -300.0)),
                     ConstantFP::get(type, 300.0));
  Value *exponent = b.CreateAdd(b.CreateFPToSI(bounded, words),
                                ConstantInt::get(words, 1023));
  Value *factor =
      b.CreateBitCast(b.CreateShl(exponent, ConstantInt::get(words, 52)), wide);
  Value *scaled = b.CreateFMul(b.CreateFPExt(value, wide), factor);
  return b.CreateSelect(b.CreateFCmpUNO(power, power), power,
                        b.CreateFPTrunc(scaled, type));
}

/// What stands for `call`, null if it may stay.
static Value *replace(IRBuilder<> &b, CallInst &call) {
  if (auto *text = dyn_cast<InlineAsm>(call.getCalledOperand())) {
    bool isNothing = text->getAsmString().empty() &&
                     call.getType()->isVectorTy() && call.arg_size() == 1;
    return isNothing ? call.getArgOperand(0) : nullptr;
  }
  auto argument = [&](unsigned i) { return call.getArgOperand(i); };
  switch (call.getIntrinsicID()) {
  case Intrinsic::x86_avx512_permvar_hi_512:
  case Intrinsic::x86_avx512_permvar_si_512:
    return permute(b, argument(0), nullptr, argument(1));
  case Intrinsic::x86_avx512_vpermi2var_q_512:
    return permute(b, argument(0), argument(2), argument(1));
  case Intrinsic::x86_avx512bf16_cvtne2ps2bf16_512: {
    SmallVector<int> order(2 * getLanes(argument(0)));
    std::iota(order.begin(), order.end(), 0);
    Value *both = b.CreateShuffleVector(argument(1), argument(0), order);
    return roundToBF16(b, both, call.getType());
  }
  case Intrinsic::x86_avx512bf16_dpbf16ps_256:
  case Intrinsic::x86_avx512bf16_dpbf16ps_512:
    return addProducts(b, call);
  case Intrinsic::x86_avx512_mask_scalef_ps_256:
  case Intrinsic::x86_avx512_mask_scalef_ps_512:
    return scale(b, argument(0), argument(1));
  default:
    return nullptr;
  }
}

static void emulate(Function &function) {
  for (Instruction &instruction :
       make_early_inc_range(instructions(function))) {
    IRBuilder<> b(&instruction);
    Value *stands = nullptr;
    if (auto *call = dyn_cast<CallInst>(&instruction))
      stands = replace(b, *call);
    else if (auto *narrow = dyn_cast<FPTruncInst>(&instruction))
      if (narrow->getType()->getScalarType()->isBFloatTy())
        stands = roundToBF16(b, narrow->getOperand(0), narrow->getType());
    if (!stands)
      continue;
    instruction.replaceAllUsesWith(stands);
    instruction.eraseFromParent();
  }
}

/// Adds what LLVM calls where it puts a bf16 into a vector: it returns one in
/// the register of a float.
static void addRounding(Module &module) {
  LLVMContext &context = module.getContext();
  Type *wide = Type::getFloatTy(context);
  auto *function =
      Function::Create(FunctionType::get(wide, {wide}, false),
                       GlobalValue::ExternalLinkage, "__truncsfbf2", module);
  IRBuilder<> b(BasicBlock::Create(context, "", function));
  Value *bits = roundToBF16(b, function->getArg(0), b.getInt16Ty());
  b.CreateRet(b.CreateBitCast(b.CreateZExt(bits, b.getInt32Ty()), wide));
}

void bnc::emulate(Module &module) {
  addRounding(module);
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    ::emulate(function);
    // What runs before the processor is known is for any.
    if (function.getFnAttribute("target-cpu").getValueAsString() == "x86-64")
      continue;
    function.addFnAttr("target-cpu", hostCPU);
    function.addFnAttr("target-features", "");
    function.addFnAttr("prefer-vector-width", "256");
  }
  // All bits but the one for a bad environment: docs/Abi.md, the choice of the
  // variant.
  if (GlobalVariable *known = module.getNamedGlobal("bnc.cpu"))
    known->setInitializer(
        ConstantInt::get(known->getValueType(), ~uint64_t(2)));
}
