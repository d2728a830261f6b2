// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Instruction sets as callers name them.

#include "bnc/Target/CPU/InstructionSet.h"

#include "bnc/abi.h"

using namespace mlir;
using namespace bnc;

int bnc::getISALevel(norm::TargetAttr target) {
  if (target.getFeatures().contains("avx512fp16"))
    return BNC_ISA_X86_64_V4_FP16;
  if (target.getFeatures().contains("avx512bf16"))
    return BNC_ISA_X86_64_V4_BF16;
  if (target.getMasks() || target.getVectorBits() > 256)
    return BNC_ISA_X86_64_V4;
  return target.getFma() || target.getF16c() || target.getVectorBits() > 128
             ? BNC_ISA_X86_64_V3
             : BNC_ISA_X86_64_V2;
}

SmallVector<norm::TargetAttr> bnc::getTargets(ModuleOp module) {
  if (auto several = module->getAttrOfType<ArrayAttr>("norm.targets"))
    return llvm::to_vector(several.getAsRange<norm::TargetAttr>());
  if (auto one = module->getAttrOfType<norm::TargetAttr>("norm.target"))
    return {one};
  return {};
}

std::string bnc::printTargets(ArrayRef<norm::TargetAttr> targets) {
  std::string text;
  for (norm::TargetAttr target : targets)
    text += (text.empty() ? "" : ",") + target.getName().str();
  return text;
}
