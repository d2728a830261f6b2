/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * The memory that the suite passes to every library: the same values in every
 * process, without a library for arrays. */
#ifndef BNC_BENCH_ARGUMENTS_H
#define BNC_BENCH_ARGUMENTS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum bnc_bench_type {
  BNC_BENCH_F32,
  BNC_BENCH_BF16,
  BNC_BENCH_F16,
  BNC_BENCH_F64
} bnc_bench_type;

/* Memory on a page border, from malloc like that of the libraries; NULL if
 * there is none. Never freed by anything but bnc_bench_free. */
void *bnc_bench_allocate(size_t bytes);
void bnc_bench_free(void *memory);

/* Writes `count` values that every type holds exactly: multiples of 1/64
 * between -2 and 2, or, where `positive`, of 1/128 between 1/2 and 3/2. The
 * sequence starts elsewhere for each `seed`. */
void bnc_bench_fill(void *memory, bnc_bench_type type, size_t count, int seed,
                    int positive);

/* `samples` of `count` values, the same places for equal counts. */
void bnc_bench_sample(const void *memory, bnc_bench_type type, size_t count,
                      double *values, size_t samples);

#ifdef __cplusplus
}
#endif

#endif /* BNC_BENCH_ARGUMENTS_H */
