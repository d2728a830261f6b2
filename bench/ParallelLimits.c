/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Cuts the traffic of a kernel into one part per thread. */
#define _POSIX_C_SOURCE 199309L
#include "ParallelLimits.h"

#include "Clock.h"

#include "bnc/runtime.h"

#include <stdlib.h>

typedef struct parallel_limit {
  const bnc_limit_case *traffic;
  bnc_limit_stores stores;
  size_t parts;
} parallel_limit;

void *bnc_bench_pool(int threads) { return bnc_pool_create(threads); }

const void *bnc_bench_context(void *pool) {
  bnc_context *ctx = malloc(sizeof(*ctx));
  if (!ctx)
    return NULL;
  bnc_context_init(ctx);
  if (pool)
    bnc_pool_context(pool, ctx);
  return ctx;
}

static void run_part(void *argument, int64_t part) {
  const parallel_limit *whole = argument;
  const bnc_limit_case *traffic = whole->traffic;
  bnc_limit_stream streams[BNC_LIMIT_STREAMS];
  bnc_limit_case mine = *traffic;
  size_t i;
  for (i = 0; i < traffic->num_inputs; ++i)
    streams[i] = bnc_limit_cut(traffic->inputs[i], (size_t)part, whole->parts);
  for (i = 0; i < traffic->num_outputs; ++i)
    streams[traffic->num_inputs + i] =
        bnc_limit_cut(traffic->outputs[i], (size_t)part, whole->parts);
  mine.inputs = streams;
  mine.outputs = streams + traffic->num_inputs;
  if (traffic->units != 0) {
    mine.units = bnc_limit_share(traffic->units, (size_t)part, whole->parts);
    /* Threads that share a unit read their parts of it twice. */
    if (mine.units == 0)
      mine.units = 1;
  }
  bnc_limit_seconds(&mine, whole->stores);
}

double bnc_bench_parallel_limit(void *pool, const bnc_limit_case *traffic,
                                bnc_limit_stores stores) {
  parallel_limit whole;
  double start;
  if (traffic->num_inputs + traffic->num_outputs > BNC_LIMIT_STREAMS)
    return -1;
  whole.traffic = traffic;
  whole.stores = stores;
  whole.parts = (size_t)bnc_pool_threads(pool);
  start = bnc_bench_now();
  bnc_pool_parallel_for(pool, (int64_t)whole.parts, run_part, &whole);
  return bnc_bench_now() - start;
}
