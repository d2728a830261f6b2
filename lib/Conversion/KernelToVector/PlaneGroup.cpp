// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Channels of short planes whose outputs are written with tables along lanes.

#include "bnc/Conversion/KernelToVector/PlaneGroup.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/RowBatch.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

/// Bytes of stack for the tables: of five values 240 lanes and a vector, beside
/// what a batch of channels takes. A task has 8 KiB.
static constexpr int64_t groupTableBytes = 5120;
/// They share what they load of the tables.
static constexpr int64_t samplesAtOnce = 2;

namespace {

/// The statistics of as many channels as there are lanes, from `first` on, and
/// of these what the outputs take.
class PlaneStatistics : public SerialBatch {
public:
  PlaneStatistics(OpBuilder &b, PhaseContext &phase, Value first,
                  ArrayRef<KeptValue> values, const KeptArrays &arrays,
                  Value at)
      : SerialBatch(b, phase, first,
                    LoopMath(b, phase.loc).constant(phase.target.lanes)),
        values(values), arrays(arrays), at(at) {}

protected:
  bool keepsInLanes() override { return true; }
  void emitResults(Fields) override {
    for (const KeptValue &value : values)
      vector::StoreOp::create(b, loc, emitKeptValue(*kept, value),
                              arrays.find(value.value, value.field)->memref,
                              at);
  }

private:
  ArrayRef<KeptValue> values;
  const KeptArrays &arrays;
  Value at;
};

} // namespace

std::optional<PlaneGroup> PlaneGroup::get(const PhaseContext &phase) {
  if (!phase.schedule.getBatch() || !canFinishInLanes(phase.structure) ||
      !canKeepInLanes(phase, /*areFull=*/true))
    return std::nullopt;
  std::optional<PlaneTables> tables = PlaneTables::get(phase);
  if (!tables)
    return std::nullopt;
  PlaneGroup group;
  group.channels = phase.schedule.getRows();
  std::optional<int64_t> all =
      phase.structure.getStaticExtent(phase.structure.getKeptDims());
  bool isWhole = all && *all % group.channels == 0 &&
                 group.channels % phase.target.lanes == 0;
  bool areOfF32 = llvm::all_of(tables->getValues(), [](const KeptValue &value) {
    return value.type.isF32();
  });
  if (tables->getChannels() != phase.structure.getKeptDims() || !isWhole ||
      !areOfF32 ||
      !tables->cut(phase, group.channels * tables->getPlaneSize(),
                   groupTableBytes))
    return std::nullopt;
  group.tables = std::move(*tables);
  return group;
}

Value PlaneGroup::emitItems(PhaseContext &phase, OpBuilder &b) const {
  int64_t all = *phase.structure.getStaticExtent(phase.structure.getKeptDims());
  return LoopMath(b, phase.loc).constant(all / channels);
}

void PlaneGroup::emitGroup(OpBuilder &b, PhaseContext &phase,
                           Value first) const {
  LoopMath math(b, phase.loc);
  Value zero = math.constant(0);
  KeptArrays arrays = allocateStackTables(
      b, phase.loc, phase.structure.getKeptDims(), tables.getValues(), channels,
      /*from=*/first);
  emitLoop(b, phase.loc, zero, math.constant(channels), phase.target.lanes, {},
           [&](OpBuilder &body, Value at, ValueRange) {
             PlaneStatistics(body, phase,
                             LoopMath(body, phase.loc).add(first, at),
                             tables.getValues(), arrays, at)
                 .emit();
             return SmallVector<Value>();
           });
  int64_t length = channels * tables.getPlaneSize();
  // The next group is read while this one is written.
  auto fetch = [&](OpBuilder &inside, Value row) {
    return RowFetch{row, LoopMath(inside, phase.loc).constant(length)};
  };
  Value start = math.mul(first, tables.getPlaneSize());
  emitLoop(b, phase.loc, zero, math.constant(length), tables.getPartSize(), {},
           [&](OpBuilder &body, Value part, ValueRange) {
             LoopMath inner(body, phase.loc);
             Value from = inner.add(start, part);
             Value end = inner.constant(tables.getRows());
             tables.emitPart(body, phase, from, zero, end, samplesAtOnce,
                             &arrays, fetch);
             return SmallVector<Value>();
           });
}

void PlaneGroup::emitPhase(OpBuilder &b, PhaseContext &phase) const {
  emitLoop(b, phase.loc, phase.begin, phase.end, 1, {},
           [&](OpBuilder &body, Value item, ValueRange) {
             emitGroup(body, phase,
                       LoopMath(body, phase.loc).mul(item, channels));
             return SmallVector<Value>();
           });
}
