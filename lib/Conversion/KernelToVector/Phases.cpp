// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The phases a kernel runs as: what they have in common.

#include "bnc/Conversion/KernelToVector/Phases.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

using namespace mlir;
using namespace bnc;

norm::CPUCaseAttr PhaseContext::getStatisticsSchedule() const {
  return getConstantIndex(nontemporal) == 0 ? schedule : nontemporalSchedule;
}

void bnc::emitEachItem(PhaseContext &phase,
                       llvm::function_ref<void(OpBuilder &, Value)> body) {
  emitLoop(phase.b, phase.loc, phase.begin, phase.end, 1, {},
           [&](OpBuilder &nested, Value item, ValueRange) {
             body(nested, item);
             return SmallVector<Value>();
           });
}
