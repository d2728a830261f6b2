// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The thread pool; also run under ThreadSanitizer.

#include "bnc/runtime.h"

#include "gtest/gtest.h"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace {

class Pool : public testing::TestWithParam<int> {
protected:
  void SetUp() override {
    pool = bnc_pool_create(GetParam());
    ASSERT_NE(pool, nullptr);
    bnc_context_init(&context);
    bnc_pool_context(pool, &context);
  }
  void TearDown() override { bnc_pool_destroy(pool); }

  bnc_pool *pool = nullptr;
  bnc_context context;
};

} // namespace

/// Calls parallel_for of `context` with a C++ function.
template <typename Function>
static void forEach(bnc_context &context, int64_t n, Function function) {
  int status = context.parallel_for(
      context.user, n,
      [](void *arg, int64_t i) { (*static_cast<Function *>(arg))(i); },
      &function);
  EXPECT_EQ(status, 0);
}

TEST_P(Pool, RunsEachIndexOnce) {
  for (int64_t n : {0, 1, 2, 3, 7, 64, 1000}) {
    // Plain ints: the sanitizer sees whether their writes are ordered.
    std::vector<int> counts(n, 0);
    forEach(context, n, [&](int64_t i) { ++counts[i]; });
    for (int count : counts)
      EXPECT_EQ(count, 1);
  }
}

TEST_P(Pool, ResultsOfOneJobAreSeenByTheNext) {
  std::vector<int64_t> values(256, 0);
  for (int64_t round = 0; round < 500; ++round)
    forEach(context, 256, [&](int64_t i) { values[255 - i] += round; });
  for (int64_t value : values)
    EXPECT_EQ(value, 500 * 499 / 2);
}

TEST_P(Pool, NestedCallsRun) {
  std::atomic<int> count{0};
  forEach(context, 8, [&](int64_t) {
    std::thread::id self = std::this_thread::get_id();
    forEach(context, 5, [&](int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), self);
      ++count;
    });
  });
  EXPECT_EQ(count, 40);
}

TEST_P(Pool, SeveralCallersAtOnce) {
  std::atomic<int> count{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round)
        forEach(context, 16, [&](int64_t) { ++count; });
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(count, 3 * 100 * 16);
}

TEST_P(Pool, WakesSleepingThreads) {
  for (int round = 0; round < 5; ++round) {
    // Longer than threads spin.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int> count{0};
    forEach(context, 100, [&](int64_t) { ++count; });
    EXPECT_EQ(count, 100);
  }
}

TEST_P(Pool, SaysItsSize) {
  EXPECT_EQ(bnc_pool_threads(pool), GetParam());
  EXPECT_EQ(context.threads, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Threads, Pool, testing::Values(1, 2, 3, 7));

TEST(PoolThreads, AreUsedTogether) {
  bnc_pool *pool = bnc_pool_create(3);
  bnc_context context;
  bnc_context_init(&context);
  bnc_pool_context(pool, &context);
  // Three tasks that wait for each other end only if three threads run them.
  // Kernels' tasks never do so.
  std::atomic<int> arrived{0};
  forEach(context, 3, [&](int64_t) {
    ++arrived;
    while (arrived < 3)
      std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 3);
  bnc_pool_destroy(pool);
}

TEST(PoolThreads, StartIsCalledOnEachBeforeCreateReturns) {
  struct Started {
    std::atomic<int> count{0};
    std::atomic<int> sum{0};
  } started;
  bnc_pool *pool = bnc_pool_create_with(
      4,
      [](void *user, int index) {
        auto *started = static_cast<Started *>(user);
        ++started->count;
        started->sum += index;
      },
      &started);
  EXPECT_EQ(started.count, 3);
  EXPECT_EQ(started.sum, 1 + 2 + 3);
  bnc_pool_destroy(pool);
}

TEST(PoolThreads, ZeroMeansOnePerProcessorAndNegativeNone) {
  bnc_pool *pool = bnc_pool_create(0);
  ASSERT_NE(pool, nullptr);
  EXPECT_GE(bnc_pool_threads(pool), 1);
  bnc_pool_destroy(pool);
  EXPECT_EQ(bnc_pool_create(-1), nullptr);
}
