// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The sweep that writes the outputs of one contiguous run.

#include "bnc/Conversion/KernelToVector/JoinVectors.h"
#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
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

/// Runs of fewer bytes that end within a line are not stored past the caches:
/// the edges, lines that are shared with other runs, cost more than the rest
/// saves. Measured 1.5 times slower at 784 bytes and faster from 1200 on; with
/// 16-bit elements, whose edges take longer, slower at 1352 and 1.3 times
/// faster at 1568, but of rows, which are in L1 by then, 1.3 times slower at
/// 2000.
static constexpr int64_t shortRunBytes = 1024, shortRunBytes16 = 1536,
                         shortRowBytes16 = 2048;

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
bnc::listKeptArrays(const EmissionContext &context) {
  return listArraysOf(context, listKeptOutputs(context));
}

namespace {

/// One map sweep; see emitMapSweep.
struct MapSweep {
  const EmissionContext &context;
  ArrayRef<PointEmitter *> rows;
  const MapRun &run;
  SmallVector<MapOutput> outputs;
  SmallVector<const KernelArray *> inputs;
  /// Whether plain stores are emitted in place of nontemporal ones.
  bool isFallback = false;

  /// Prefetches, once a line, what is read further on, and what the rows after
  /// those in work will read where this point reads: memory would rest while
  /// outputs are written.
  void emitPrefetch(OpBuilder &b, const Point &point, unsigned slot,
                    bool nontemporal) {
    const Prefetch &prefetch =
        nontemporal || isFallback ? run.nontemporalPrefetch : run.prefetch;
    if (prefetch.bytes != 0)
      emitReadAhead(b, context, inputs, point, run.laneGroup, slot,
                    prefetch.bytes, prefetch.when);
    if (prefetch.rows == 0)
      return;
    // The last kept dim's neighbour is the next row, or close to it where rows
    // of another outer dim follow.
    SmallVector<Value> coordinates = point.coordinates;
    if (DimSet keptDims = context.structure.getKeptDims()) {
      Value &row = coordinates[getLastDim(keptDims)];
      row = LoopMath(b, context.loc)
                .add(row, prefetch.rows * int64_t(rows.size()));
    }
    bnc::emitPrefetch(b, context, inputs, coordinates, slot,
                      getCacheOfRows(context, inputs, rows.size()));
  }

  /// Fetches what is stored through the caches in place of past them.
  void fetchOutputs(OpBuilder &b, const Point &point, unsigned slot) {
    if (!isFallback || run.writeAhead == 0)
      return;
    for (const MapOutput &output : outputs)
      emitReadAhead(b, context, output.array, point, run.laneGroup, slot,
                    run.writeAhead);
  }

  /// If the run has a period, `phase` is the vector's, and moves on by `step`.
  /// It is vector number `slot` of its turn, which begins at a line of every
  /// output where it stores nontemporally.
  void emitVector(OpBuilder &b, Value position, Value count, unsigned slot,
                  MutableArrayRef<Value> phase, Value step,
                  bool nontemporal = false) {
    SmallVector<Value> positions{position};
    if (run.apart)
      positions.push_back(LoopMath(b, context.loc).add(position, run.apart));
    SmallVector<std::unique_ptr<PointEmitter>> emitters;
    SmallVector<KeptArrays> turned(positions.size());
    for (auto [at, turn] : llvm::zip_equal(positions, turned)) {
      const KeptArrays *kept = run.keptArrays;
      if (run.period) {
        turn = kept->movedTo(LoopMath(b, context.loc).sub(at, phase[0]));
        kept = &turn;
      }
      for (PointEmitter *row : rows) {
        Point point = row->getPoint();
        point.setLanes(b, context, run.laneGroup, at, count);
        if (!count)
          emitPrefetch(b, point, slot, nontemporal);
        fetchOutputs(b, point, slot);
        auto &lanes = *emitters.emplace_back(
            std::make_unique<PointEmitter>(b, context, point, row));
        lanes.useKeptArrays(kept, context.structure.getNumStages() + 1);
        // Before any store: what the rows share is loaded once.
        for (const MapOutput &output : outputs)
          lanes.emit(output.value);
      }
    }
    if (run.period)
      phase[0] = run.period->next(b, phase[0], step);
    for (auto &lanes : emitters)
      for (const MapOutput &output : outputs)
        lanes->store(lanes->emit(output.value), *output.array,
                     nontemporal ? getAlignment(*output.array, slot) : 0);
  }

  /// Whether elements go in pairs of an even and an odd one: all that the lanes
  /// load and store is bf16.
  bool canPair() {
    if (run.period || run.keptArrays ||
        !context.structure.getComputeType().isF32())
      return false;
    return llvm::all_of(listMapArrays(context), [&](const KernelArray *array) {
      return array->element.isBF16() || !(array->getDimSet() & run.laneGroup);
    });
  }

  /// Two vectors from `position` on, all in use, of which the first is number
  /// `slot`; see canPair and emitVector.
  void emitPair(OpBuilder &b, Value position, unsigned slot,
                bool nontemporal = false) {
    for (PointEmitter *row : rows) {
      Point even = row->getPoint();
      even.setLanes(b, context, run.laneGroup, position, Value());
      emitPrefetch(b, even, slot, nontemporal);
      fetchOutputs(b, even, slot);
      Point odd = even;
      even.parity = 0;
      odd.parity = 1;
      PointEmitter evens(b, context, even, row), odds(b, context, odd, row);
      odds.sharePairs(evens);
      for (const MapOutput &output : outputs)
        evens.storePair(odds, output.value, *output.array,
                        nontemporal ? getAlignment(*output.array, slot) : 0);
    }
  }

  /// Whether two vectors side by side are stored as one: their outputs are of
  /// bf16, which is then rounded by one instruction.
  bool canJoin() {
    if (run.period || run.apart || !context.target.bf16 || canPair() ||
        !context.structure.getComputeType().isF32())
      return false;
    return llvm::any_of(outputs, [](const MapOutput &output) {
      return output.array->element.isBF16();
    });
  }

  /// Two vectors from `position` on, all in use, of which the first is number
  /// `slot`; see canJoin and emitVector.
  void emitJoined(OpBuilder &b, Value position, unsigned slot,
                  bool nontemporal = false) {
    Value next = LoopMath(b, context.loc).add(position, context.target.lanes);
    SmallVector<std::unique_ptr<PointEmitter>> lows, highs;
    for (PointEmitter *row : rows)
      for (bool isHigh : {false, true}) {
        Point point = row->getPoint();
        point.setLanes(b, context, run.laneGroup, isHigh ? next : position,
                       Value());
        point.half = isHigh;
        emitPrefetch(b, point, slot + isHigh, nontemporal);
        fetchOutputs(b, point, slot + isHigh);
        auto &lanes = *(isHigh ? highs : lows)
                           .emplace_back(std::make_unique<PointEmitter>(
                               b, context, point, row));
        lanes.useKeptArrays(run.keptArrays,
                            context.structure.getNumStages() + 1);
        lanes.sharePairs(*lows.back());
        for (const MapOutput &output : outputs)
          lanes.emit(output.value);
      }
    for (auto [low, high] : llvm::zip_equal(lows, highs))
      for (const MapOutput &output : outputs)
        low->storeJoined(*high, output.value, *output.array,
                         nontemporal ? getAlignment(*output.array, slot) : 0,
                         nontemporal ? getAlignment(*output.array, slot + 1)
                                     : 0);
  }

  /// Vectors two by two; see canPair and canJoin.
  void emitPlainTwos(OpBuilder &b, bool pairs) {
    int64_t lanes = 2 * context.target.lanes;
    unsigned slots =
        (getConstantIndex(run.length) ? mapSlots : dynamicMapSlots) / 2;
    emitLaneLoop(b, context.loc, run.length, lanes, slots, {},
                 [&](OpBuilder &nested, Value position, Value count,
                     unsigned slot, MutableArrayRef<Value>) {
                   Value at =
                       LoopMath(nested, context.loc).add(run.begin, position);
                   if (count)
                     emitEdge(nested, at, count);
                   else if (pairs)
                     emitPair(nested, at, 2 * slot);
                   else
                     emitJoined(nested, at, 2 * slot);
                 });
  }

  /// How far a phase moves in `elements`; null without a period. Made outside
  /// of loops: it divides.
  Value getStep(OpBuilder &b, int64_t elements) {
    return run.period ? run.period->getStep(b, elements) : Value();
  }

  /// The phases of `slots` vectors from `position` on; none without a period.
  SmallVector<Value> startPhases(OpBuilder &b, Value position, unsigned slots) {
    SmallVector<Value> phases;
    if (!run.period)
      return phases;
    Value step = getStep(b, context.target.lanes);
    phases.push_back(run.period->at(b, position));
    while (phases.size() < slots)
      phases.push_back(run.period->next(b, phases.back(), step));
    return phases;
  }

  void emitPlain(OpBuilder &b) {
    bool pairs = canPair();
    if (pairs || canJoin())
      return emitPlainTwos(b, pairs);
    int64_t lanes = context.target.lanes;
    unsigned slots = mapSlots;
    if (!run.period && !getConstantIndex(run.length))
      slots = dynamicMapSlots;
    Value step = getStep(b, slots * lanes);
    emitLaneLoop(b, context.loc, run.length, lanes, slots,
                 startPhases(b, run.begin, slots),
                 [&](OpBuilder &nested, Value position, Value count,
                     unsigned slot, MutableArrayRef<Value> phase) {
                   Value at =
                       LoopMath(nested, context.loc).add(run.begin, position);
                   emitVector(nested, at, count, slot, phase, step);
                 });
  }

  /// The address of element `begin` of an output's run, as an index.
  Value emitAddress(OpBuilder &b, const KernelArray &array, Value begin) {
    LoopMath math(b, context.loc);
    Value offset = begin;
    const Point &point = rows[0]->getPoint();
    for (auto [dim, stride] : llvm::zip_equal(array.dims, array.strides))
      if (!(run.laneGroup >> dim & 1))
        offset = math.add(offset, math.mul(point.coordinates[dim], stride));
    Value base =
        LLVM::PtrToIntOp::create(b, context.loc, b.getI64Type(), array.pointer);
    Value index =
        arith::IndexCastOp::create(b, context.loc, b.getIndexType(), base);
    int64_t bytes = array.element.getIntOrFloatBitWidth() / 8;
    return math.add(index, math.mul(offset, bytes));
  }

  /// The alignment of vector `slot` after the start of a line.
  int64_t getAlignment(const KernelArray &array, unsigned slot) {
    return llvm::MinAlign(lineBytes, slot * getVectorBytes(context, array));
  }

  /// Masked vectors from `begin` on; none where `length` is 0: an access of no
  /// lanes beside an unmapped page costs a microsecond on Zen 4.
  void emitEdge(OpBuilder &b, Value begin, Value length) {
    int64_t lanes = context.target.lanes;
    Value step = getStep(b, lanes);
    emitMaskedLoop(b, context.loc, length, lanes, startPhases(b, begin, 1),
                   [&](OpBuilder &body, Value position, Value count, unsigned,
                       MutableArrayRef<Value> phase) {
                     Value at =
                         LoopMath(body, context.loc).add(begin, position);
                     emitVector(body, at, count, 0, phase, step);
                   });
  }

  /// The elements before the first output's first whole line.
  Value emitHead(OpBuilder &b) {
    LoopMath math(b, context.loc);
    const KernelArray &first = *outputs[0].array;
    Value line = math.constant(lineBytes);
    Value past = math.rem(emitAddress(b, first, run.begin), line);
    Value gap = math.rem(math.sub(line, past), line);
    int64_t elementBytes = first.element.getIntOrFloatBitWidth() / 8;
    return math.min(math.div(gap, elementBytes), run.length);
  }

  /// Whether all outputs are at the start of a line after the head of the
  /// first.
  Value emitAgree(OpBuilder &b) {
    Location loc = context.loc;
    LoopMath math(b, loc);
    Value head = emitHead(b), agree;
    for (const MapOutput &output : ArrayRef(outputs).drop_front()) {
      int64_t bytes = output.array->element.getIntOrFloatBitWidth() / 8;
      Value start = math.add(emitAddress(b, *output.array, run.begin),
                             math.mul(head, bytes));
      Value isAligned = arith::CmpIOp::create(
          b, loc, arith::CmpIPredicate::eq,
          math.rem(start, math.constant(lineBytes)), math.constant(0));
      agree =
          agree ? arith::AndIOp::create(b, loc, agree, isAligned) : isAligned;
    }
    return agree;
  }

  /// Whether a run is too short to be stored past the caches, an i1.
  Value emitIsShort(OpBuilder &b) {
    LoopMath math(b, context.loc);
    Value isShort;
    for (const MapOutput &output : outputs) {
      int64_t bits = output.array->element.getIntOrFloatBitWidth();
      Value bytes = math.mul(run.length, bits / 8);
      bool isRow = context.structure.getForm() == KernelForm::Rows;
      int64_t bound16 = isRow ? shortRowBytes16 : shortRunBytes16;
      Value least = math.constant(bits == 16 ? bound16 : shortRunBytes);
      Value isBelow = math.less(bytes, least);
      Value rest = math.rem(bytes, math.constant(lineBytes));
      Value endsWithin = math.less(math.constant(0), rest);
      Value both =
          b.createOrFold<arith::AndIOp>(context.loc, isBelow, endsWithin);
      isShort = isShort
                    ? b.createOrFold<arith::OrIOp>(context.loc, isShort, both)
                    : both;
    }
    return isShort;
  }

  /// Whether this run stores past the caches: where the schedule says so, the
  /// run is long enough, and the outputs' lines agree.
  Value emitCondition(OpBuilder &b) {
    Value wanted = run.nontemporal;
    // A period repeats along a long run.
    if (!run.period) {
      Value isShort = emitIsShort(b);
      Value never = arith::ConstantIntOp::create(b, context.loc, 0, 1);
      wanted =
          b.createOrFold<arith::SelectOp>(context.loc, isShort, never, wanted);
    }
    std::optional<int64_t> known = getConstantIndex(wanted);
    if (outputs.size() == 1 || known == 0)
      return wanted;
    if (known)
      return emitAgree(b);
    auto branch = scf::IfOp::create(b, context.loc, b.getI1Type(), wanted,
                                    /*withElseRegion=*/true);
    OpBuilder yes = branch.getThenBodyBuilder();
    scf::YieldOp::create(yes, context.loc, emitAgree(yes));
    OpBuilder no = branch.getElseBodyBuilder();
    scf::YieldOp::create(no, context.loc, wanted);
    return branch.getResult(0);
  }

  void emit(OpBuilder &b) {
    if (getConstantIndex(run.nontemporal) == 0 ||
        (rows.size() > 1 && !run.areRowsAlike) || run.apart)
      return emitPlain(b);
    Value condition = emitCondition(b);
    std::optional<int64_t> known = getConstantIndex(condition);
    std::optional<int64_t> wanted = getConstantIndex(run.nontemporal);
    if (known && *known != 0)
      return emitNontemporal(b);
    auto emitFallback = [&](OpBuilder &inside) {
      isFallback = wanted && *wanted != 0;
      emitPlain(inside);
    };
    if (known)
      return emitFallback(b);
    auto branch = scf::IfOp::create(b, context.loc, TypeRange(), condition,
                                    /*withElseRegion=*/true);
    OpBuilder yes = branch.getThenBodyBuilder();
    emitNontemporal(yes);
    OpBuilder no = branch.getElseBodyBuilder();
    emitFallback(no);
  }

  /// Peels a head so that the vectors of every output start at a line, and
  /// stores whole lines past the caches.
  void emitNontemporal(OpBuilder &b) {
    Location loc = context.loc;
    Value begin = run.begin, length = run.length, head = emitHead(b);
    emitEdge(b, begin, head);
    LoopMath inner(b, loc);
    Value start = inner.add(begin, head);
    // A turn fills a line of the narrowest output.
    int64_t lanes = context.target.lanes, slots = 1;
    for (const MapOutput &output : outputs)
      slots =
          std::max(slots, lineBytes / getVectorBytes(context, *output.array));
    bool pairs = canPair(), joins = canJoin() && slots > 1;
    int64_t turn = lanes * slots;
    Value rest = inner.sub(length, head);
    Value turns = inner.div(rest, turn);
    Value step = getStep(b, lanes);
    emitLoop(b, loc, inner.constant(0), turns, 1, startPhases(b, start, 1),
             [&](OpBuilder &body, Value index, ValueRange carried) {
               LoopMath math(body, loc);
               Value at = math.add(start, math.mul(index, turn));
               SmallVector<Value> phase(carried);
               for (int64_t slot = 0; slot < slots;
                    slot += pairs || joins ? 2 : 1) {
                 Value position = math.add(at, slot * lanes);
                 if (pairs)
                   emitPair(body, position, slot, /*nontemporal=*/true);
                 else if (joins)
                   emitJoined(body, position, slot, /*nontemporal=*/true);
                 else
                   emitVector(body, position, Value(), slot, phase, step,
                              /*nontemporal=*/true);
               }
               return phase;
             });
    Value whole = inner.mul(turns, turn);
    emitEdge(b, inner.add(start, whole), inner.sub(rest, whole));
  }
};

} // namespace

void bnc::emitMapSweep(OpBuilder &b, const EmissionContext &context,
                       ArrayRef<PointEmitter *> rows, const MapRun &run) {
  SmallVector<MapOutput> outputs = listMapOutputs(context);
  if (outputs.empty())
    return;
  for (PointEmitter *row : rows)
    row->moveTo(b);
  SmallVector<const KernelArray *> inputs = listInputsOf(context, outputs);
  MapSweep sweep{context, rows, run, std::move(outputs), std::move(inputs)};
  sweep.emit(b);
}
