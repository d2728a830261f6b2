// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How many rows or pixels are computed at once.

#ifndef BNC_LIB_SCHEDULE_ROWSATONCE_H
#define BNC_LIB_SCHEDULE_ROWSATONCE_H

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

#include <cstdint>
#include <optional>

namespace bnc {

/// Rows or pixels that are computed at once, with data in the caches and in
/// memory.
struct RowsAtOnce {
  int64_t near = 1, far = 1;
  /// Whether what is computed once a row is computed for a batch of them.
  bool batch = false, farBatch = false;
  /// Whether what is the same all over a plane is a table (ShortPlanes.h).
  bool tables = false, farTables = false;
  /// If set, from these quarters of the last level's share on it is one, though
  /// stores still go through the caches.
  std::optional<int64_t> oneFromQuarters = std::nullopt;
};

RowsAtOnce selectRowsAtOnce(const KernelStructure &structure,
                            norm::TargetAttr target);

} // namespace bnc

#endif // BNC_LIB_SCHEDULE_ROWSATONCE_H
