/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * The memory limit of several threads. */
#ifndef BNC_BENCH_PARALLEL_LIMITS_H
#define BNC_BENCH_PARALLEL_LIMITS_H

#include "Limits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Threads for the limit loops and for kernels; NULL if there can be none. */
void *bnc_bench_pool(int threads);

/* The context of a kernel that runs on `pool` (serially if it is NULL), kept
 * for the life of the process. */
const void *bnc_bench_context(void *pool);

/* bnc_limit_seconds on every thread of `pool`, each with its part of all
 * streams; parameters that every row reads are read by each. */
double bnc_bench_parallel_limit(void *pool, const bnc_limit_case *traffic,
                                bnc_limit_stores stores);

#ifdef __cplusplus
}
#endif

#endif /* BNC_BENCH_PARALLEL_LIMITS_H */
