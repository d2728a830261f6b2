// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The sweep that writes the outputs of one contiguous run.

#include "MapSweep.h"

#include "bnc/Conversion/KernelToVector/JoinVectors.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Vectors an iteration of the output sweep: enough to hide the loop's own
/// instructions; more only lengthens the code.
static constexpr unsigned mapSlots = 4;
/// Where a run's length is dynamic, what is left over is a loop of its own.
static constexpr unsigned dynamicMapSlots = 2;

SmallVector<const KernelArray *> bnc::listInputs(const EmissionContext &context,
                                                 ArrayRef<Value> values) {
  SmallVector<const KernelArray *> arrays;
  for (unsigned i : context.structure.listInputs(values))
    arrays.push_back(&context.frame.getInput(i));
  return arrays;
}

static SmallVector<MapOutput> listOutputs(const EmissionContext &context,
                                          bool overAllDims) {
  SmallVector<MapOutput> outputs;
  KernelOp kernel = context.frame.getKernel();
  DimSet all = context.structure.getAllDims();
  for (auto [i, value] :
       llvm::enumerate(kernel.getBlock()->getTerminator()->getOperands()))
    for (const KernelArray &array : context.frame.getResult(i))
      if ((array.getDimSet() == all) == overAllDims)
        outputs.push_back({value, &array});
  return outputs;
}

SmallVector<MapOutput> bnc::listMapOutputs(const EmissionContext &context) {
  return listOutputs(context, /*overAllDims=*/true);
}

SmallVector<MapOutput> bnc::listKeptOutputs(const EmissionContext &context) {
  return listOutputs(context, /*overAllDims=*/false);
}

/// The inputs of `outputs`.
static SmallVector<const KernelArray *>
listInputsOf(const EmissionContext &context, ArrayRef<MapOutput> outputs) {
  SmallVector<Value> values;
  for (const MapOutput &output : outputs)
    values.push_back(output.value);
  return listInputs(context, values);
}

/// These and the outputs.
static SmallVector<const KernelArray *>
listArraysOf(const EmissionContext &context, ArrayRef<MapOutput> outputs) {
  SmallVector<const KernelArray *> arrays = listInputsOf(context, outputs);
  for (const MapOutput &output : outputs)
    arrays.push_back(output.array);
  return arrays;
}

SmallVector<const KernelArray *>
bnc::listMapArrays(const EmissionContext &context) {
  return listArraysOf(context, listMapOutputs(context));
}

SmallVector<const KernelArray *>
bnc::listFullMapArrays(const EmissionContext &context) {
  SmallVector<const KernelArray *> arrays = listMapArrays(context);
  llvm::erase_if(arrays, [&](const KernelArray *array) {
    return array->getDimSet() != context.structure.getAllDims();
  });
  return arrays;
}

SmallVector<const KernelArray *>
bnc::listKeptArrays(const EmissionContext &context) {
  return listArraysOf(context, listKeptOutputs(context));
}

void MapSweep::emitPrefetch(OpBuilder &b, const Point &point, unsigned slot,
                            bool nontemporal) {
  Prefetch prefetch =
      nontemporal || isFallback ? run.nontemporalPrefetch : run.prefetch;
  if (prefetch.bytes != 0) {
    if (!nontemporal)
      prefetch.when = bothSet(b, prefetch.when, isFallback);
    emitReadAhead(b, context, inputs, point, run.laneGroup, slot, prefetch);
  }
  if (run.inOrder) {
    SmallVector<Value> coordinates = run.inOrder->coordinates;
    unsigned lane = getLastDim(run.laneGroup);
    coordinates[lane] = LoopMath(b, context.loc)
                            .add(point.coordinates[lane], run.inOrder->shift);
    bnc::emitPrefetch(b, context, inputs, coordinates, slot, PrefetchInto::L2);
  }
  if (prefetch.rows == 0)
    return;
  // The last kept dim's neighbour is the next row, or close to it where rows
  // of another outer dim follow.
  SmallVector<Value> coordinates = point.coordinates;
  if (DimSet keptDims = context.structure.getKeptDims()) {
    Value &row = coordinates[getLastDim(keptDims)];
    row =
        LoopMath(b, context.loc).add(row, prefetch.rows * int64_t(rows.size()));
  }
  bnc::emitPrefetch(b, context, inputs, coordinates, slot,
                    getCacheOfRows(context, inputs, rows.size()));
}

void MapSweep::fetchOutputs(OpBuilder &b, const Point &point, unsigned slot) {
  if (!isFallback || run.writeAhead == 0)
    return;
  for (const MapOutput &output : outputs)
    emitReadAhead(b, context, output.array, point, run.laneGroup, slot,
                  {/*rows=*/0, run.writeAhead, isFallback});
}

SmallVector<Value> MapSweep::listPositions(OpBuilder &b, Value position) {
  SmallVector<Value> positions{position};
  while (positions.size() < abreast)
    positions.push_back(LoopMath(b, context.loc).add(positions.back(), apart));
  return positions;
}

KeptArrays MapSweep::turnTables(OpBuilder &b, Value position,
                                ArrayRef<Value> phase) {
  if (run.pairTables)
    return *run.pairTables;
  if (!run.keptArrays)
    return {};
  return run.period ? run.keptArrays->movedTo(
                          LoopMath(b, context.loc).sub(position, phase[0]))
                    : *run.keptArrays;
}

SmallVector<Point> MapSweep::listPoints(OpBuilder &b, const Point &row,
                                        Value at, const VectorPlace &place) {
  Point first = row;
  if (place.form == VectorForm::Element) {
    first.setElement(b, context, run.laneGroup, at);
    return {first};
  }
  first.setLanes(b, context, run.laneGroup, at, place.count);
  if (place.form == VectorForm::One)
    return {first};
  Point second = first;
  if (place.form == VectorForm::Pairs) {
    first.parity = 0;
    second.parity = 1;
    return {first, second};
  }
  Value next = LoopMath(b, context.loc).add(at, context.target.lanes);
  second.setLanes(b, context, run.laneGroup, next, place.count);
  first.half = 0;
  second.half = 1;
  return {first, second};
}

VectorsInWork MapSweep::compute(OpBuilder &b, const VectorPlace &place,
                                MutableArrayRef<Value> phase, Value step) {
  VectorsInWork work{place};
  SmallVector<Value> positions = listPositions(b, place.position);
  for (Value at : positions)
    work.tables.push_back(turnTables(b, at, phase));
  for (auto [at, kept] : llvm::zip_equal(positions, work.tables))
    for (PointEmitter *row : rows) {
      for (auto [i, point] :
           llvm::enumerate(listPoints(b, row->getPoint(), at, place))) {
        // Both vectors of pairs are where the first is.
        if (point.parity != 1 && place.form != VectorForm::Element) {
          if (!place.count)
            emitPrefetch(b, point, place.slot + i, place.nontemporal);
          fetchOutputs(b, point, place.slot + i);
        }
        auto &lanes = *(i == 0 ? work.first : work.second)
                           .emplace_back(std::make_unique<PointEmitter>(
                               b, context, point, row));
        lanes.useKeptArrays(&kept, context.structure.getNumStages() + 1);
        lanes.sharePairs(*work.first.back());
        if (prepare)
          prepare(lanes);
        // Before any store: what the rows share is loaded once.
        for (const MapOutput &output : outputs)
          lanes.emit(output.value);
      }
      // What is stored takes half the registers of what it is rounded from.
      for (const MapOutput &output : outputs)
        round(work, output);
    }
  if (step)
    phase[0] = run.period->next(b, phase[0], step);
  return work;
}

void MapSweep::round(VectorsInWork &work, const MapOutput &output) {
  PointEmitter &first = *work.first.back();
  if (work.place.form == VectorForm::Pairs)
    first.emitPairs(*work.second.back(), output.value);
  else if (work.place.form == VectorForm::Halves)
    first.emitJoinedFor(*work.second.back(), output.value, *output.array);
}

void MapSweep::store(VectorsInWork &work, size_t index,
                     const MapOutput &output) {
  const KernelArray &array = *output.array;
  auto align = [&](unsigned slot) -> int64_t {
    return work.place.nontemporal ? getAlignment(array, slot) : 0;
  };
  unsigned slot = work.place.slot;
  PointEmitter &first = *work.first[index];
  switch (work.place.form) {
  case VectorForm::One:
  case VectorForm::Element:
    return first.store(first.emit(output.value), array, align(slot));
  case VectorForm::Pairs:
    return first.storePair(*work.second[index], output.value, array,
                           align(slot));
  case VectorForm::Halves:
    return first.storeJoined(*work.second[index], output.value, array,
                             align(slot), align(slot + 1));
  }
}

void MapSweep::storeInOrder(MutableArrayRef<VectorsInWork> turn) {
  for (size_t index = 0; index < turn.front().first.size(); ++index)
    for (const MapOutput &output : outputs)
      for (VectorsInWork &work : turn)
        store(work, index, output);
}

bool bnc::areLanesOf(ArrayRef<const KernelArray *> arrays, DimSet laneGroup,
                     llvm::function_ref<bool(Type)> fits) {
  return llvm::all_of(arrays, [&](const KernelArray *array) {
    return !(array->getDimSet() & laneGroup) || fits(array->element);
  });
}

bool bnc::areLanesOf(const EmissionContext &context, DimSet laneGroup,
                     llvm::function_ref<bool(Type)> fits) {
  return areLanesOf(listMapArrays(context), laneGroup, fits);
}

bool bnc::areRowsOf(const EmissionContext &context,
                    llvm::function_ref<bool(Type)> fits) {
  return llvm::all_of(
      listFullMapArrays(context),
      [&](const KernelArray *array) { return fits(array->element); });
}

bool bnc::canJoin(const EmissionContext &context, DimSet laneGroup) {
  if (!context.structure.getComputeType().isF32() ||
      llvm::none_of(listMapOutputs(context), [](const MapOutput &output) {
        return output.array->element.isBF16();
      }))
    return false;
  // Blocks of other types would have instructions of their own.
  return context.target.bf16 ||
         areLanesOf(context, laneGroup, [](Type element) {
           return element.isBF16() || element.isF32();
         });
}

bool MapSweep::takesPairTables() {
  return run.pairTables || isInPairs(run.turnForm);
}

VectorForm MapSweep::chooseForm() {
  if (takesPairTables())
    return VectorForm::Pairs;
  bool canPair = !run.period && !run.keptArrays &&
                 context.structure.getComputeType().isF32() &&
                 areLanesOf(context, run.laneGroup,
                            [](Type element) { return element.isBF16(); });
  if (canPair)
    return VectorForm::Pairs;
  bool mayJoin = !run.period || run.turnForm == TurnForm::Halves;
  if (mayJoin && canJoin(context, run.laneGroup))
    return VectorForm::Halves;
  return VectorForm::One;
}

int64_t MapSweep::getWidth(VectorForm form) {
  return (form == VectorForm::One ? 1 : 2) * context.target.lanes;
}

Value MapSweep::getStep(int64_t elements) {
  return run.period ? run.period->getStep(elements) : Value();
}

SmallVector<Value> MapSweep::startPhases(OpBuilder &b, Value position,
                                         unsigned slots, int64_t width) {
  SmallVector<Value> phases;
  if (!run.period)
    return phases;
  Value step = getStep(width);
  phases.push_back(run.period->at(b, position));
  while (phases.size() < slots)
    phases.push_back(run.period->next(b, phases.back(), step));
  return phases;
}

void MapSweep::emitPlain(OpBuilder &b) {
  if (run.abreast == 1)
    return emitPlain(b, run.begin, run.length);
  LoopMath math(b, context.loc);
  abreast = run.abreast;
  apart = math.evenPart(run.length, run.period->getExtent(), abreast);
  emitPlain(b, run.begin, apart);
  Value done = math.mul(apart, abreast);
  abreast = 1;
  emitPlain(b, math.add(run.begin, done), math.sub(run.length, done));
}

void MapSweep::emitPlain(OpBuilder &b, Value begin, Value length) {
  int64_t width = getWidth(form), together = width / context.target.lanes;
  unsigned slots = mapSlots;
  if (!run.period && !getConstantIndex(length))
    slots = dynamicMapSlots;
  slots /= together;
  Value step = getStep(slots * width);
  emitLaneLoop(b, context.loc, length, width, slots,
               startPhases(b, begin, slots, width),
               [&](OpBuilder &nested, Value position, Value count,
                   unsigned slot, MutableArrayRef<Value> phase) {
                 Value at = LoopMath(nested, context.loc).add(begin, position);
                 if (count && (form != VectorForm::One || takesElements(count)))
                   return emitEdge(nested, at, count);
                 VectorPlace place{at, count, form, unsigned(slot * together)};
                 VectorsInWork work = compute(nested, place, phase, step);
                 storeInOrder(work);
               });
}

bool MapSweep::servesBoth() {
  if (run.prefetch.bytes != 0 ||
      run.prefetch.rows != run.nontemporalPrefetch.rows)
    return false;
  bool fetches = run.nontemporalPrefetch.bytes != 0 || run.writeAhead != 0;
  // What short runs fetch in vain costs a hundredth.
  return !fetches || run.isOfSeveral;
}

void MapSweep::emitFallback(OpBuilder &b) {
  std::optional<int64_t> wanted = getConstantIndex(run.nontemporal);
  auto emitAs = [&](OpBuilder &inside, Value fallback) {
    isFallback = fallback;
    emitPlain(inside);
  };
  if (wanted)
    return emitAs(b, *wanted ? run.nontemporal : Value());
  // Runs of columns are seldom too short: one code serves both.
  if (context.structure.getForm() != KernelForm::Rows)
    return emitAs(b, {});
  if (servesBoth())
    return emitAs(b, run.nontemporal);
  auto branch = scf::IfOp::create(b, context.loc, TypeRange(), run.nontemporal,
                                  /*withElseRegion=*/true);
  OpBuilder yes = branch.getThenBodyBuilder();
  emitAs(yes, run.nontemporal);
  OpBuilder no = branch.getElseBodyBuilder();
  emitAs(no, {});
}

void MapSweep::emit(OpBuilder &b) {
  if (getConstantIndex(run.nontemporal) == 0 ||
      (rows.size() > 1 && !run.areRowsAlike))
    return emitPlain(b);
  Value condition = emitCondition(b);
  if (std::optional<int64_t> known = getConstantIndex(condition))
    return *known ? emitNontemporal(b) : emitFallback(b);
  auto branch = scf::IfOp::create(b, context.loc, TypeRange(), condition,
                                  /*withElseRegion=*/true);
  OpBuilder yes = branch.getThenBodyBuilder();
  emitNontemporal(yes);
  OpBuilder no = branch.getElseBodyBuilder();
  emitFallback(no);
}

void bnc::emitMapSweep(OpBuilder &b, const EmissionContext &context,
                       ArrayRef<PointEmitter *> rows, const MapRun &run) {
  SmallVector<MapOutput> outputs = listMapOutputs(context);
  if (outputs.empty())
    return;
  for (PointEmitter *row : rows)
    row->moveTo(b);
  SmallVector<const KernelArray *> inputs = listInputsOf(context, outputs);
  MapSweep sweep{context, rows, run, std::move(outputs), std::move(inputs)};
  sweep.form = sweep.chooseForm();
  sweep.emit(b);
}
