/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Seconds of a clock that only goes forward. Needs POSIX.1-1993. */
#ifndef BNC_BENCH_CLOCK_H
#define BNC_BENCH_CLOCK_H

#include <time.h>

static inline double bnc_bench_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#endif /* BNC_BENCH_CLOCK_H */
