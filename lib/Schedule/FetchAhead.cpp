// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How far ahead kernels fetch what is in memory: docs/decisions/0010.

#include "FetchAhead.h"

#include "KernelTraits.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// How far ahead sweeps read from memory: the hardware stops at a page, and the
/// loads of parameters hide the misses from it. Measured on Zen 4: for outputs
/// 1.25 to 1.45 times faster than without, for rows of 16 KiB and more 1.12 to
/// 1.2 times, no difference for those of 8 KiB, and 1.05 to 1.3 times slower
/// for those of 6.
static constexpr int64_t outputReadAhead = 8192, rowReadAhead = 4096;
/// Pixels of f32 of up to so many bytes do not: measured 1.05 to 1.15 times
/// slower with 256 and 512 on Zen 4, faster from 576 on; of bf16 with 256 1.5
/// times faster.
static constexpr int64_t narrowPixelBytes = 512;

/// One stream that target.getReadAhead() is for reads ahead up to so many
/// shares of the last level: on Zen 5 1.05 to 1.1 times faster up to 100 MB,
/// and 1.01 to 1.03 times slower with 200.
static constexpr int64_t readAheadShares = 8;

/// How far ahead outputs of rows read that are no longer than this and have
/// parameters as long: measured on Zen 5 1.05 to 1.35 times faster, with two
/// inputs and outputs too; longer ones get up to 1.2 times slower. With a
/// parameter a channel it is the next channel or group whatever its size, as
/// long as it is in L2 by then: 1.1 to 1.25 times faster.
static constexpr int64_t rowMapAhead = 32768;

/// How far ahead lines of outputs are fetched that short runs store through the
/// caches: by then the runs beside those in work are under way. Measured 1.25
/// to 1.4 times faster with planes of 7x7 and 14x14.
static constexpr int64_t writeAhead = 4096;

/// How far ahead pixels read of which several are computed at once: the block
/// after theirs. One stream of them gets by without, but the hardware does not
/// see that two or four go on after those beside them: measured 1.1 to 1.4
/// times slower without.
static constexpr int64_t streamsReadAhead = 16384;

/// How far ahead `structure` reads where its data are in memory.
static void addReadAhead(FetchAhead &ahead, const KernelStructure &structure,
                         TargetAttr target, int64_t atOnce) {
  int64_t elementBytes = getElementBytes(structure);
  if (structure.getForm() == KernelForm::Rows) {
    std::optional<int64_t> elements =
        structure.getStaticExtent(structure.getReducedDims());
    bool isLong = !elements || *elements * elementBytes >= 2 * rowReadAhead;
    ahead.read = isLong && !target.getPrefetch() ? rowReadAhead : 0;
    return;
  }
  std::optional<int64_t> channels = getChannels(structure);
  bool isWide = isNarrow(structure) || !channels ||
                *channels * elementBytes > narrowPixelBytes;
  if (atOnce > 1) {
    ahead.read = streamsReadAhead;
  } else if (isWide && loadsAlongLanes(structure)) {
    ahead.read = outputReadAhead;
  } else {
    // Where no parameter is loaded along with the data, most hardware does
    // better, by a fifth.
    ahead.read = target.getReadAhead();
    if (ahead.read != 0 && structure.getForm() == KernelForm::Elementwise)
      ahead.readShares = readAheadShares;
  }
}

/// While the outputs of a row are written, its inputs come from L2 and memory
/// would only write: what follows is read.
static void addMapAhead(FetchAhead &ahead, const KernelStructure &structure,
                        TargetAttr target) {
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getReducedDims());
  if (structure.getForm() != KernelForm::Rows)
    return;
  int64_t bytes = 0;
  for (auto [i, input] : llvm::enumerate(structure.getKernel().getInputs()))
    if (elements && structure.getInputDims(i) == structure.getAllDims())
      bytes += *elements *
               getElementTypeOrSelf(input.getType()).getIntOrFloatBitWidth() /
               8;
  if (!loadsAlongLanes(structure)) {
    if (elements && bytes < target.getL2())
      ahead.prefetch = 1;
    return;
  }
  // Whether a dynamic row is short enough is seen when it runs.
  if (!target.getPrefetch() && bytes <= rowMapAhead)
    ahead.map = rowMapAhead;
}

FetchAhead bnc::selectFetchAhead(const KernelStructure &structure,
                                 TargetAttr target, int64_t atOnce) {
  FetchAhead ahead;
  bool isRows = structure.getForm() == KernelForm::Rows;
  // In channels-last statistics the hardware does not see the next block of
  // steps.
  if (structure.isColumns() || (isRows && target.getPrefetch()))
    ahead.prefetch = 1;
  addReadAhead(ahead, structure, target, atOnce);
  ahead.write = writeAhead;
  addMapAhead(ahead, structure, target);
  return ahead;
}
