// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The sweep that writes the outputs of one contiguous run.

#include "bnc/Conversion/KernelToVector/LaneLoop.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Sweeps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Vectors an iteration of the output sweep: enough to hide the loop's own
/// instructions; more only lengthens the code.
static constexpr unsigned mapSlots = 4;
/// A line of the caches, and what a write-combining buffer holds.
static constexpr int64_t lineBytes = 64;

SmallVector<const KernelArray *> bnc::listInputs(const EmissionContext &context,
                                                 ArrayRef<Value> values) {
  SmallVector<Value> worklist(values);
  llvm::DenseSet<Value> seen;
  SmallVector<const KernelArray *> arrays;
  unsigned numInputs = context.frame.getKernel().getInputs().size();
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getArgNumber() < numInputs)
        arrays.push_back(&context.frame.getInput(argument.getArgNumber()));
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (isa<MomentsOp, SumOfSquaresOp>(op))
      continue;
    llvm::append_range(worklist, op->getOperands());
  }
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

SmallVector<const KernelArray *>
bnc::listMapArrays(const EmissionContext &context) {
  SmallVector<Value> values;
  SmallVector<MapOutput> outputs = listMapOutputs(context);
  for (const MapOutput &output : outputs)
    values.push_back(output.value);
  SmallVector<const KernelArray *> arrays = listInputs(context, values);
  for (const MapOutput &output : outputs)
    arrays.push_back(output.array);
  return arrays;
}

namespace {

/// One map sweep; see emitMapSweep.
struct MapSweep {
  const EmissionContext &context;
  ArrayRef<PointEmitter *> rows;
  DimSet laneGroup;
  const KeptArrays *keptArrays;
  unsigned keptStage;
  SmallVector<MapOutput> outputs;

  /// Stores nontemporally where `line` says the vector's place after the start
  /// of a line.
  void emitVector(OpBuilder &b, Value position, Value count,
                  std::optional<unsigned> line = std::nullopt) {
    for (PointEmitter *row : rows) {
      Point point = row->getPoint();
      point.setLanes(b, context, laneGroup, position, count);
      PointEmitter lanes(b, context, point, row);
      lanes.useKeptArrays(keptArrays, keptStage);
      for (const MapOutput &output : outputs)
        lanes.store(lanes.emit(output.value), *output.array,
                    line ? getAlignment(*output.array, *line) : 0);
    }
  }

  void emitPlain(OpBuilder &b, Value begin, Value length) {
    emitLaneLoop(b, context.loc, length, context.target.lanes, mapSlots, {},
                 [&](OpBuilder &nested, Value position, Value count, unsigned,
                     MutableArrayRef<Value>) {
                   Value at =
                       LoopMath(nested, context.loc).add(begin, position);
                   emitVector(nested, at, count);
                 });
  }

  /// The address of element `begin` of an output's run, as an index.
  Value emitAddress(OpBuilder &b, const KernelArray &array, Value begin) {
    LoopMath math(b, context.loc);
    Value offset = begin;
    const Point &point = rows[0]->getPoint();
    for (auto [dim, stride] : llvm::zip_equal(array.dims, array.strides))
      if (!(laneGroup >> dim & 1))
        offset = math.add(offset, math.mul(point.coordinates[dim], stride));
    Value base =
        LLVM::PtrToIntOp::create(b, context.loc, b.getI64Type(), array.pointer);
    Value index =
        arith::IndexCastOp::create(b, context.loc, b.getIndexType(), base);
    int64_t bytes = array.element.getIntOrFloatBitWidth() / 8;
    return math.add(index, math.mul(offset, bytes));
  }

  int64_t getVectorBytes(const KernelArray &array) {
    return context.target.lanes * array.element.getIntOrFloatBitWidth() / 8;
  }

  /// The alignment of vector `slot` after the start of a line.
  int64_t getAlignment(const KernelArray &array, unsigned slot) {
    return llvm::MinAlign(lineBytes, slot * getVectorBytes(array));
  }

  /// Masked vectors from `begin` on; none where `length` is 0: an access of no
  /// lanes beside an unmapped page costs a microsecond on Zen 4.
  void emitEdge(OpBuilder &b, Value begin, Value length) {
    Location loc = context.loc;
    LoopMath math(b, loc);
    int64_t lanes = context.target.lanes;
    emitLoop(b, loc, math.constant(0), math.ceilDiv(length, lanes), 1, {},
             [&](OpBuilder &body, Value i, ValueRange) {
               LoopMath inner(body, loc);
               Value offset = inner.mul(i, lanes);
               Value left = inner.sub(length, offset);
               emitVector(body, inner.add(begin, offset),
                          inner.min(left, inner.constant(lanes)));
               return SmallVector<Value>();
             });
  }

  /// Peels a head so that the vectors of every output start at a line, and
  /// stores whole lines past the caches. Outputs whose alignments disagree are
  /// stored plainly.
  void emitNontemporal(OpBuilder &b, Value begin, Value length) {
    Location loc = context.loc;
    LoopMath math(b, loc);
    const KernelArray &first = *outputs[0].array;
    int64_t elementBytes = first.element.getIntOrFloatBitWidth() / 8;
    Value line = math.constant(lineBytes);
    Value past = math.rem(emitAddress(b, first, begin), line);
    Value gap = math.rem(math.sub(line, past), line);
    Value head = math.min(math.div(gap, elementBytes), length);
    Value aligned;
    for (const MapOutput &output : outputs) {
      int64_t bytes = output.array->element.getIntOrFloatBitWidth() / 8;
      Value start =
          math.add(emitAddress(b, *output.array, begin), math.mul(head, bytes));
      Value isAligned =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                math.rem(start, line), math.constant(0));
      aligned = aligned
                    ? Value(arith::AndIOp::create(b, loc, aligned, isAligned))
                    : isAligned;
    }
    auto branch = scf::IfOp::create(b, loc, TypeRange(), aligned,
                                    /*withElseRegion=*/true);
    OpBuilder yes = branch.getThenBodyBuilder();
    emitEdge(yes, begin, head);
    LoopMath inner(yes, loc);
    Value start = inner.add(begin, head);
    // A turn fills a line of the narrowest output.
    int64_t lanes = context.target.lanes, slots = 1;
    for (const MapOutput &output : outputs)
      slots = std::max(slots, lineBytes / getVectorBytes(*output.array));
    int64_t step = lanes * slots;
    Value rest = inner.sub(length, head);
    Value turns = inner.div(rest, step);
    emitLoop(yes, loc, inner.constant(0), turns, 1, {},
             [&](OpBuilder &body, Value turn, ValueRange) {
               LoopMath math(body, loc);
               Value at = math.add(start, math.mul(turn, step));
               for (int64_t slot = 0; slot < slots; ++slot)
                 emitVector(body, math.add(at, slot * lanes), Value(), slot);
               return SmallVector<Value>();
             });
    Value whole = inner.mul(turns, step);
    emitEdge(yes, inner.add(start, whole), inner.sub(rest, whole));
    OpBuilder no = branch.getElseBodyBuilder();
    emitPlain(no, begin, length);
  }
};

} // namespace

void bnc::emitMapSweep(OpBuilder &b, const EmissionContext &context,
                       ArrayRef<PointEmitter *> rows, DimSet laneGroup,
                       Value begin, Value length, bool nontemporal,
                       const KeptArrays *keptArrays, unsigned keptStage) {
  SmallVector<MapOutput> outputs = listMapOutputs(context);
  if (outputs.empty())
    return;
  for (PointEmitter *row : rows)
    row->moveTo(b);
  MapSweep sweep{context,    rows,      laneGroup,
                 keptArrays, keptStage, std::move(outputs)};
  if (nontemporal && rows.size() == 1)
    sweep.emitNontemporal(b, begin, length);
  else
    sweep.emitPlain(b, begin, length);
}
