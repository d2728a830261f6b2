// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Draws random specs from seeds.

#ifndef BNC_TEST_PROPERTY_DRAW_H
#define BNC_TEST_PROPERTY_DRAW_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bnc {

/// A dim of a drawn spec.
struct DrawnDim {
  std::string name;
  int64_t extent;
  bool dynamic;
};

/// What an argument of a drawn spec may hold.
struct DrawnArgument {
  enum class Fill {
    Normal,   ///< offset + scale * normal
    Positive, ///< as Normal, but its absolute value
    Constant  ///< offset: a scalar
  };
  Fill fill;
  double offset = 0;
  double scale = 1;
};

/// A function @f and the extents and values to run it with.
struct DrawnSpec {
  /// Op, dtype and layout, which follow from the seed alone.
  std::string cell;
  std::string text;
  std::vector<DrawnDim> dims;
  /// One per argument port.
  std::vector<DrawnArgument> arguments;
};

/// Number of cells: any so many consecutive seeds have each of them once.
uint64_t getNumCells();

/// The spec of `seed`. `allStatic` writes the extents of its dynamic dims into
/// the text and changes nothing else.
DrawnSpec drawSpec(uint64_t seed, bool allStatic);

} // namespace bnc

#endif // BNC_TEST_PROPERTY_DRAW_H
