// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// When a kernel calls parallel_for, and how its tasks treat the threads.

#include "ExecutionTest.h"
#include "Specs.h"

#include <xmmintrin.h>

using namespace bnc;

namespace {

class Threads : public ExecutionTest {
protected:
  static Extents getExtents(int64_t rows, int64_t columns) {
    Extents extents;
    extents["r"] = rows;
    extents["c"] = columns;
    return extents;
  }

  /// How often a call with two threads uses parallel_for.
  int64_t countCalls(llvm::StringRef spec, int64_t rows, int64_t columns) {
    Subject subject = parse(spec);
    CompiledFunction function = compile(subject);
    Extents extents = getExtents(rows, columns);
    ScatteredThreads threads(2);
    run(subject, function, extents, fill(subject, extents), threads.get(), {});
    return threads.getNumCalls();
  }
};

// Bits of MXCSR that flush subnormal results and read subnormal inputs as 0.
constexpr unsigned flushBits = 0x8040;

} // namespace

TEST_F(Threads, UsedAbove128KiB) {
  // x and y of 32 rows of 1024 f32: 256 KiB.
  EXPECT_GT(countCalls(layerNormRows("f32", -1), 32, 1024), 0);
  EXPECT_GT(countCalls(layerNormRows("f32", 1024), 32, 1024), 0);
  EXPECT_GT(countCalls(batchNormChannelsLast("f32", -1), 2048, 32), 0);
}

TEST_F(Threads, UnusedBelow128KiB) {
  EXPECT_EQ(countCalls(layerNormRows("f32", -1), 8, 1024), 0);
  EXPECT_EQ(countCalls(batchNormChannelsLast("f32", -1), 256, 32), 0);
}

// Pieces of one long row, or of three, are shared: statistics and outputs each
// take one parallel_for. Four rows are shared as they are.
TEST_F(Threads, ShareFewLongRows) {
  std::string spec = layerNormRows("f32", -1);
  EXPECT_EQ(countCalls(spec, 1, 65536), 2);
  EXPECT_EQ(countCalls(spec, 3, 65536), 2);
  EXPECT_EQ(countCalls(spec, 4, 65536), 1);
  EXPECT_EQ(countCalls(spec, 1, 8192), 0);
}

TEST_F(Threads, ErrorOfCallbackIsReturned) {
  Subject subject = parse(layerNormRows("f32", -1));
  CompiledFunction function = compile(subject);
  Extents extents = getExtents(64, 1024);
  llvm::SmallVector<Bytes> arguments = fill(subject, extents);
  bnc_context context = {};
  context.size = sizeof(context);
  context.threads = 2;
  static int code;
  context.parallel_for = [](void *, int64_t, void (*)(void *, int64_t),
                            void *) { return code; };
  std::optional<Invocation> invocation = Invocation::create(
      subject.getFunc(), function.getCallee(&context), extents, arguments, {});
  ASSERT_TRUE(invocation);
  code = 17;
  EXPECT_EQ(invocation->call(function.getCallee(&context)), 17);
  code = -17;
  EXPECT_EQ(invocation->call(function.getCallee(&context)),
            BNC_CALLBACK_FAILED);
}

// Threads of a pool may flush subnormals: the bits must not depend on it, and
// the threads must get their mode back.
TEST_F(Threads, FlushToZeroOfPoolIsSetAside) {
  Extents extents = getExtents(64, 1024);
  for (const std::string &spec :
       {layerNormRows("f32", -1), batchNormChannelsLast("f32", -1)}) {
    Subject subject = parse(spec);
    CompiledFunction function = compile(subject);
    // Subnormal data: flushed, it would all be zeros.
    llvm::SmallVector<Bytes> arguments = fill(subject, extents, 1e-39);
    llvm::SmallVector<Bytes> expected =
        run(subject, function, extents, arguments, nullptr, {});
    ScatteredThreads threads(2);
    std::atomic<int> lost{0};
    threads.before = [] { _mm_setcsr(_mm_getcsr() | flushBits); };
    threads.after = [&] { lost += (_mm_getcsr() & flushBits) != flushBits; };
    llvm::SmallVector<Bytes> results =
        run(subject, function, extents, arguments, threads.get(), {});
    EXPECT_GT(threads.getNumCalls(), 0);
    EXPECT_EQ(lost, 0);
    EXPECT_TRUE(results == expected);
    bool allZero = llvm::all_of(expected[0], [](char byte) { return !byte; });
    EXPECT_FALSE(allZero);
  }
}
