// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Memory for one C pointer parameter, next to a page that may not be touched.

#ifndef BNC_CHECK_BUFFER_H
#define BNC_CHECK_BUFFER_H

#include <cstddef>
#include <cstdint>
#include <utility>

namespace bnc {

/// Where a buffer lies.
struct Placement {
  enum class Guard {
    None,   ///< in the middle of its pages
    Before, ///< the byte before the first one is in an inaccessible page
    After   ///< the byte after the last one is in an inaccessible page
  };
  Guard guard = Guard::After;
  /// With Guard::None: bytes that the start lies above a multiple of 64.
  unsigned misalignment = 0;
};

/// Pages of its own, with an inaccessible one at each end. Every byte starts
/// as the pattern 0xA5, which is no plausible number in any of the types.
class Buffer {
public:
  static constexpr unsigned char pattern = 0xA5;

  Buffer() = default;
  /// Memory of `size` bytes; `data` is null if the system gives none.
  Buffer(size_t size, Placement placement);
  Buffer(Buffer &&other) noexcept { *this = std::move(other); }
  Buffer &operator=(Buffer &&other) noexcept {
    std::swap(pages, other.pages);
    std::swap(pageBytes, other.pageBytes);
    std::swap(start, other.start);
    std::swap(bytes, other.bytes);
    return *this;
  }
  ~Buffer();

  char *data() const { return start; }
  size_t size() const { return bytes; }

private:
  void *pages = nullptr;
  size_t pageBytes = 0;
  char *start = nullptr;
  size_t bytes = 0;
};

} // namespace bnc

#endif // BNC_CHECK_BUFFER_H
