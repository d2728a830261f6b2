/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * A small library for callers of generated kernels: status strings, a thread
 * pool to run them on, and facts about the processor. Kernels do not need it:
 * any parallel_for will do, and a NULL context runs serially. */
#ifndef BNC_RUNTIME_H
#define BNC_RUNTIME_H

#include "bnc/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What `status`, returned by a kernel, means: a constant English phrase, never
 * NULL. Positive numbers are the caller's own codes. */
const char *bnc_status_string(int status);

/* The name of an instruction set of enum bnc_isa ("x86-64-v3"; "best" for
 * BNC_ISA_BEST), or NULL if there is none with that number. */
const char *bnc_isa_name(int isa);

/* The instruction set called `name`, or -1. */
int bnc_isa_from_name(const char *name);

/* Makes `ctx` the context of a serial call with the best instruction set. */
void bnc_context_init(bnc_context *ctx);

/* Threads that run the tasks of one kernel call at a time. */
typedef struct bnc_pool bnc_pool;

/* A pool of `threads` threads, the calling thread among them; 0 means one per
 * processor this process may run on. NULL if a thread cannot be made. */
bnc_pool *bnc_pool_create(int threads);

/* As bnc_pool_create; every thread that is made first calls
 * start(user, index), 1 <= index < threads, for instance to pin itself. Returns
 * after all have called it. */
bnc_pool *bnc_pool_create_with(int threads,
                               void (*start)(void *user, int index),
                               void *user);

/* Ends the threads. No call may be using the pool. NULL is allowed. */
void bnc_pool_destroy(bnc_pool *pool);

/* How many threads the pool has, the calling thread included. */
int bnc_pool_threads(const bnc_pool *pool);

/* Makes `ctx` run on `pool`: sets parallel_for, user and threads and leaves the
 * rest. `ctx` was set up by bnc_context_init or by hand. */
void bnc_pool_context(bnc_pool *pool, bnc_context *ctx);

/* The parallel_for of bnc_pool_context; `pool` is a bnc_pool. Calls from
 * inside a task, or while another thread uses the pool, run serially on the
 * calling thread. Returns 0. */
int bnc_pool_parallel_for(void *pool, int64_t n,
                          void (*task)(void *arg, int64_t i), void *arg);

/* What this machine is. Sizes are in bytes, 0 where unknown. */
typedef struct bnc_cpu_facts {
  size_t size;        /* sizeof(bnc_cpu_facts) of the library */
  int32_t isa;        /* best enum bnc_isa that processor and system support */
  int32_t processors; /* that this process may run on */
  int64_t l1_data;    /* per core */
  int64_t l2;         /* per core */
  int64_t l3;         /* whole cache, whoever shares it */
  char name[64];      /* brand string, NUL-terminated */
} bnc_cpu_facts;

/* Fills `facts`. */
void bnc_get_cpu_facts(bnc_cpu_facts *facts);

#ifdef __cplusplus
}
#endif
#endif /* BNC_RUNTIME_H */
