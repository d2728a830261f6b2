/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * A pool whose threads spin shortly for the next call, then sleep on a futex.
 *
 * One call runs at a time: its caller publishes the job, opens the gate, works
 * along, closes the gate and waits until nobody is inside. A thread that wakes
 * late finds the gate closed or the next job open; the job's fields only change
 * while the gate is closed and empty. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "bnc/runtime.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Longer than the gap between two kernels of one model, and than a sleeping
 * thread takes to wake: one that wakes too late for a job is then there for the
 * next. In nanoseconds; the clock is asked once in so many rounds. */
enum { spin_time = 200000, spin_rounds = 64 };

/* gate: bit 0 is set while the job may be joined; each thread inside adds 2. */
enum { gate_open = 1, gate_member = 2 };

struct bnc_pool {
  int workers;
  pthread_t *threads;
  void (*start)(void *user, int index);
  void *start_user;

  pthread_mutex_t busy;   /* held by the caller whose job runs */
  _Atomic uint32_t epoch; /* counts jobs; workers sleep on it */
  _Atomic int32_t sleepers;
  _Atomic uint32_t gate; /* the caller sleeps on it */
  _Atomic int stop;
  _Atomic uint32_t started; /* workers that have called start */

  /* The job. */
  void (*task)(void *arg, int64_t i);
  void *arg;
  int64_t n;
  _Atomic int caller; /* the processor its caller was on */
  /* On a line of its own: every thread writes it. */
  _Alignas(64) _Atomic int64_t next;
};

struct worker_argument {
  bnc_pool *pool;
  int index;
};

/* Set while the thread runs tasks of some pool. */
static _Thread_local int inside_task;

static void futex_wait(_Atomic uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Waits for a while for `*word` to be another than `value`, and returns it. */
static uint32_t spin(_Atomic uint32_t *word, uint32_t value) {
  int64_t end = 0;
  for (int i = 1;; ++i) {
    uint32_t found = atomic_load_explicit(word, memory_order_acquire);
    if (found != value)
      return found;
    relax();
    if (i % spin_rounds != 0)
      continue;
    int64_t time = now();
    if (end == 0)
      end = time + spin_time;
    else if (time >= end)
      return value;
  }
}

static void run_tasks(bnc_pool *pool) {
  inside_task = 1;
  for (;;) {
    int64_t i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (i >= pool->n)
      break;
    pool->task(pool->arg, i);
  }
  inside_task = 0;
}

/* Leaves the processor of the job's caller, which will not: the system wakes a
 * thread near who wakes it, and takes milliseconds to see that both are busy.
 */
static void leave_processor_of_caller(const bnc_pool *pool) {
  int caller = atomic_load_explicit(&pool->caller, memory_order_relaxed);
  cpu_set_t allowed, others;
  if (sched_getcpu() != caller ||
      sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return;
  others = allowed;
  CPU_CLR(caller, &others);
  if (CPU_COUNT(&others) == 0)
    return;
  sched_setaffinity(0, sizeof(others), &others);
  sched_setaffinity(0, sizeof(allowed), &allowed);
}

/* Waits for an epoch other than `seen` and returns it. */
static uint32_t wait_for_job(bnc_pool *pool, uint32_t seen) {
  uint32_t epoch = spin(&pool->epoch, seen);
  if (epoch != seen)
    return epoch;
  /* Announced before epoch is looked at again (by futex_wait), so that a caller
   * who has not seen the sleeper has not yet been missed by it either. */
  atomic_fetch_add(&pool->sleepers, 1);
  while ((epoch = atomic_load(&pool->epoch)) == seen)
    futex_wait(&pool->epoch, seen);
  atomic_fetch_sub(&pool->sleepers, 1);
  leave_processor_of_caller(pool);
  return epoch;
}

static int join(bnc_pool *pool) {
  uint32_t gate = atomic_load_explicit(&pool->gate, memory_order_relaxed);
  while (gate & gate_open)
    if (atomic_compare_exchange_weak_explicit(
            &pool->gate, &gate, gate + gate_member, memory_order_acquire,
            memory_order_relaxed))
      return 1;
  return 0;
}

static void leave(bnc_pool *pool) {
  uint32_t before =
      atomic_fetch_sub_explicit(&pool->gate, gate_member, memory_order_release);
  if (before == gate_member)
    futex_wake(&pool->gate, 1);
}

static void *run_worker(void *opaque) {
  struct worker_argument argument = *(struct worker_argument *)opaque;
  free(opaque);
  bnc_pool *pool = argument.pool;
  uint32_t seen = 0;
  if (pool->start)
    pool->start(pool->start_user, argument.index);
  atomic_fetch_add(&pool->started, 1);
  futex_wake(&pool->started, 1);
  for (;;) {
    seen = wait_for_job(pool, seen);
    if (atomic_load_explicit(&pool->stop, memory_order_acquire))
      return NULL;
    if (!join(pool))
      continue;
    run_tasks(pool);
    leave(pool);
  }
}

/* Makes workers look up: a new job, or the end. */
static void announce(bnc_pool *pool, int count) {
  atomic_fetch_add(&pool->epoch, 1);
  if (atomic_load(&pool->sleepers) > 0)
    futex_wake(&pool->epoch, count);
}

int bnc_pool_parallel_for(void *opaque, int64_t n,
                          void (*task)(void *arg, int64_t i), void *arg) {
  bnc_pool *pool = opaque;
  if (inside_task || n < 2 || pool->workers == 0 ||
      pthread_mutex_trylock(&pool->busy) != 0) {
    for (int64_t i = 0; i < n; ++i)
      task(arg, i);
    return 0;
  }
  pool->task = task;
  pool->arg = arg;
  pool->n = n;
  atomic_store_explicit(&pool->caller, sched_getcpu(), memory_order_relaxed);
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->gate, gate_open, memory_order_release);
  announce(pool, n - 1 < pool->workers ? (int)(n - 1) : pool->workers);
  run_tasks(pool);

  uint32_t gate =
      atomic_fetch_sub_explicit(&pool->gate, gate_open, memory_order_acquire) -
      gate_open;
  while (gate != 0) {
    uint32_t later = spin(&pool->gate, gate);
    if (later == gate)
      futex_wait(&pool->gate, gate);
    gate = atomic_load_explicit(&pool->gate, memory_order_acquire);
  }
  pthread_mutex_unlock(&pool->busy);
  return 0;
}

static int count_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0)
    return 1;
  return CPU_COUNT(&set);
}

bnc_pool *bnc_pool_create_with(int threads,
                               void (*start)(void *user, int index),
                               void *user) {
  if (threads < 0)
    return NULL;
  if (threads == 0)
    threads = count_processors();
  bnc_pool *pool = aligned_alloc(64, (sizeof(bnc_pool) + 63) / 64 * 64);
  pthread_t *handles = calloc((size_t)threads, sizeof(pthread_t));
  if (!pool || !handles || pthread_mutex_init(&pool->busy, NULL) != 0) {
    free(pool);
    free(handles);
    return NULL;
  }
  pool->workers = 0;
  pool->threads = handles;
  pool->start = start;
  pool->start_user = user;
  pool->task = NULL;
  pool->arg = NULL;
  pool->n = 0;
  atomic_init(&pool->caller, -1);
  atomic_init(&pool->epoch, 0);
  atomic_init(&pool->sleepers, 0);
  atomic_init(&pool->gate, 0);
  atomic_init(&pool->stop, 0);
  atomic_init(&pool->started, 0);
  atomic_init(&pool->next, 0);
  for (int i = 1; i < threads; ++i) {
    struct worker_argument *argument = malloc(sizeof(*argument));
    if (argument) {
      argument->pool = pool;
      argument->index = i;
    }
    if (!argument ||
        pthread_create(&handles[pool->workers], NULL, run_worker, argument)) {
      free(argument);
      bnc_pool_destroy(pool);
      return NULL;
    }
    ++pool->workers;
  }
  for (uint32_t started = atomic_load(&pool->started);
       started != (uint32_t)pool->workers;
       started = atomic_load(&pool->started))
    futex_wait(&pool->started, started);
  return pool;
}

bnc_pool *bnc_pool_create(int threads) {
  return bnc_pool_create_with(threads, NULL, NULL);
}

void bnc_pool_destroy(bnc_pool *pool) {
  if (!pool)
    return;
  atomic_store_explicit(&pool->stop, 1, memory_order_release);
  announce(pool, pool->workers);
  for (int i = 0; i < pool->workers; ++i)
    pthread_join(pool->threads[i], NULL);
  pthread_mutex_destroy(&pool->busy);
  free(pool->threads);
  free(pool);
}

int bnc_pool_threads(const bnc_pool *pool) { return pool->workers + 1; }

void bnc_pool_context(bnc_pool *pool, bnc_context *ctx) {
  ctx->parallel_for = bnc_pool_parallel_for;
  ctx->user = pool;
  ctx->threads = bnc_pool_threads(pool);
}
