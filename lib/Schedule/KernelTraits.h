// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What of a kernel decides its schedule.

#ifndef BNC_LIB_SCHEDULE_KERNELTRAITS_H
#define BNC_LIB_SCHEDULE_KERNELTRAITS_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include <cstdint>
#include <optional>

namespace bnc {

/// Bytes of one row in the compute type, or nothing if dynamic.
std::optional<int64_t> getRowBytes(const KernelStructure &structure);

/// Whether what a kernel reads an element of at every point has 16 bits.
bool isNarrow(const KernelStructure &structure);

/// Whether outputs take more than the inputs at their points, which varies
/// along the innermost dim.
bool loadsAlongLanes(const KernelStructure &structure);

/// The channels of a pixel of a kernel whose innermost dim is kept or split, or
/// nothing if they are dynamic.
std::optional<int64_t> getChannels(const KernelStructure &structure);

/// Bytes of an element of what a kernel reads at every point, or of the compute
/// type.
int64_t getElementBytes(const KernelStructure &structure);

/// Whether sums and what they are made of fill the registers of the target.
bool hasFewRegisters(norm::TargetAttr target);

/// Whether a kernel reads f16 at every point.
bool readsF16(const KernelStructure &structure);

} // namespace bnc

#endif // BNC_LIB_SCHEDULE_KERNELTRAITS_H
