// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Random numbers that are the same on every machine.

#ifndef BNC_TEST_PROPERTY_RANDOM_H
#define BNC_TEST_PROPERTY_RANDOM_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <initializer_list>

namespace bnc {

/// SplitMix64.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed * 0x9e3779b97f4a7c15u + 1) {}

  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// An integer in [0, n).
  uint64_t below(uint64_t n) { return next() % n; }
  /// True in `percent` of 100 cases.
  bool chance(unsigned percent) { return below(100) < percent; }
  /// A number in [0, 1).
  double uniform() { return (next() >> 11) * 0x1p-53; }
  /// About normally distributed: mean 0, variance 1, within 6.
  double normal() {
    double sum = -6;
    for (unsigned i = 0; i < 12; ++i)
      sum += uniform();
    return sum;
  }

  template <typename T> const T &pick(llvm::ArrayRef<T> values) {
    return values[below(values.size())];
  }
  template <typename T> T pick(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }

private:
  uint64_t state;
};

} // namespace bnc

#endif // BNC_TEST_PROPERTY_RANDOM_H
