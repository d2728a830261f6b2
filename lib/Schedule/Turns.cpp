// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// In which order statistics over pixels add up: docs/decisions/0018.

#include "Turns.h"

#include "KernelTraits.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Steps this many bytes apart, or a multiple of it, are in two sets of L1 or
/// one: a block of them does not fit there, and what is fetched ahead replaces
/// what was. Eight do: measured 1.05 to 1.2 times faster from L2 and L3. From
/// memory whole blocks are, by 1.05.
static constexpr int64_t clashingStep = 2048, clashingTurn = 8;

/// Up to so many channels have room on the stack for a block, and go step by
/// step, in the order of memory: from there measured 1.05 to 1.3 times faster,
/// from L3 up to 1.05 times slower, of 16 bits 1.15. 32 channels, one stripe,
/// are 1.05 times slower.
static constexpr int64_t leastInOrder = 48, mostInOrder = 144;

/// With so few registers a block is fetched in the order of memory, which pays
/// from L3 as well: 1.01 to 1.06, but for more channels, whose panels do not
/// follow each other in memory.
static constexpr int64_t mostFetchedNear = 512;

Turns bnc::selectTurns(const KernelStructure &structure, TargetAttr target) {
  std::optional<int64_t> channels = getChannels(structure);
  if (!structure.isColumns() || !channels || *channels == 0)
    return {};
  int64_t elementBytes = getElementBytes(structure);
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getAllDims());
  Turns turns;
  if (hasFewRegisters(target)) {
    // Slots take turns there, not steps.
    turns.fetchesNear = *channels <= mostFetchedNear && elements &&
                        *elements * elementBytes > target.getL2();
    return turns;
  }
  bool staysInShare =
      elements && *elements * elementBytes <= target.getLlcShare();
  bool doClash = *channels * elementBytes % clashingStep == 0;
  if (doClash)
    turns.near = clashingTurn;
  if (!staysInShare) {
    bool fits = *channels >= leastInOrder && *channels <= mostInOrder;
    turns.far = fits ? 1 : 0;
  } else if (doClash) {
    // The hardware sees what comes next.
    turns.far = clashingTurn;
    turns.fetchesFar = false;
  }
  return turns;
}
