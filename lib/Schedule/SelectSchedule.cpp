// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Chooses how every kernel runs on the target: all that decides only the speed.

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Schedule/Passes.h"

#include "FetchAhead.h"
#include "KernelTraits.h"
#include "RowsAtOnce.h"

namespace bnc {
#define GEN_PASS_DEF_SELECTSCHEDULEPASS
#include "bnc/Schedule/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Threads share rows where a call of few moves at least this many bytes.
static constexpr int64_t splitBytes = 256 << 10;
/// Rows of fewer bytes are not worth the code.
static constexpr int64_t splitRowBytes = 64 << 10;
/// More rows than this are enough for many threads.
static constexpr int64_t splitRows = 32;

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

/// Steps this many bytes apart, or a multiple of it, are in two sets of L1 or
/// one: a block of them does not fit there, and what is fetched ahead replaces
/// what was. Eight do: measured 1.05 to 1.2 times faster from L2 and L3. From
/// memory whole blocks are, by 1.05.
static constexpr int64_t clashingStep = 2048, clashingTurn = 8;

/// Steps of statistics that are added up at a time, or 0 for whole blocks.
static int64_t selectTurn(const KernelStructure &structure) {
  std::optional<int64_t> channels = getChannels(structure);
  bool doClash = structure.isColumns() && channels && *channels != 0 &&
                 *channels * getElementBytes(structure) % clashingStep == 0;
  return doClash ? clashingTurn : 0;
}

/// The same where outputs are stored past the caches.
static int64_t selectFarTurn(const KernelStructure &structure,
                             TargetAttr target) {
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getAllDims());
  bool staysInShare = elements && *elements * getElementBytes(structure) <=
                                      target.getLlcShare();
  return staysInShare ? selectTurn(structure) : 0;
}

static CPUScheduleAttr selectSchedule(const KernelStructure &structure,
                                      TargetAttr target) {
  MLIRContext *context = target.getContext();
  RowsAtOnce rows = selectRowsAtOnce(structure, target);
  bool isRows = structure.getForm() == KernelForm::Rows;
  auto makeNear = [&](int64_t minBytes, int64_t atOnce) {
    return CPUCaseAttr::get(context, minBytes, atOnce,
                            /*prefetch=*/isRows && target.getPrefetch() ? 1 : 0,
                            /*nontemporal=*/false, rows.batch, /*read_ahead=*/0,
                            /*map_ahead=*/0, /*write_ahead=*/0,
                            selectTurn(structure));
  };
  SmallVector<CPUCaseAttr> cases;
  int64_t share = target.getLlcShare();
  cases.push_back(makeNear(/*minBytes=*/0, rows.near));
  if (rows.oneFromQuarters)
    cases.push_back(makeNear(share / 4 * *rows.oneFromQuarters, /*atOnce=*/1));
  FetchAhead ahead = selectFetchAhead(structure, target);
  int64_t turn = selectFarTurn(structure, target);
  // In turns the hardware sees what comes next.
  if (turn != 0)
    ahead.prefetch = 0;
  cases.push_back(CPUCaseAttr::get(context, share, rows.far, ahead.prefetch,
                                   /*nontemporal=*/true, rows.farBatch,
                                   ahead.read, ahead.map, ahead.write, turn));
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
