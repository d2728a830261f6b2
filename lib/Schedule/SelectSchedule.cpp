// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Chooses how every kernel runs on the target: all that decides only the speed.

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Schedule/Passes.h"

#include "mlir/IR/TypeUtilities.h"

namespace bnc {
#define GEN_PASS_DEF_SELECTSCHEDULEPASS
#include "bnc/Schedule/Passes.h.inc"
} // namespace bnc

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

/// How far ahead sweeps read from memory: the hardware stops at a page, and the
/// loads of parameters hide the misses from it. Measured on Zen 4: for outputs
/// 1.25 to 1.45 times faster than without, for rows of 16 KiB and more 1.12 to
/// 1.2 times, no difference for those of 8 KiB, and 1.05 to 1.3 times slower
/// for those of 6.
static constexpr int64_t outputReadAhead = 8192, rowReadAhead = 4096;
/// Pixels of f32 of up to so many bytes do not: measured 1.05 to 1.15 times
/// slower with 256 and 512, faster from 576 on; of bf16 with 256 1.5 times
/// faster.
static constexpr int64_t narrowPixelBytes = 512;

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

/// Rows of runs that clash in L1, see getClashingRun: with four at once every
/// line is used up. Measured on Zen 5 1.1 to 2.6 times faster, from memory only
/// for runs of a few lines, of 16 bits 1.8 times and of f32 with two 1.3 times.
/// More apart, or fewer than eight, they do not clash.
static constexpr int64_t pageBytes = 4096, leastClashingRuns = 8,
                         mostClashingBytes = 1024, farClashingBytes = 256;

/// Threads share rows where a call of few moves at least this many bytes.
static constexpr int64_t splitBytes = 256 << 10;
/// Rows of fewer bytes are not worth the code.
static constexpr int64_t splitRowBytes = 64 << 10;
/// More rows than this are enough for many threads.
static constexpr int64_t splitRows = 32;

/// Bytes of one row in the compute type, or nothing if dynamic.
static std::optional<int64_t> getRowBytes(const KernelStructure &structure) {
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getReducedDims());
  if (!elements)
    return std::nullopt;
  return *elements * structure.getComputeType().getWidth() / 8;
}

/// From how many bytes on few rows are split, or 0 for never.
static int64_t selectSplit(const KernelStructure &structure) {
  if (structure.getForm() != KernelForm::Rows)
    return 0;
  std::optional<int64_t> bytes = getRowBytes(structure);
  std::optional<int64_t> rows =
      structure.getStaticExtent(structure.getKeptDims());
  if ((bytes && *bytes < splitRowBytes) || (rows && *rows > splitRows))
    return 0;
  return splitBytes;
}

/// Whether what a kernel reads an element of at every point has 16 bits.
static bool isNarrow(const KernelStructure &structure) {
  for (auto [i, input] : llvm::enumerate(structure.getKernel().getInputs()))
    if (structure.getInputDims(i) == structure.getAllDims() &&
        getElementTypeOrSelf(input.getType()).getIntOrFloatBitWidth() != 16)
      return false;
  return true;
}

/// The bytes of the runs that a row consists of, if these are shorter than a
/// line of rows and whole pages apart, 0 otherwise: they then take the same few
/// sets of L1, where no line stays until the next row, which begins within it,
/// comes for the rest.
static int64_t getClashingRun(const KernelStructure &structure) {
  if (structure.getForm() != KernelForm::Rows)
    return 0;
  int64_t elementBytes =
      isNarrow(structure) ? 2 : structure.getComputeType().getWidth() / 8;
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

/// Whether outputs take more than the inputs at their points, which varies
/// along the innermost dim.
static bool loadsAlongLanes(const KernelStructure &structure) {
  if (structure.isColumns())
    return true;
  DimSet all = structure.getAllDims();
  DimSet innermost = all & ~(all >> 1);
  for (unsigned i = 0, e = structure.getKernel().getInputs().size(); i < e; ++i)
    if (DimSet dims = structure.getInputDims(i);
        dims != all && dims & innermost)
      return true;
  return false;
}

/// The channels of a pixel of a kernel whose innermost dim is kept or split, or
/// nothing if they are dynamic.
static std::optional<int64_t> getChannels(const KernelStructure &structure) {
  KernelOp kernel = structure.getKernel();
  unsigned inner = structure.getForm() == KernelForm::ColumnsThenMerge ? 2 : 1;
  DimSet channels = 0;
  for (unsigned i = 1; i <= inner; ++i)
    channels |= DimSet(1) << (kernel.getNumDims() - i);
  return structure.getStaticExtent(channels);
}

/// How far ahead `structure` reads where its data are in memory.
static int64_t selectReadAhead(const KernelStructure &structure,
                               TargetAttr target) {
  int64_t elementBytes =
      isNarrow(structure) ? 2 : structure.getComputeType().getWidth() / 8;
  if (structure.getForm() == KernelForm::Rows) {
    std::optional<int64_t> elements =
        structure.getStaticExtent(structure.getReducedDims());
    bool isLong = !elements || *elements * elementBytes >= 2 * rowReadAhead;
    return isLong && !target.getPrefetch() ? rowReadAhead : 0;
  }
  // Where no parameter is loaded along with the data, the hardware does better,
  // by a fifth.
  std::optional<int64_t> channels = getChannels(structure);
  bool isWide = isNarrow(structure) || !channels ||
                *channels * elementBytes > narrowPixelBytes;
  return isWide && loadsAlongLanes(structure) ? outputReadAhead : 0;
}

/// How far outputs of `rows` kernels read ahead where they bypass the caches.
struct MapAhead {
  int64_t rows = 0, bytes = 0;
};

/// While the outputs of a row are written, its inputs come from L2 and memory
/// would only write: what follows is read.
static MapAhead selectMapAhead(const KernelStructure &structure,
                               TargetAttr target) {
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getReducedDims());
  if (structure.getForm() != KernelForm::Rows)
    return {};
  int64_t bytes = 0;
  for (auto [i, input] : llvm::enumerate(structure.getKernel().getInputs()))
    if (elements && structure.getInputDims(i) == structure.getAllDims())
      bytes += *elements *
               getElementTypeOrSelf(input.getType()).getIntOrFloatBitWidth() /
               8;
  if (!loadsAlongLanes(structure))
    return {elements && bytes < target.getL2() ? 1 : 0, 0};
  // Whether a dynamic row is short enough is seen when it runs.
  if (target.getPrefetch())
    return {};
  return {0, bytes <= rowMapAhead ? rowMapAhead : 0};
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

static CPUScheduleAttr selectSchedule(const KernelStructure &structure,
                                      TargetAttr target) {
  MLIRContext *context = target.getContext();
  bool isRows = structure.getForm() == KernelForm::Rows;
  std::optional<int64_t> bytes = getRowBytes(structure);
  bool isShort = bytes && *bytes <= pairedRowBytes;
  int64_t rows = isRows && isShort ? 2 : 1;
  // Two pixels share the loads of what varies over the channels alone, which
  // are most; a dynamic channel count makes code enough.
  KernelOp kernel = structure.getKernel();
  if (!isRows && !kernel.getDim(kernel.getNumDims() - 1).isDynamic())
    rows = 2;
  int64_t rowsFar = isRows ? 1 : selectPixels(structure);
  int64_t clashing = getClashingRun(structure);
  if (clashing) {
    rows = 4;
    if (clashing <= farClashingBytes)
      rowsFar = isNarrow(structure) ? 4 : 2;
  }
  int64_t prefetch = isRows && target.getPrefetch() ? 1 : 0;
  // In channels-last statistics the hardware does not see the next block of
  // steps.
  int64_t prefetchFar = structure.isColumns() ? 1 : prefetch;
  MapAhead mapAhead = selectMapAhead(structure, target);
  prefetchFar = std::max(prefetchFar, mapAhead.rows);
  int64_t readAhead = selectReadAhead(structure, target);
  bool batch = isRows && bytes && *bytes <= batchedRowBytes;
  if (batch)
    rows = 1;
  auto makeCase = [&](int64_t minBytes, int64_t rows, bool fromMemory) {
    return CPUCaseAttr::get(
        context, minBytes, rows, fromMemory ? prefetchFar : prefetch,
        /*nontemporal=*/fromMemory, batch, fromMemory ? readAhead : 0,
        fromMemory ? mapAhead.bytes : 0, fromMemory ? writeAhead : 0);
  };
  SmallVector<CPUCaseAttr> cases;
  int64_t share = target.getLlcShare();
  cases.push_back(makeCase(/*minBytes=*/0, rows, /*fromMemory=*/false));
  if (isRows && rows > 1 && !clashing)
    cases.push_back(makeCase(share / 4 * pairedQuarters, /*rows=*/1,
                             /*fromMemory=*/false));
  cases.push_back(makeCase(share, rowsFar, /*fromMemory=*/true));
  return CPUScheduleAttr::get(context, cases, selectSplit(structure));
}

namespace {

struct SelectSchedulePass
    : bnc::impl::SelectSchedulePassBase<SelectSchedulePass> {
  void runOnOperation() override {
    auto target = getOperation()->getAttrOfType<TargetAttr>("norm.target");
    getOperation().walk([&](KernelOp kernel) {
      if (kernel.getScheduleAttr())
        return WalkResult::advance();
      if (!target) {
        kernel.emitError("the module has no 'norm.target'");
        signalPassFailure();
        return WalkResult::interrupt();
      }
      kernel.setScheduleAttr(selectSchedule(KernelStructure(kernel), target));
      return WalkResult::advance();
    });
  }
};

} // namespace
