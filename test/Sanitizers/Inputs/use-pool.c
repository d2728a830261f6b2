/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Many short jobs from two callers at once: what a job wrote must be seen
 * after it, and every task must run once. */
#include "bnc/runtime.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { TASKS = 37, JOBS = 1000 };

static void count(void *arg, int64_t i) { ++((int *)arg)[i]; }

static void *run_jobs(void *pool) {
  int job, i, counts[TASKS];
  for (job = 0; job < JOBS; ++job) {
    for (i = 0; i < TASKS; ++i)
      counts[i] = 0;
    if (bnc_pool_parallel_for(pool, TASKS, count, counts) != 0)
      exit(1);
    for (i = 0; i < TASKS; ++i)
      if (counts[i] != 1) {
        printf("task %d ran %d times\n", i, counts[i]);
        exit(1);
      }
  }
  return NULL;
}

int main(void) {
  bnc_pool *pool = bnc_pool_create(3);
  pthread_t other;
  if (!pool || pthread_create(&other, NULL, run_jobs, pool) != 0)
    return 1;
  run_jobs(pool);
  pthread_join(other, NULL);
  bnc_pool_destroy(pool);
  printf("%d jobs, every task once\n", 2 * JOBS);
  return 0;
}
