// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The map of a kernel whose innermost dims repeat along one long run.

#include "bnc/Conversion/KernelToVector/PeriodicMap.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/PairTables.h"
#include "bnc/Conversion/KernelToVector/StackTables.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"
#include "bnc/Conversion/KernelToVector/TurnTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <numeric>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

DimSet bnc::listNarrowValues(const EmissionContext &context,
                             SmallVectorImpl<KeptValue> &tables) {
  DimSet all = context.structure.getAllDims(), varying = 0;
  SmallVector<Value> worklist;
  llvm::DenseSet<Value> seen;
  auto add = [&](Value value, unsigned field, Type type) {
    varying |= context.structure.getDims(value);
    tables.push_back({value, field, type});
  };
  for (const MapOutput &output : listMapOutputs(context))
    worklist.push_back(output.value);
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    DimSet dims = context.structure.getDims(value);
    if (dims != all) {
      if (dims)
        add(value, KeptArrays::Plain, value.getType());
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (!op)
      continue;
    if (auto center = dyn_cast<CenterOp>(op)) {
      worklist.push_back(center.getInput());
      Value moments = center.getMoments();
      if (seen.insert(moments).second) {
        Type element = cast<MomentsType>(moments.getType()).getElement();
        add(moments, KeptArrays::MeanHigh, element);
        add(moments, KeptArrays::MeanLow, element);
      }
      continue;
    }
    llvm::append_range(worklist, op->getOperands());
  }
  return varying;
}

/// Where the odd elements of a turn begin that are apart, and how many elements
/// a table then has. An even extent repeats within both halves, of whole
/// vectors; an odd one as a sequence of both.
static int64_t getOdds(int64_t extent, int64_t lanes) {
  return extent % 2 ? (extent + 1) / 2
                    : llvm::alignTo(extent / 2 + lanes - 1, lanes);
}
static int64_t getSizeApart(int64_t extent, int64_t lanes) {
  int64_t odds = getOdds(extent, lanes);
  return extent % 2 ? extent + odds + lanes - 1 : 2 * odds;
}

/// The longest even or odd extent whose table has at most `size` elements, 0
/// for none.
static int64_t getLongestApart(int64_t size, int64_t lanes, bool isOdd) {
  int64_t extent = size - (size + isOdd) % 2;
  while (extent > 0 && getSizeApart(extent, lanes) > size)
    extent -= 2;
  return std::max(extent, int64_t(0));
}

/// Putting a turn in pairs takes as long as they save in three.
static constexpr int64_t leastTurns = 4;

void PeriodicShape::chooseForm(const PhaseContext &phase) {
  tableSize = getTableSize(phase, tables, tableBytes);
  std::optional<int64_t> extent = phase.structure.getStaticExtent(period),
                         length = phase.structure.getStaticExtent(run);
  int64_t lanes = phase.target.lanes;
  if (extent == 0)
    return;
  bool takesPairs = canTakePairs(phase, tables);
  if (!extent) {
    // After statistics there are more tables, whose shuffles, which
    // AVX512-BF16 does without, take what they save where data are in the
    // caches.
    bool isFaster = phase.target.bf16 || !phase.structure.isColumns();
    if (takesPairs)
      form = TurnForm::Apart;
    else if (isFaster && canJoin(phase, run))
      form = TurnForm::Halves;
    return;
  }
  int64_t turn = std::lcm(*extent, 2 * lanes);
  auto isLong = [&](int64_t elements) {
    return !length || *length >= leastTurns * elements;
  };
  int64_t most = getPairTableSize(phase, tables);
  // What is copied last may be copied a vector further.
  if (takesPairs && isLong(turn) && turn + lanes <= most) {
    tableSize = turn + lanes;
    form = TurnForm::Pairs;
    return;
  }
  if (int64_t size = getSizeApart(*extent, lanes);
      takesPairs && isLong(*extent) && size <= most) {
    tableSize = size;
    form = TurnForm::Apart;
    return;
  }
  // Halves of blocks take shuffles of every table. They pay, 1.1 to 1.3 times,
  // where in order every second load would cross a line, as of dynamic counts.
  // With AVX512-BF16 they take none: llvm-mca counts 5.3 cycles a line in place
  // of 7.9.
  if (*extent % lanes != 0 && canJoin(phase, run))
    form = TurnForm::Halves;
}

std::optional<PeriodicShape> PeriodicShape::get(const PhaseContext &phase) {
  const KernelStructure &structure = phase.structure;
  SmallVector<const KernelArray *> full = listFullMapArrays(phase);
  if (full.empty())
    return std::nullopt;
  PeriodicShape shape;
  DimSet varying = listNarrowValues(phase, shape.tables);
  shape.outerGroups = collapseDims(structure.getAllDims(), full);
  DimSet whole = shape.outerGroups.pop_back_val();
  // From the innermost dim outwards: the period, then what it repeats over.
  int dim = getLastDim(whole);
  for (; dim >= 0 && (whole & varying) >> dim & 1; --dim)
    shape.period |= DimSet(1) << dim;
  shape.run = shape.period;
  for (; dim >= 0 && (whole & ~varying) >> dim & 1; --dim)
    shape.run |= DimSet(1) << dim;
  if (!shape.period || shape.run == shape.period)
    return std::nullopt;
  for (; dim >= 0; --dim)
    if (whole >> dim & 1)
      shape.outerGroups.push_back(DimSet(1) << dim);
  llvm::sort(shape.outerGroups);
  llvm::erase_if(shape.tables, [&](const KeptValue &table) {
    return !(structure.getDims(table.value) & shape.period);
  });
  shape.chooseForm(phase);
  // A table is one contiguous run: what varies over a part of the period alone
  // would repeat within it.
  SmallVector<Value> values;
  for (const KeptValue &table : shape.tables)
    values.push_back(table.value);
  if (collapseDims(shape.period, listInputs(phase, values)).size() > 1)
    return std::nullopt;
  return shape;
}

bool PeriodicShape::endsAtStores(const PhaseContext &phase) const {
  std::optional<int64_t> extent = phase.structure.getStaticExtent(period);
  if (!extent || *extent % getVector(phase) != 0)
    return false;
  return !phase.mayBeNontemporal ||
         llvm::all_of(listMapOutputs(phase), [&](const MapOutput &output) {
           int64_t bits = output.array->element.getIntOrFloatBitWidth();
           return *extent * bits / 8 % lineBytes == 0;
         });
}

Value PeriodicShape::emitFits(EmissionContext &context, OpBuilder &b) const {
  LoopMath math(b, context.loc);
  Value extent = emitTotalExtent(b, context.loc, context.frame, period);
  if (form != TurnForm::Apart)
    return math.less(extent, math.constant(tableSize - getReach(context) + 2));
  Value longest = chooseByParity(b, context, [&](bool isOdd) {
    return math.constant(
        getLongestApart(tableSize, context.target.lanes, isOdd));
  });
  return math.less(extent, math.add(longest, 1));
}

Value PeriodicShape::chooseByParity(
    OpBuilder &b, EmissionContext &context,
    llvm::function_ref<Value(bool isOdd)> choice) const {
  LoopMath math(b, context.loc);
  Value extent = emitTotalExtent(b, context.loc, context.frame, period);
  Value isOdd = math.less(math.constant(0), math.rem(extent, math.constant(2)));
  Value ofOdd = choice(true), ofEven = choice(false);
  return b.createOrFold<arith::SelectOp>(context.loc, isOdd, ofOdd, ofEven);
}

Value PeriodicShape::emitOdds(EmissionContext &context, OpBuilder &b) const {
  LoopMath math(b, context.loc);
  Value extent = emitTotalExtent(b, context.loc, context.frame, period);
  int64_t lanes = context.target.lanes;
  return chooseByParity(b, context, [&](bool isOdd) {
    if (isOdd)
      return math.ceilDiv(extent, 2);
    Value reached = math.add(math.div(extent, 2), lanes - 1);
    return math.mul(math.ceilDiv(reached, lanes), lanes);
  });
}

Value PeriodicShape::emitTurn(EmissionContext &context, OpBuilder &b) const {
  LoopMath math(b, context.loc);
  Value extent = emitTotalExtent(b, context.loc, context.frame, period);
  if (form != TurnForm::Apart)
    return math.mul(extent, getRepeats(context));
  return chooseByParity(
      b, context, [&](bool isOdd) { return math.mul(extent, isOdd ? 2 : 1); });
}

Value PeriodicShape::emitItems(EmissionContext &context, OpBuilder &b) const {
  LoopMath math(b, context.loc);
  Value blocks = math.ceilDiv(
      emitTotalExtent(b, context.loc, context.frame, run), mapBlock);
  return math.mul(emitTotalExtent(b, context.loc, context.frame, outerGroups),
                  blocks);
}

Period::Period(OpBuilder &b, Location loc, Value extent, int64_t lanes)
    : loc(loc), extent(extent) {
  LoopMath math(b, loc);
  for (int64_t elements : {lanes, 2 * lanes, 4 * lanes})
    steps[elements] = math.rem(math.constant(elements), extent);
}

Value Period::at(OpBuilder &b, Value position) const {
  return LoopMath(b, loc).rem(position, extent);
}

Value Period::next(OpBuilder &b, Value phase, Value step) const {
  LoopMath math(b, loc);
  Value moved = math.add(phase, step);
  Value isPast =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, moved, extent);
  return arith::SelectOp::create(b, loc, isPast, math.sub(moved, extent),
                                 moved);
}

int64_t PeriodicShape::getReach(const EmissionContext &context) const {
  switch (form) {
  case TurnForm::Single:
    return context.target.lanes;
  case TurnForm::Halves:
    return 2 * context.target.lanes;
  case TurnForm::Pairs:
  case TurnForm::Apart:
    return 1;
  }
  llvm_unreachable("no such form");
}

int64_t PeriodicShape::getVector(const EmissionContext &context) const {
  return (isInPairs(form) ? 2 : 1) * context.target.lanes;
}

int64_t PeriodicShape::getRepeats(const EmissionContext &context) const {
  std::optional<int64_t> extent = context.structure.getStaticExtent(period);
  if (!extent || *extent == 0 || form == TurnForm::Apart)
    return 1;
  int64_t vector = getVector(context);
  int64_t repeats = vector / std::gcd(*extent, vector);
  return repeats * *extent + getReach(context) - 1 <= tableSize ? repeats : 1;
}

void PeriodicShape::emitPhase(OpBuilder &b, PhaseContext &phase) const {
  Location loc = phase.loc;
  LoopMath math(b, loc);
  Value length = emitTotalExtent(b, loc, phase.frame, run);
  Value blocks = math.ceilDiv(length, mapBlock);
  Value blocksOrOne = math.max(blocks, math.constant(1));
  Period repeated(b, loc, emitTurn(phase, b), phase.target.lanes);
  emitLoop(
      b, loc, math.div(phase.begin, blocksOrOne),
      math.ceilDiv(phase.end, blocksOrOne), 1, {},
      [&](OpBuilder &body, Value outer, ValueRange) {
        LoopMath inner(body, loc);
        Value base = inner.mul(outer, blocks);
        Value first = inner.sub(inner.max(phase.begin, base), base);
        Value last =
            inner.sub(inner.min(phase.end, inner.add(base, blocks)), base);
        Point point;
        point.coordinates.assign(phase.frame.getKernel().getNumDims(),
                                 inner.constant(0));
        emitCoordinates(body, loc, phase.frame, outerGroups, outer,
                        point.coordinates);
        for (DimSet group : outerGroups)
          point.ownDims |= group;
        PointEmitter row(body, phase, point);
        row.useKeptArrays(phase.keptArrays, phase.structure.getNumStages() + 1);
        row.moveTo(body);
        KeptArrays kept = bnc::emitTurn(body, phase, *this, row);
        Value from = inner.mul(first, mapBlock);
        Value to = inner.min(inner.mul(last, mapBlock), length);
        MapRun part{run, from, inner.sub(to, from), phase.nontemporal, &kept};
        part.nontemporalPrefetch.bytes =
            phase.nontemporalSchedule.getReadAhead();
        part.period = repeated;
        part.turnForm = form;
        PointEmitter *rows[] = {&row};
        part.abreast = phase.schedule.getRows();
        part.abreastNontemporal = phase.nontemporalSchedule.getRows();
        emitMapSweep(body, phase, rows, part);
        return SmallVector<Value>();
      });
}
