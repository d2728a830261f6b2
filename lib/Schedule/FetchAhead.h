// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How far ahead kernels fetch what is in memory: docs/decisions/0010.

#ifndef BNC_LIB_SCHEDULE_FETCHAHEAD_H
#define BNC_LIB_SCHEDULE_FETCHAHEAD_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc {

/// What a case for data in memory fetches ahead; see CPUCaseAttr.
struct FetchAhead {
  int64_t prefetch = 0, read = 0, map = 0, write = 0;
};

FetchAhead selectFetchAhead(const KernelStructure &structure,
                            norm::TargetAttr target);

} // namespace bnc

#endif // BNC_LIB_SCHEDULE_FETCHAHEAD_H
