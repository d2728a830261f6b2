// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The same bits for any batch, thread count, schedule case, alignment and for
// static and dynamic extents.

#include "ExecutionTest.h"
#include "Specs.h"

#include "llvm/Support/FormatVariadic.h"

using namespace bnc;

namespace {

/// A spec with a dim `r` that no statistic goes over, and one more dim that
/// can be static (its extent) or dynamic (-1).
struct BitsCase {
  const char *name;
  std::function<std::string(int64_t)> spec;
  const char *dim;
  int64_t extent;
  /// The most rows that run.
  int64_t most = 4096;
};

class Bits : public ExecutionTest,
             public testing::WithParamInterface<BitsCase> {};

} // namespace

static std::string layerNormF32(int64_t c) { return layerNormRows("f32", c); }
static std::string layerNormBF16(int64_t c) { return layerNormRows("bf16", c); }
static std::string groupNormF32(int64_t c) { return groupNormChannelsLast(c); }
static std::string groupNormBF16(int64_t c) {
  return groupNormChannelsLast(c, "bf16");
}
static std::string pixelsF32(int64_t c) { return batchNormPixels(c); }
static std::string pixelsBF16(int64_t c) { return batchNormPixels(c, "bf16"); }

static constexpr int threadCounts[] = {1, 2, 3, 7};
static constexpr unsigned misalignments[] = {0, 4, 16, 36};

/// The first `rows` of `all` rows in `bytes`, or everything for what has none.
static Bytes takeRows(const Bytes &bytes, int64_t all, int64_t rows) {
  return Bytes(bytes.begin(), bytes.begin() + bytes.size() / all * rows);
}

TEST_P(Bits, AreEqual) {
  const BitsCase &test = GetParam();
  const int64_t most = test.most;
  // The most first: fewer are compared with it.
  llvm::SmallVector<int64_t> rowCounts = {most};
  for (int64_t rows : {1, 2, 3, 5, 7, 64})
    if (rows < most)
      rowCounts.push_back(rows);
  llvm::SmallVector<Bytes> expected, arguments;
  int64_t compared = 0;
  for (int64_t extent : {test.extent, int64_t(-1)}) {
    Subject subject = parse(test.spec(extent));
    if (arguments.empty()) {
      Extents extents;
      extents["r"] = most;
      extents[test.dim] = test.extent;
      arguments = fill(subject, extents);
    }
    for (const Variant &variant : listSchedules(subject)) {
      CompiledFunction function = compile(subject, variant);
      for (int64_t rows : rowCounts) {
        Extents extents;
        extents["r"] = rows;
        extents[test.dim] = test.extent;
        llvm::SmallVector<Bytes> some;
        for (auto [port, bytes] : llvm::enumerate(arguments)) {
          auto attr = subject.getFunc().getArgumentPort(port);
          some.push_back(attr.getDimName(0) == "r" ? takeRows(bytes, most, rows)
                                                   : bytes);
        }
        for (int threadCount : threadCounts)
          for (unsigned misalignment : misalignments) {
            ScatteredThreads threads(threadCount);
            llvm::SmallVector<Bytes> results =
                run(subject, function, extents, some, threads.get(),
                    {Placement::Guard::None, misalignment});
            if (expected.empty())
              expected = results;
            ASSERT_EQ(results.size(), expected.size());
            for (auto [got, want] : llvm::zip(results, expected))
              ASSERT_TRUE(got == takeRows(want, most, rows))
                  << "extent " << extent << ", " << variant.describe() << ", "
                  << rows << " rows, " << threadCount
                  << " threads, misalignment " << misalignment;
            ++compared;
          }
      }
    }
  }
  EXPECT_GE(compared, 2 * int64_t(rowCounts.size()) * 4 * 4);
}

INSTANTIATE_TEST_SUITE_P(
    Specs, Bits,
    testing::Values(BitsCase{"layer_norm", layerNormF32, "c", 257},
                    // A row a lane where the extent is known.
                    BitsCase{"short_layer_norm", layerNormF32, "c", 8},
                    BitsCase{"short_layer_norm_bf16", layerNormBF16, "c", 6},
                    BitsCase{"odd_layer_norm", layerNormF32, "c", 5},
                    BitsCase{"short_add_rms_norm", addRMSNormRows, "c", 4},
                    // Blocks and chunks, the last of either not whole.
                    BitsCase{"long_layer_norm", layerNormF32, "c", 4723, 64},
                    BitsCase{"long_add_rms_norm", addRMSNormRows, "c", 6700, 7},
                    BitsCase{"add_rms_norm", addRMSNormRows, "c", 199},
                    BitsCase{"group_norm", groupNormF32, "c", 15},
                    // Every second sample begins at an odd element.
                    BitsCase{"group_norm_bf16", groupNormBF16, "c", 15},
                    BitsCase{"instance_norm", instanceNormChannelsFirst, "p",
                             65},
                    // Past the caches, two parts of all planes or pixels, whose
                    // lines may be shared, and what is left.
                    BitsCase{"planes", batchNormPlanes, "p", 1024, 31},
                    BitsCase{"odd_planes", batchNormPlanes, "p", 1026, 31},
                    BitsCase{"pixels", pixelsF32, "c", 64, 9},
                    BitsCase{"odd_pixels", pixelsF32, "c", 63, 9},
                    BitsCase{"long_odd_pixels", pixelsF32, "c", 1030, 3},
                    // Turns of 16 pixels, of 32 with AVX-512, whose channels
                    // are in pairs; elements are left over.
                    BitsCase{"odd_pixels_bf16", pixelsBF16, "c", 25, 9},
                    BitsCase{"short_pixels_bf16", pixelsBF16, "c", 5, 9},
                    // Turns that are not: even and odd channels apart.
                    BitsCase{"long_odd_pixels_bf16", pixelsBF16, "c", 63, 9},
                    BitsCase{"even_pixels_bf16", pixelsBF16, "c", 118, 9}),
    [](const testing::TestParamInfo<BitsCase> &info) {
      return info.param.name;
    });

namespace {
class PieceBits : public ExecutionTest {};
} // namespace

// More chunks than there is room for records: pieces have several each, and
// the last one fewer.
TEST_F(PieceBits, AreEqual) {
  for (const std::string &spec :
       {layerNormRows("f32", -1), layerNormRows("f64", 45001),
        addRMSNormRows(-1)}) {
    Subject subject = parse(spec);
    Extents extents;
    extents["r"] = 31;
    extents["c"] = 45001;
    llvm::SmallVector<Bytes> arguments = fill(subject, extents), expected;
    for (const Variant &variant : listSchedules(subject)) {
      CompiledFunction function = compile(subject, variant);
      for (int threadCount : {1, 3}) {
        ScatteredThreads threads(threadCount);
        llvm::SmallVector<Bytes> results =
            run(subject, function, extents, arguments, threads.get(), {});
        if (expected.empty())
          expected = results;
        ASSERT_TRUE(results == expected)
            << variant.describe() << ", " << threadCount << " threads";
      }
    }
  }
}

namespace {
class BatchBits : public ExecutionTest {
protected:
  /// Calls `function` with every number of threads, and with every misalignment
  /// that elements of `elementBytes` may have. The results are `expected`,
  /// which the first call sets.
  void expectSameBits(const Subject &subject, const CompiledFunction &function,
                      const Extents &extents, llvm::ArrayRef<Bytes> arguments,
                      unsigned elementBytes,
                      llvm::SmallVector<Bytes> &expected);
};
} // namespace

void BatchBits::expectSameBits(const Subject &subject,
                               const CompiledFunction &function,
                               const Extents &extents,
                               llvm::ArrayRef<Bytes> arguments,
                               unsigned elementBytes,
                               llvm::SmallVector<Bytes> &expected) {
  for (int threadCount : threadCounts)
    for (unsigned misalignment : misalignments) {
      if (misalignment % elementBytes != 0)
        continue;
      ScatteredThreads threads(threadCount);
      llvm::SmallVector<Bytes> results =
          run(subject, function, extents, arguments, threads.get(),
              {Placement::Guard::None, misalignment});
      if (expected.empty())
        expected = results;
      ASSERT_TRUE(results == expected)
          << threadCount << " threads, misalignment " << misalignment;
    }
}

// Statistics over r: its extent decides the bits, nothing else does. Of few
// channels, where they are known, a vector holds several steps; of 512 blocks
// are added up in turns, of 63 step by step, with 16 registers both slot by
// slot. The last block has one step. What the map of bf16 reads may be in
// pairs, of 1024 channels in parts.
TEST_F(BatchBits, AreEqual) {
  std::pair<const char *, int64_t> columns[] = {
      {"f32", 512}, {"f32", 63}, {"f32", 8},   {"f32", 5},
      {"f32", 3},   {"f32", 1},  {"bf16", 96}, {"bf16", 1024}};
  for (auto [dtype, channels] : columns) {
    llvm::SmallVector<Bytes> expected;
    Extents extents;
    extents["r"] = 93 * 32 + 1;
    extents["c"] = channels;
    for (int64_t extent : {channels, int64_t(-1)}) {
      Subject subject = parse(batchNormChannelsLast(dtype, extent));
      llvm::SmallVector<Bytes> arguments = fill(subject, extents);
      for (const Variant &variant : listSchedules(subject)) {
        SCOPED_TRACE(llvm::formatv("{0} channels of {1}, extent {2}, {3}",
                                   channels, dtype, extent, variant.describe())
                         .str());
        ASSERT_NO_FATAL_FAILURE(
            expectSameBits(subject, compile(subject, variant), extents,
                           arguments, /*elementBytes=*/4, expected));
      }
    }
  }
}

namespace {
class ShortRowBits : public ExecutionTest {};
} // namespace

// Squares overflow, so each row is done again: of those that are put apart,
// where the extent is known, lanes are not in the order of the rows.
TEST_F(ShortRowBits, AreEqual) {
  for (int64_t columns : {2, 4, 6, 8}) {
    llvm::SmallVector<Bytes> arguments, expected;
    Extents extents;
    extents["r"] = 37;
    extents["c"] = columns;
    for (int64_t extent : {columns, int64_t(-1)}) {
      Subject subject = parse(layerNormRows("f32", extent));
      if (arguments.empty())
        arguments = fill(subject, extents, /*scale=*/1e30);
      llvm::SmallVector<Bytes> results =
          run(subject, compile(subject), extents, arguments, nullptr, {});
      if (expected.empty())
        expected = results;
      ASSERT_TRUE(results == expected)
          << columns << " columns, extent " << extent;
    }
  }
}

namespace {
class ShortPlaneBits : public BatchBits {};
} // namespace

// Where the number of samples is known, what is the same all over a plane comes
// from tables: of parts that begin and end within a plane, and of whole groups
// of channels.
TEST_F(ShortPlaneBits, AreEqual) {
  std::tuple<const char *, int64_t, bool> planes[] = {
      {"f32", 36, false},  {"f32", 36, true},  {"bf16", 49, false},
      {"bf16", 49, true},  {"bf16", 3, false}, {"bf16", 196, false},
      {"f16", 49, false},  {"f16", 49, true},  {"f32", 2, true},
      {"bf16", 150, true}, {"f64", 9, false}};
  for (auto [dtype, pixels, trains] : planes) {
    llvm::SmallVector<Bytes> arguments, expected;
    Extents extents;
    extents["r"] = 18;
    for (int64_t samples : {18, -1}) {
      Subject subject =
          parse(batchNormShortPlanes(dtype, samples, pixels, trains));
      if (arguments.empty())
        arguments = fill(subject, extents);
      for (const Variant &variant : listSchedules(subject)) {
        SCOPED_TRACE(llvm::formatv("{0} elements of {1}, samples {2}, {3}",
                                   pixels, dtype, samples, variant.describe())
                         .str());
        CompiledFunction function = compile(subject, variant);
        ASSERT_NO_FATAL_FAILURE(
            expectSameBits(subject, function, extents, arguments,
                           llvm::StringRef(dtype) == "f64" ? 8 : 4, expected));
        for (Placement::Guard guard :
             {Placement::Guard::Before, Placement::Guard::After})
          ASSERT_TRUE(run(subject, function, extents, arguments, nullptr,
                          {guard, 0}) == expected)
              << "guarded";
      }
    }
  }
}
