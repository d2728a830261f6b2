// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which planes are so short that what is the same all over one is a table.

#ifndef BNC_LIB_SCHEDULE_SHORTPLANES_H
#define BNC_LIB_SCHEDULE_SHORTPLANES_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

#include <cstdint>

namespace bnc {

/// Where `tables` of a case pays, with data in the caches and in memory.
struct ShortPlanes {
  bool near = false, far = false;
  /// Of a `rows` kernel how many rows make a group, else 0.
  int64_t group = 0;
};

ShortPlanes selectShortPlanes(const KernelStructure &structure,
                              norm::TargetAttr target);

} // namespace bnc

#endif // BNC_LIB_SCHEDULE_SHORTPLANES_H
