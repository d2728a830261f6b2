// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// In which order statistics over pixels add up: docs/decisions/0018.

#ifndef BNC_LIB_SCHEDULE_TURNS_H
#define BNC_LIB_SCHEDULE_TURNS_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc {

/// Steps of statistics in a turn, through the caches and where outputs are
/// stored past them; see CPUCaseAttr.
struct Turns {
  int64_t near = 0, far = 0;
  /// Whether statistics of each fetch the next block.
  bool fetchesNear = false, fetchesFar = true;
};

Turns selectTurns(const KernelStructure &structure, norm::TargetAttr target);

} // namespace bnc

#endif // BNC_LIB_SCHEDULE_TURNS_H
