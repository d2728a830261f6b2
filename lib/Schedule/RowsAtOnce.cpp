// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How many rows or pixels are computed at once.

#include "RowsAtOnce.h"

#include "KernelTraits.h"

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
/// 65, 1.1x at 256.
static constexpr int64_t batchedRowBytes = 1024;

/// Rows of runs that clash in L1, see getClashingRun: with four at once every
/// line is used up. Measured on Zen 5 1.1 to 2.6 times faster, from memory only
/// for runs of a few lines, of 16 bits 1.8 times and of f32 with two 1.3 times.
/// More apart, or fewer than eight, they do not clash.
static constexpr int64_t pageBytes = 4096, leastClashingRuns = 8,
                         mostClashingBytes = 1024, farClashingBytes = 256;

/// The bytes of the runs that a row of a `rows` kernel consists of, if these
/// are short and whole pages apart, 0 otherwise: they then take the same few
/// sets of L1, where no line stays until the next row, which begins within it,
/// comes for the rest.
static int64_t getClashingRun(const KernelStructure &structure) {
  int64_t elementBytes = getElementBytes(structure);
  DimSet all = structure.getAllDims(), kept = structure.getKeptDims();
  DimSet firstKept = kept & -kept;
  DimSet outer = firstKept - 1;
  DimSet inner = 0;
  for (DimSet dim = all & ~(all >> 1); dim & ~kept & ~outer; dim >>= 1)
    inner |= dim;
  std::optional<int64_t> runs = structure.getStaticExtent(outer & all),
                         run = structure.getStaticExtent(inner),
                         apart = structure.getStaticExtent(all & ~outer);
  if (!kept || !outer || !inner || !runs || !run || !apart ||
      *runs < leastClashingRuns || *apart * elementBytes % pageBytes != 0 ||
      *run * elementBytes > mostClashingBytes)
    return 0;
  return *run * elementBytes;
}

/// Pixels that are computed at once where outputs are stored past the caches.
/// Of 16-bit data parameters are twice as many bytes as what they go with, and
/// two pixels that begin at the same place of a line share them: measured 1.1
/// to 1.2 times faster, but without statistics, from 256 channels on, 1.1
/// to 1.25 times slower, and of f32 up to 1.3 times slower.
static int64_t selectPixels(const KernelStructure &structure) {
  std::optional<int64_t> channels = getChannels(structure);
  constexpr int64_t elementsOfLine = 32, most = 4 * elementsOfLine;
  bool isShared = loadsAlongLanes(structure) && isNarrow(structure) &&
                  channels && *channels % elementsOfLine == 0 &&
                  (structure.isColumns() || *channels <= most);
  return isShared ? 2 : 1;
}

RowsAtOnce bnc::selectRowsAtOnce(const KernelStructure &structure) {
  RowsAtOnce rows;
  if (structure.getForm() != KernelForm::Rows) {
    // Two pixels share the loads of what varies over the channels alone, which
    // are most; a dynamic channel count makes code enough.
    KernelOp kernel = structure.getKernel();
    if (!kernel.getDim(kernel.getNumDims() - 1).isDynamic())
      rows.near = 2;
    rows.far = selectPixels(structure);
    return rows;
  }
  std::optional<int64_t> bytes = getRowBytes(structure);
  rows.batch = bytes && *bytes <= batchedRowBytes;
  if (rows.batch)
    return rows;
  if (int64_t run = getClashingRun(structure)) {
    rows.near = 4;
    if (run <= farClashingBytes)
      rows.far = isNarrow(structure) ? 4 : 2;
  } else if (bytes && *bytes <= pairedRowBytes) {
    rows.near = 2;
    rows.oneFromQuarters = pairedQuarters;
  }
  return rows;
}
