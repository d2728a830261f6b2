// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which planes are so short that what is the same all over one is a table.

#include "ShortPlanes.h"

#include "KernelTraits.h"

#include <optional>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Filling the tables takes as long as they save in a few samples.
static constexpr int64_t leastSamples = 16;
static constexpr int64_t lineBytes = 64;

namespace {

/// Extents of a kernel of samples of channels of planes.
struct PlaneExtents {
  int64_t samples, channels, plane;
};

/// Planes of so many elements and more are better written one by one, with what
/// is the same all over them in registers: of f64 and f32, of 16 bits, and of
/// bf16 in pairs (docs/decisions/0022).
struct LongPlanes {
  int64_t of64, of32, of16, ofPairs;
};

} // namespace

static constexpr LongPlanes longMapPlanes = {12, 48, 128, 240};
/// The same past the caches, of planes that share lines.
static constexpr LongPlanes longFarMapPlanes = {12, 64, 128, 240};
/// After statistics, with which every channel has its root already, in the
/// caches and past them.
static constexpr LongPlanes longRowPlanes = {0, 48, 100, 80},
                            longFarRowPlanes = {0, 56, 100, 180};

static std::optional<PlaneExtents>
getPlaneExtents(const KernelStructure &structure) {
  DimSet all = structure.getAllDims(), channels = 0;
  if (structure.getForm() == KernelForm::Rows)
    channels = structure.getKeptDims();
  else
    for (unsigned i = 0, e = structure.getKernel().getInputs().size(); i < e;
         ++i)
      if (DimSet dims = structure.getInputDims(i); dims != all)
        channels |= dims;
  DimSet outer = (channels & -channels) - 1;
  DimSet plane = all & ~channels & ~outer;
  if (structure.isColumns() || !channels || !(outer & all) || !plane)
    return std::nullopt;
  std::optional<int64_t> samples = structure.getStaticExtent(outer & all),
                         count = structure.getStaticExtent(channels),
                         elements = structure.getStaticExtent(plane);
  if (!samples || !count || !elements)
    return std::nullopt;
  return PlaneExtents{*samples, *count, *elements};
}

static int64_t getBound(const KernelStructure &structure, TargetAttr target,
                        const LongPlanes &bounds) {
  if (isNarrow(structure))
    return readsF16(structure) || target.getBf16Convert() ? bounds.of16
                                                          : bounds.ofPairs;
  return structure.getComputeType().isF64() ? bounds.of64 : bounds.of32;
}

/// How many channels of `planes` are a group: whole vectors and lines, of which
/// half of L2 holds all samples; 0 for none.
static int64_t selectGroup(const KernelStructure &structure,
                           const PlaneExtents &planes, TargetAttr target) {
  // With vectors of 128 bits conversions of 16 bits take most of the time:
  // measured 0.9 of the speed, and of f16 twice the code.
  bool convertsSlowly = isNarrow(structure) && target.getVectorBits() == 128;
  if (structure.getNumStages() != 1 || !structure.getComputeType().isF32() ||
      convertsSlowly)
    return 0;
  int64_t planeBytes = planes.plane * getElementBytes(structure);
  for (int64_t rows : {32, 16})
    if (planes.channels % rows == 0 && rows * planeBytes % lineBytes == 0 &&
        rows * planeBytes * planes.samples <= target.getL2() / 2)
      return rows;
  return 0;
}

ShortPlanes bnc::selectShortPlanes(const KernelStructure &structure,
                                   TargetAttr target) {
  std::optional<PlaneExtents> planes = getPlaneExtents(structure);
  if (!planes || planes->samples < leastSamples)
    return {};
  auto isShort = [&](const LongPlanes &bounds) {
    return planes->plane < getBound(structure, target, bounds);
  };
  if (structure.getForm() == KernelForm::Rows) {
    int64_t group = selectGroup(structure, *planes, target);
    if (group == 0)
      return {};
    return {isShort(longRowPlanes), isShort(longFarRowPlanes), group};
  }
  bool shareLines = planes->plane * getElementBytes(structure) % lineBytes != 0;
  return {isShort(longMapPlanes),
          isShort(shareLines ? longFarMapPlanes : longMapPlanes)};
}
