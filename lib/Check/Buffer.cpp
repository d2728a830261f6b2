// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Memory for one C pointer parameter, next to a page that may not be touched.

#include "bnc/Check/Buffer.h"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace bnc;

Buffer::Buffer(size_t size, Placement placement) {
  size_t page = sysconf(_SC_PAGESIZE);
  size_t slack =
      placement.guard == Placement::Guard::None ? placement.misalignment : 0;
  size_t inner = (size + slack + page - 1) / page * page;
  void *mapped = mmap(nullptr, inner + 2 * page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    return;
  pages = mapped;
  pageBytes = inner + 2 * page;
  // Else pages of 4 KiB, wherever the system has some, slow down what is timed.
  madvise(mapped, pageBytes, MADV_HUGEPAGE);
  char *first = static_cast<char *>(mapped) + page;
  mprotect(mapped, page, PROT_NONE);
  mprotect(first + inner, page, PROT_NONE);
  start = placement.guard == Placement::Guard::After ? first + inner - size
                                                     : first + slack;
  bytes = size;
  std::memset(start, pattern, bytes);
}

Buffer::~Buffer() {
  if (pages)
    munmap(pages, pageBytes);
}
