// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How far ahead kernels fetch what is in memory: docs/decisions/0010.

#include "FetchAhead.h"

#include "KernelTraits.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// How far ahead statistics of rows read from memory: the hardware stops at a
/// page. Measured on Zen 4 for rows of 16 KiB and more 1.12 to 1.2 times faster
/// than without, no difference for those of 8 KiB, and 1.05 to 1.3 times slower
/// for those of 6.
static constexpr int64_t rowReadAhead = 4096;

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

/// How far ahead the statistics of rows read where these are in memory.
static int64_t selectReadAhead(const KernelStructure &structure,
                               TargetAttr target) {
  if (structure.getForm() != KernelForm::Rows || target.getPrefetch())
    return 0;
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getReducedDims());
  bool isLong =
      !elements || *elements * getElementBytes(structure) >= 2 * rowReadAhead;
  return isLong ? rowReadAhead : 0;
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
                                 TargetAttr target) {
  FetchAhead ahead;
  bool isRows = structure.getForm() == KernelForm::Rows;
  // In channels-last statistics the hardware does not see the next block of
  // steps.
  if (structure.isColumns() || (isRows && target.getPrefetch()))
    ahead.prefetch = 1;
  ahead.read = selectReadAhead(structure, target);
  ahead.write = writeAhead;
  addMapAhead(ahead, structure, target);
  return ahead;
}
