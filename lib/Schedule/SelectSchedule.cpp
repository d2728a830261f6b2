// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Chooses how every kernel runs on the target: all that decides only the speed.

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Schedule/Passes.h"

#include "FetchAhead.h"
#include "KernelTraits.h"
#include "RowsAtOnce.h"
#include "Turns.h"

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

static CPUScheduleAttr selectSchedule(const KernelStructure &structure,
                                      TargetAttr target) {
  MLIRContext *context = target.getContext();
  RowsAtOnce rows = selectRowsAtOnce(structure, target);
  Turns turns = selectTurns(structure, target);
  bool isRows = structure.getForm() == KernelForm::Rows;
  bool fetchesNear = isRows ? target.getPrefetch() : turns.fetchesNear;
  auto makeNear = [&](int64_t minBytes, int64_t atOnce) {
    return CPUCaseAttr::get(context, minBytes, atOnce,
                            /*prefetch=*/fetchesNear ? 1 : 0,
                            /*nontemporal=*/false, rows.batch, /*read_ahead=*/0,
                            /*map_ahead=*/0, /*write_ahead=*/0, turns.near,
                            rows.tables);
  };
  SmallVector<CPUCaseAttr> cases;
  int64_t share = target.getLlcShare();
  cases.push_back(makeNear(/*minBytes=*/0, rows.near));
  if (rows.oneFromQuarters)
    cases.push_back(makeNear(share / 4 * *rows.oneFromQuarters, /*atOnce=*/1));
  FetchAhead ahead = selectFetchAhead(structure, target);
  // What is fetched with tables is not for the schedule to say.
  if (rows.farTables)
    ahead.read = ahead.map = ahead.write = 0;
  cases.push_back(CPUCaseAttr::get(
      context, share, rows.far, turns.fetchesFar ? ahead.prefetch : 0,
      /*nontemporal=*/true, rows.farBatch, ahead.read, ahead.map, ahead.write,
      turns.far, rows.farTables));
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
