// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Holds a drawn spec to what every spec promises.

#ifndef BNC_TEST_PROPERTY_COMPARE_H
#define BNC_TEST_PROPERTY_COMPARE_H

#include "Draw.h"

#include <optional>
#include <string>

namespace bnc {

/// What to do beside the draw.
struct CompareOptions {
  /// A row of the target table that runs here.
  std::string target;
  /// Run every hard input that fits, not only random ones and one of them.
  bool hardInputs = false;
};

/// Compiles the spec of `seed` in every way and holds
/// - the naive and the scheduled code to the bounds of the reference;
/// - every schedule case, thread count, placement of the buffers, and the
///   same spec with all extents static, to the bits of the first run.
/// Returns what was violated first.
std::optional<std::string> findViolation(uint64_t seed,
                                         const CompareOptions &options);

} // namespace bnc

#endif // BNC_TEST_PROPERTY_COMPARE_H
