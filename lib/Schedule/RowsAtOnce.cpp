// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How many rows or pixels are computed at once.

#include "RowsAtOnce.h"

#include "KernelTraits.h"
#include "ShortPlanes.h"

#include <numeric>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Rows of up to this many bytes are computed two at once: the chains of their
/// horizontal sums overlap, measured 1.3x faster at 1024 columns in L1.
static constexpr int64_t pairedRowBytes = 8192;
/// From these quarters of the last level's share on they are computed one by
/// one: two streams next to each other confuse the prefetcher, measured 1.1 to
/// 1.35 times slower from 12 MiB on, and twice as slow where the outputs are
/// stored past the caches.
static constexpr int64_t pairedQuarters = 3;

/// Rows of up to this many are finished in batches, for what is computed once a
/// row takes longer than the row: measured 1.4x faster at 16 columns, 1.25x at
/// 65, 1.1x at 256; of several runs 1.3x with four planes of 7x7 and 1.25x with
/// eight, and not faster any more with sixteen.
static constexpr int64_t batchedRowBytes = 1024, batchedPlanesBytes = 2048;

/// Rows of runs that clash in L1, see Planes::doClash: with four at once every
/// line is used up. Measured on Zen 5 1.1 to 2.6 times faster, from memory only
/// for runs of a few lines, of 16 bits 1.8 times and of f32 with two 1.3 times.
/// More apart, or fewer than eight, they do not clash.
static constexpr int64_t pageBytes = 4096, leastClashingRuns = 8,
                         mostClashingBytes = 1024, farClashingBytes = 256;

namespace {

/// The runs that a row of a `rows` kernel consists of, as planes of images.
struct Planes {
  int64_t count, bytes;
  /// Bytes from one to the next.
  int64_t apart;

  /// Whether these are short and whole pages apart: they then take the same few
  /// sets of L1, where no line stays until the next row, which begins within
  /// it, comes for the rest.
  bool doClash() const {
    return count >= leastClashingRuns && apart % pageBytes == 0 &&
           bytes <= mostClashingBytes;
  }
};

} // namespace

/// Nothing if a row is one run, or extents are dynamic.
static std::optional<Planes> getPlanes(const KernelStructure &structure) {
  int64_t elementBytes = getElementBytes(structure);
  DimSet all = structure.getAllDims(), kept = structure.getKeptDims();
  DimSet firstKept = kept & -kept;
  DimSet outer = firstKept - 1;
  DimSet inner = 0;
  for (DimSet dim = all & ~(all >> 1); dim & ~kept & ~outer; dim >>= 1)
    inner |= dim;
  std::optional<int64_t> count = structure.getStaticExtent(outer & all),
                         run = structure.getStaticExtent(inner),
                         apart = structure.getStaticExtent(all & ~outer);
  if (!kept || !outer || !inner || !count || !run || !apart || *count < 2)
    return std::nullopt;
  return Planes{*count, *run * elementBytes, *apart * elementBytes};
}

/// Rows of several runs of 16 bits are computed two at once while both stay in
/// L2: what neighbours read is then twice as long a run of lines, measured 1.05
/// to 1.15 times faster. Of f32 that is no gain.
static constexpr int64_t pairedPlanes = 2;

/// Planes of fewer bytes are too short to be stored past the caches one by one,
/// or gain by being stored with their neighbours though they are whole lines:
/// 8x8 f32 measured 1.7 times faster, 16x16 no more; of 16 bits the second if
/// they end within a line.
static constexpr int64_t lineBytes = 64, togetherBytes = 1024,
                         togetherBytes16 = 2048;
/// How many rows have their planes stored together: the most that leave half of
/// L2 to the next ones.
static constexpr int64_t mostTogether = 16, leastTogether = 4;

/// How many rows with `planes` are finished in a batch whose planes are stored
/// together past the caches, 1 for none.
static int64_t selectTogether(const KernelStructure &structure,
                              const Planes &planes, TargetAttr target) {
  bool isShort = planes.bytes < togetherBytes ||
                 (isNarrow(structure) && planes.bytes < togetherBytes16 &&
                  planes.bytes % lineBytes != 0);
  if (!isShort || planes.bytes < lineBytes || structure.getNumStages() != 1 ||
      !structure.getComputeType().isF32())
    return 1;
  for (int64_t rows = mostTogether; rows >= leastTogether; rows /= 2)
    if (rows * planes.count * planes.bytes <= target.getL2() / 2)
      return rows;
  return 1;
}

/// Parts of the pixels or planes that are stored past the caches whose rows are
/// computed at once: memory serves two streams better than one, measured on
/// Zen 5 by 1.05 to 1.1, and four worse.
static constexpr int64_t streams = 2;
/// But f32 pixels that are no whole lines, and only so many of which would be
/// whole vectors, load their parameters across lines, which more streams share:
/// with 63 channels 1.2 to 1.3 times faster.
static constexpr int64_t sharingStreams = 4, mostInTables = 240;

/// Of f16 with 16 registers two streams spill what they share, and a line takes
/// four stores; after statistics, which leave the inputs in the last level, one
/// is 1.01 to 1.1 times faster.
static bool spillsStreams(const KernelStructure &structure, TargetAttr target) {
  return structure.isColumns() && hasFewRegisters(target) &&
         readsF16(structure);
}

/// With vectors of 128 bits, 16-bit data wait for their conversions, not for
/// memory, of which they take a sixth; a line is eight vectors, whose code two
/// streams would double.
static bool fillsLinesSlowly(const KernelStructure &structure,
                             TargetAttr target) {
  return target.getVectorBits() == 128 && isNarrow(structure);
}

/// Whether pixels of 16 bits that are no whole lines are stored in as many
/// streams as those of f32 that share their loads: bf16 in turns, with 16
/// registers 1.05 to 1.15 times as fast as two, after statistics no faster.
static bool sharesNarrowTurns(const KernelStructure &structure,
                              TargetAttr target) {
  return hasFewRegisters(target) && !readsF16(structure) &&
         !structure.isColumns();
}

static int64_t selectStreams(const KernelStructure &structure,
                             TargetAttr target) {
  if (spillsStreams(structure, target) || fillsLinesSlowly(structure, target))
    return 1;
  std::optional<int64_t> channels = getChannels(structure);
  if (!channels || !loadsAlongLanes(structure) ||
      *channels * getElementBytes(structure) % lineBytes == 0)
    return streams;
  if (isNarrow(structure))
    return sharesNarrowTurns(structure, target) ? sharingStreams : streams;
  int64_t lanes =
      target.getVectorBits() / structure.getComputeType().getWidth();
  bool areShared =
      *channels <= mostInTables && std::lcm(*channels, lanes) > mostInTables;
  return areShared ? sharingStreams : streams;
}

/// Pixels at once through the caches: of 16 bits measured 1.09 times faster
/// than one on average, of up to so many bytes four 1.1 times. Of f32 one by
/// one is as fast or up to 1.3 times faster, 1.04 on average, unless a line has
/// parts of two.
static constexpr int64_t nearPixels = 2, nearShortPixels = 4,
                         shortPixelBytes = 512;

static int64_t selectNearPixels(const KernelStructure &structure) {
  std::optional<int64_t> channels = getChannels(structure);
  // A dynamic channel count makes code enough.
  if (!channels)
    return 1;
  int64_t bytes = *channels * getElementBytes(structure);
  if (bytes % lineBytes != 0)
    return nearPixels;
  if (!isNarrow(structure))
    return 1;
  return bytes <= shortPixelBytes ? nearShortPixels : nearPixels;
}

/// Planes whose parameters are scalars share nothing; two at once hide the
/// latency of so few bytes. Of more, one by one is up to 2.2 times faster.
static constexpr int64_t pairedPlaneBytes = 512;

/// How many planes of an elementwise kernel are computed at once.
static int64_t selectNearPlanes(const KernelStructure &structure) {
  DimSet all = structure.getAllDims(), plane = all;
  for (unsigned i = 0, e = structure.getKernel().getInputs().size(); i < e; ++i)
    if (DimSet dims = structure.getInputDims(i); dims != all)
      while (plane & dims)
        plane &= plane - 1;
  std::optional<int64_t> elements = structure.getStaticExtent(plane);
  int64_t elementBytes = structure.getComputeType().getWidth() / 8;
  return elements && *elements * elementBytes < pairedPlaneBytes ? 2 : 1;
}

RowsAtOnce bnc::selectRowsAtOnce(const KernelStructure &structure,
                                 TargetAttr target) {
  RowsAtOnce rows;
  ShortPlanes tables = selectShortPlanes(structure, target);
  rows.tables = tables.near;
  rows.farTables = tables.far;
  if (structure.getForm() != KernelForm::Rows) {
    // Pixels share the loads of what varies over the channels alone, which are
    // most.
    rows.near = loadsAlongLanes(structure) ? selectNearPixels(structure)
                                           : selectNearPlanes(structure);
    rows.far = selectStreams(structure, target);
    return rows;
  }
  std::optional<int64_t> bytes = getRowBytes(structure);
  std::optional<Planes> planes = getPlanes(structure);
  rows.batch =
      bytes && *bytes <= (planes ? batchedPlanesBytes : batchedRowBytes);
  if (planes && planes->doClash() && !rows.batch) {
    rows.near = 4;
    if (planes->bytes <= farClashingBytes)
      rows.far = isNarrow(structure) ? 4 : 2;
  } else if (planes && isNarrow(structure) && !rows.batch &&
             pairedPlanes * planes->count * planes->bytes <=
                 target.getL2() / 2) {
    rows.near = pairedPlanes;
  } else if (bytes && *bytes <= pairedRowBytes && !rows.batch) {
    rows.near = 2;
    rows.oneFromQuarters = pairedQuarters;
  }
  int64_t together = planes ? selectTogether(structure, *planes, target) : 1;
  rows.farBatch = rows.batch || together > 1;
  if (together > 1)
    rows.far = together;
  if (rows.farTables) {
    rows.farBatch = true;
    rows.far = tables.group;
  }
  if (rows.tables) {
    rows.batch = true;
    rows.near = tables.group;
    rows.oneFromQuarters = std::nullopt;
  }
  return rows;
}
