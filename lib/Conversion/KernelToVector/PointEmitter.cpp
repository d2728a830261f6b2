// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Emits values of a kernel's body at a point, one element or a vector of them.

#include "bnc/Conversion/KernelToVector/PointEmitter.h"

#include "RoundToBF16.h"

#include "bnc/Conversion/KernelToVector/JoinVectors.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

VectorTarget VectorTarget::get(TargetAttr target, FloatType compute) {
  VectorTarget result;
  result.lanes = target.getVectorBits() / compute.getWidth();
  result.registers = target.getRegisters();
  result.fma = target.getFma();
  result.bf16 = target.getBf16Convert();
  // AVX2 masks 32- and 64-bit accesses; 16-bit ones need AVX-512BW.
  result.masks16 = target.getMasks();
  result.masks32 = target.getMasks() || target.getVectorBits() >= 256;
  return result;
}

void Point::setElement(OpBuilder &b, const EmissionContext &context,
                       DimSet laneGroup, Value position) {
  for (unsigned dim = 0; dim < 64; ++dim)
    if (laneGroup >> dim & 1)
      coordinates[dim] = LoopMath(b, context.loc).constant(0);
  coordinates[getLastDim(laneGroup)] = position;
  ownDims = laneGroup;
  laneDims = 0;
  lanes = 1;
}

void Point::setLanes(OpBuilder &b, const EmissionContext &context,
                     DimSet laneGroup, Value position, Value inUse) {
  setElement(b, context, laneGroup, position);
  laneDims = laneGroup;
  lanes = context.target.lanes;
  count = inUse;
}

void PointEmitter::moveTo(OpBuilder &builder) {
  // The anchor keeps what is emitted later in front of what `builder` emits.
  auto anchor = arith::ConstantIndexOp::create(builder, loc, 0);
  b.setInsertionPoint(anchor);
}

Value PointEmitter::broadcast(Value value) {
  if (!point.laneDims || isa<VectorType>(value.getType()))
    return value;
  // As an integer: without bf16 instructions LLVM puts a bf16 into a vector by
  // a call that rounds it from f32.
  Type element = value.getType();
  Type storage = getStorageType(element);
  if (storage != element)
    value = arith::BitcastOp::create(b, loc, storage, value);
  Value vector = vector::BroadcastOp::create(
      b, loc, VectorType::get({point.lanes}, storage), value);
  if (storage == element)
    return vector;
  return arith::BitcastOp::create(
      b, loc, VectorType::get({point.lanes}, element), vector);
}

Value PointEmitter::createMask(int64_t lanes, Value inUse) {
  return vector::CreateMaskOp::create(
      b, loc, VectorType::get({lanes}, b.getI1Type()), inUse);
}

Value PointEmitter::getMask() {
  if (mask)
    return mask;
  LoopMath math(b, loc);
  Value inUse = point.count;
  if (point.parity)
    inUse = math.div(math.add(inUse, 1 - *point.parity), 2);
  return mask = createMask(point.lanes, inUse);
}

Value PointEmitter::maskOff(Value vector) {
  if (!point.count)
    return vector;
  Value zero = makeFloat(b, loc, vector.getType(), 0.0);
  return arith::SelectOp::create(b, loc, getMask(), vector, zero);
}

Value PointEmitter::emitPlaceInPairs(const KernelArray &array, Value index) {
  LoopMath math(b, loc);
  int64_t lanes = context.target.lanes;
  if (array.odds) {
    Value half = math.div(index, 2);
    Value parity = math.sub(index, math.mul(half, 2));
    return math.add(half, math.mul(parity, array.odds));
  }
  Value within = math.rem(index, math.constant(2 * lanes));
  Value block = math.sub(index, within);
  Value half = math.div(within, 2);
  Value parity = math.sub(within, math.mul(half, 2));
  return math.add(math.add(block, half), math.mul(parity, lanes));
}

SmallVector<Value> PointEmitter::getIndices(const KernelArray &array) {
  SmallVector<Value> indices;
  if (array.leading)
    indices.push_back(array.leading);
  for (unsigned dim : array.dims)
    indices.push_back(point.coordinates[dim]);
  if (array.origin)
    indices.back() = LoopMath(b, loc).sub(indices.back(), array.origin);
  if (array.inPairs && !point.laneDims)
    indices.back() = emitPlaceInPairs(array, indices.back());
  return indices;
}

/// Calls `body` with the offset and the number, powers of two from the largest
/// down, of parts that are `count` elements.
static void
forEachPart(int64_t count,
            llvm::function_ref<void(int64_t offset, int64_t size)> body) {
  for (int64_t offset = 0; offset < count;) {
    int64_t size = llvm::bit_floor(uint64_t(count - offset));
    body(offset, size);
    offset += size;
  }
}

/// The indices `offset` elements along the last dim.
static SmallVector<Value> advance(OpBuilder &b, Location loc,
                                  ArrayRef<Value> indices, int64_t offset) {
  SmallVector<Value> at(indices);
  at.back() = LoopMath(b, loc).add(at.back(), offset);
  return at;
}

/// The first `lanes` elements from the point on, as they are stored; where
/// elements are out of use, those that `laneMask` leaves out are 0.
Value PointEmitter::loadLanes(const KernelArray &array, int64_t lanes,
                              Value laneMask) {
  SmallVector<Value> indices = getIndices(array);
  if (point.parity && array.odds) {
    LoopMath math(b, loc);
    Value half = math.div(indices.back(), 2);
    indices.back() = *point.parity ? math.add(half, array.odds) : half;
  } else if (point.parity && array.inPairs) {
    indices = advance(b, loc, indices, *point.parity * lanes);
  }
  Type storage = getStorageType(array.element);
  auto type = VectorType::get({lanes}, storage);
  if (!point.count)
    return vector::LoadOp::create(b, loc, type, array.memref, indices);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  if (laneMask)
    return vector::MaskedLoadOp::create(b, loc, type, array.memref, indices,
                                        laneMask, zero);
  // No masked access of this width: copy by parts, or element by element.
  if (std::optional<int64_t> count = getConstantIndex(point.count)) {
    Value all = zero;
    forEachPart(*count, [&](int64_t offset, int64_t size) {
      Value part = vector::LoadOp::create(
          b, loc, VectorType::get({size}, storage), array.memref,
          advance(b, loc, indices, offset));
      all = vector::InsertStridedSliceOp::create(
          b, loc, part, all, ArrayRef<int64_t>{offset}, ArrayRef<int64_t>{1});
    });
    return all;
  }
  Value buffer = allocateOnStack(b, loc, {lanes}, storage);
  LoopMath math(b, loc);
  Value begin = math.constant(0);
  vector::StoreOp::create(b, loc, zero, buffer, begin);
  emitLoop(b, loc, begin, point.count, 1, {},
           [&](OpBuilder &body, Value i, ValueRange) {
             SmallVector<Value> at(indices);
             at.back() = LoopMath(body, loc).add(at.back(), i);
             Value one = memref::LoadOp::create(body, loc, array.memref, at);
             memref::StoreOp::create(body, loc, one, buffer, i);
             return SmallVector<Value>();
           });
  return vector::LoadOp::create(b, loc, type, buffer, begin);
}

Value PointEmitter::load(const KernelArray &array) {
  if (!(array.getDimSet() & point.laneDims))
    return loadElement(b, loc, array, getIndices(array));
  if (point.parity && !array.inPairs)
    return loadParity(array);
  if (point.half && !context.target.bf16)
    return emitHalf(b, loc, context.target, loadPairs(array), *point.half);
  Type storage = getStorageType(array.element);
  Value laneMask;
  if (point.count && context.target.canMask(storage))
    laneMask = getMask();
  Value loaded = loadLanes(array, point.lanes, laneMask);
  if (storage == array.element)
    return loaded;
  return arith::BitcastOp::create(
      b, loc, VectorType::get({point.lanes}, array.element), loaded);
}

Value PointEmitter::loadPairs(const KernelArray &array) {
  if (otherHalf)
    if (Value loaded = otherHalf->loadedPairs.lookup(&array))
      return loaded;
  assert(point.half != 1 && "the first half loads what both share");
  int64_t lanes = 2 * point.lanes;
  Value laneMask;
  if (point.count && context.target.canMask(getStorageType(array.element)))
    laneMask = createMask(lanes, point.count);
  return loadedPairs[&array] = arith::BitcastOp::create(
             b, loc, VectorType::get({lanes}, array.element),
             loadLanes(array, lanes, laneMask));
}

Value bnc::emitParity(OpBuilder &b, Location loc, Value pairs,
                      unsigned parity) {
  auto type = cast<VectorType>(pairs.getType());
  if (parity == 1)
    pairs =
        arith::ShRUIOp::create(b, loc, pairs, makeInteger(b, loc, type, 16));
  Value narrow =
      arith::TruncIOp::create(b, loc, type.clone(b.getI16Type()), pairs);
  return arith::BitcastOp::create(b, loc, type.clone(b.getBF16Type()), narrow);
}

Value PointEmitter::loadParity(const KernelArray &array) {
  auto words = VectorType::get({point.lanes}, b.getI32Type());
  Value pairs = vector::BitCastOp::create(b, loc, words, loadPairs(array));
  return emitParity(b, loc, pairs, *point.parity);
}

Value PointEmitter::emitJoinedFor(PointEmitter &next, Value value,
                                  const KernelArray &array) {
  bool isLanes(array.getDimSet() & point.laneDims);
  if (!isLanes || (!array.element.isBF16() && context.target.bf16))
    return {};
  if (Value known = joined.lookup(value))
    return known;
  Value first = broadcast(emit(value)),
        second = next.broadcast(next.emit(value));
  return joined[value] = emitJoined(b, loc, context.target, first, second);
}

void PointEmitter::storeJoined(PointEmitter &next, Value value,
                               const KernelArray &array, int64_t nontemporal,
                               int64_t nontemporalNext) {
  Value joined = emitJoinedFor(next, value, array);
  if (!joined) {
    store(emit(value), array, nontemporal);
    next.store(next.emit(value), array, nontemporalNext);
    return;
  }
  if (!array.element.isBF16()) {
    for (int64_t half : {0, 1}) {
      PointEmitter &emitter = half ? next : *this;
      Value part = vector::ExtractStridedSliceOp::create(
          b, loc, joined, half * point.lanes, point.lanes, 1);
      emitter.storeWhole(part, array, emitter.getIndices(array),
                         half ? nontemporalNext : nontemporal);
    }
    return;
  }
  auto storage = cast<VectorType>(joined.getType()).clone(b.getI16Type());
  storeWhole(arith::BitcastOp::create(b, loc, storage, joined), array,
             getIndices(array), nontemporal);
}

void PointEmitter::storePair(PointEmitter &odd, Value value,
                             const KernelArray &array, int64_t nontemporal) {
  storePairs(emitPairs(odd, value), array, nontemporal);
}

void PointEmitter::storePairs(Value words, const KernelArray &array,
                              int64_t nontemporal) {
  SmallVector<Value> indices = getIndices(array);
  if (!point.count)
    return storeWhole(words, array, indices, nontemporal);
  Value inUse = createMask(2 * point.lanes, point.count);
  vector::MaskedStoreOp::create(b, loc, array.memref, indices, inUse, words);
}

Value PointEmitter::emitPairs(PointEmitter &odd, Value value) {
  if (Value known = joined.lookup(value))
    return known;
  return joined[value] = computePairs(odd, value);
}

Value PointEmitter::computePairs(PointEmitter &odd, Value value) {
  Type i16 = b.getI16Type(), i32 = b.getI32Type();
  auto half = VectorType::get({point.lanes}, i16);
  auto pairs = VectorType::get({point.lanes}, i32);
  Value low = broadcast(emit(value)), high = odd.broadcast(odd.emit(value));
  if (context.target.bf16) {
    Value joined = emitJoined(b, loc, context.target, low, high);
    auto words = cast<VectorType>(joined.getType()).clone(i16);
    joined = arith::BitcastOp::create(b, loc, words, joined);
    SmallVector<int64_t> order;
    for (int64_t lane = 0; lane < point.lanes; ++lane)
      order.append({lane, point.lanes + lane});
    return vector::ShuffleOp::create(b, loc, joined, joined, order);
  }
  if (Value rounded = emitRoundedPairs(b, loc, low, high))
    return rounded;
  low = arith::BitcastOp::create(b, loc, half, low);
  high = arith::BitcastOp::create(b, loc, half, high);
  // Rounding by integers leaves each half in its place of 32 bits.
  Value shift = makeInteger(b, loc, pairs, 16);
  Value upper = arith::ShLIOp::create(
      b, loc, arith::ExtUIOp::create(b, loc, pairs, high), shift);
  Value both = arith::OrIOp::create(
      b, loc, arith::ExtUIOp::create(b, loc, pairs, low), upper);
  return vector::BitCastOp::create(
      b, loc, VectorType::get({2 * point.lanes}, i16), both);
}

void PointEmitter::storeWhole(Value vector, const KernelArray &array,
                              ValueRange indices, int64_t nontemporal) {
  auto stored = vector::StoreOp::create(b, loc, vector, array.memref, indices);
  if (nontemporal == 0)
    return;
  // Without the alignment LLVM splits the vector into scalar stores.
  stored.setNontemporal(true);
  stored.setAlignment(nontemporal);
}

void PointEmitter::store(Value value, const KernelArray &array,
                         int64_t nontemporal) {
  SmallVector<Value> indices = getIndices(array);
  if (!(array.getDimSet() & point.laneDims)) {
    storeElement(b, loc, value, array, indices);
    return;
  }
  Type storage = getStorageType(array.element);
  value = broadcast(value);
  if (storage != array.element)
    value = arith::BitcastOp::create(
        b, loc, VectorType::get({point.lanes}, storage), value);
  if (!point.count)
    return storeWhole(value, array, indices, nontemporal);
  if (context.target.canMask(storage)) {
    vector::MaskedStoreOp::create(b, loc, array.memref, indices, getMask(),
                                  value);
    return;
  }
  if (std::optional<int64_t> count = getConstantIndex(point.count)) {
    forEachPart(*count, [&](int64_t offset, int64_t size) {
      Value part =
          vector::ExtractStridedSliceOp::create(b, loc, value, offset, size, 1);
      vector::StoreOp::create(b, loc, part, array.memref,
                              advance(b, loc, indices, offset));
    });
    return;
  }
  Value buffer = allocateOnStack(b, loc, {point.lanes}, storage);
  Value begin = LoopMath(b, loc).constant(0);
  vector::StoreOp::create(b, loc, value, buffer, begin);
  emitLoop(b, loc, begin, point.count, 1, {},
           [&](OpBuilder &body, Value i, ValueRange) {
             SmallVector<Value> at(indices);
             at.back() = LoopMath(body, loc).add(at.back(), i);
             Value one = memref::LoadOp::create(body, loc, buffer, i);
             memref::StoreOp::create(body, loc, one, array.memref, at);
             return SmallVector<Value>();
           });
}

const Record *PointEmitter::findRecord(Value reduction) const {
  auto it = records.find(reduction);
  if (it != records.end())
    return &it->second;
  return outer ? outer->findRecord(reduction) : nullptr;
}

const KernelArray *PointEmitter::findKept(Value value, unsigned field) const {
  // Values made by a finalize phase are kept from stage 1 on.
  unsigned stage = std::max(1u, context.structure.getStage(value));
  return keptArrays && stage <= keptStage ? keptArrays->find(value, field)
                                          : nullptr;
}

Value PointEmitter::emit(Value value) {
  if (Value known = values.lookup(value))
    return known;
  if (outer && !(getDims(value) & point.ownDims))
    return outer->emit(value);
  Value result = compute(value);
  values[value] = result;
  return result;
}

Value PointEmitter::emitVector(Value value) { return broadcast(emit(value)); }

Value PointEmitter::emitMean(Value moments, KeptArrays::Field half) {
  if (Value known = means.lookup({moments, half}))
    return known;
  if (outer && !(getDims(moments) & point.ownDims))
    return outer->emitMean(moments, half);
  Value result;
  if (const KernelArray *array = findKept(moments, half)) {
    result = load(*array);
  } else {
    const Record &record = *findRecord(moments);
    RecordMath math(b, loc);
    Type type = cast<MomentsType>(moments.getType()).getElement();
    result = half == KeptArrays::MeanHigh ? math.meanHigh(record, type)
                                          : math.meanLow(record, type);
  }
  means[{moments, half}] = result;
  return result;
}

Value PointEmitter::compute(Value value) {
  if (const KernelArray *array = findKept(value, KeptArrays::Plain))
    return load(*array);
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    unsigned numInputs = context.frame.getKernel().getInputs().size();
    unsigned i = argument.getArgNumber();
    return i < numInputs ? load(context.frame.getInput(i))
                         : context.frame.getScalar(i - numInputs);
  }
  Operation *op = value.getDefiningOp();
  Type f64 = b.getF64Type();
  if (auto count = dyn_cast<CountOp>(op)) {
    DimSet dims = getDimSet(context.frame.getKernel(), count.getOver());
    return LoopMath(b, loc).toF64(emitTotalExtent(b, loc, context.frame, dims));
  }
  if (isa<SumOfSquaresOp>(op))
    return findRecord(value)->m2;
  if (auto mean = dyn_cast<MeanOp>(op))
    return RecordMath(b, loc).meanHigh(*findRecord(mean.getMoments()),
                                       mean.getType());
  if (auto low = dyn_cast<MeanLowOp>(op))
    return RecordMath(b, loc).meanLow(*findRecord(low.getMoments()),
                                      low.getType());
  if (auto variance = dyn_cast<VarianceOp>(op)) {
    const Record &record = *findRecord(variance.getMoments());
    Value n = record.count;
    if (variance.getCorrection() != 0)
      n = arith::SubFOp::create(
          b, loc, n, makeFloat(b, loc, f64, variance.getCorrection()));
    return arith::DivFOp::create(b, loc, record.m2, broadcast(n));
  }
  if (auto rstd = dyn_cast<RstdOp>(op)) {
    auto fit = [&](Value operand) {
      return variesOverLanes(value) ? emitVector(operand) : emit(operand);
    };
    Value sum = arith::AddFOp::create(b, loc, fit(rstd.getVariance()),
                                      fit(rstd.getEps()));
    Value zero = makeFloat(b, loc, sum.getType(), 0.0);
    Value one = makeFloat(b, loc, sum.getType(), 1.0);
    Value root = math::SqrtOp::create(b, loc, sum);
    Value inverse = arith::DivFOp::create(b, loc, one, root);
    Value isZero =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, sum, zero);
    Value wide = arith::SelectOp::create(b, loc, isZero, zero, inverse);
    if (rstd.getType().isF64())
      return wide;
    Type narrow = rstd.getType();
    if (auto vector = dyn_cast<VectorType>(wide.getType()))
      narrow = vector.clone(narrow);
    return arith::TruncFOp::create(b, loc, narrow, wide);
  }
  if (auto center = dyn_cast<CenterOp>(op)) {
    bool lanes = variesOverLanes(value);
    auto fit = [&](Value v) { return lanes ? broadcast(v) : v; };
    Value input = fit(emit(center.getInput()));
    Value high = fit(emitMean(center.getMoments(), KeptArrays::MeanHigh));
    Value low = fit(emitMean(center.getMoments(), KeptArrays::MeanLow));
    Value distance = arith::SubFOp::create(b, loc, input, high);
    return arith::SubFOp::create(b, loc, distance, low);
  }
  return computeElementwise(op);
}

/// `wide`, f64, rounded once to the 16-bit `type`: rounding to f32 on the way
/// must not turn it into a tie or out of one, so that step rounds to odd.
static Value narrowFromF64(OpBuilder &b, Location loc, Value wide, Type type) {
  auto like = [&](Type element) {
    return withElement(wide.getType(), element);
  };
  Value near = arith::TruncFOp::create(b, loc, like(b.getF32Type()), wide);
  Value back = arith::ExtFOp::create(b, loc, wide.getType(), near);
  Value inexact =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ONE, back, wide);
  Value beyond = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT,
                                       math::AbsFOp::create(b, loc, back),
                                       math::AbsFOp::create(b, loc, wide));
  Value bits = arith::BitcastOp::create(b, loc, like(b.getI32Type()), near);
  Value one = makeInteger(b, loc, bits.getType(), 1);
  Value toZero = arith::SelectOp::create(
      b, loc, beyond, arith::SubIOp::create(b, loc, bits, one), bits);
  Value odd = arith::SelectOp::create(
      b, loc, inexact, arith::OrIOp::create(b, loc, toZero, one), toZero);
  Value sticky = arith::BitcastOp::create(b, loc, near.getType(), odd);
  return arith::TruncFOp::create(b, loc, like(type), sticky);
}

Value PointEmitter::extendHalf(Operation *op) {
  auto extend = dyn_cast<arith::ExtFOp>(op);
  if (!point.half || !extend || !extend.getType().isF32())
    return {};
  auto argument = dyn_cast<BlockArgument>(extend.getIn());
  unsigned numInputs = context.frame.getKernel().getInputs().size();
  if (!argument || argument.getArgNumber() >= numInputs)
    return {};
  const KernelArray &array = context.frame.getInput(argument.getArgNumber());
  if (!array.element.isBF16() || !(array.getDimSet() & point.laneDims))
    return {};
  return emitWidenedHalf(b, loc, context.target, loadPairs(array), *point.half);
}

Value PointEmitter::computeElementwise(Operation *op) {
  if (Value extended = extendHalf(op))
    return extended;
  bool lanes = variesOverLanes(op->getResult(0));
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    Value emitted = emit(operand);
    operands.push_back(lanes ? broadcast(emitted) : emitted);
  }
  if (isa<MultiplyAddOp>(op)) {
    if (context.target.fma)
      return math::FmaOp::create(b, loc, operands[0], operands[1], operands[2]);
    Value product = arith::MulFOp::create(b, loc, operands[0], operands[1]);
    return arith::AddFOp::create(b, loc, product, operands[2]);
  }
  if (isa<arith::TruncFOp>(op) && op->getOperand(0).getType().isF64() &&
      op->getResult(0).getType().getIntOrFloatBitWidth() == 16)
    return narrowFromF64(b, loc, operands[0], op->getResult(0).getType());
  auto getType = [&](Type element) -> Type {
    return lanes ? VectorType::get({point.lanes}, element) : element;
  };
  Type resultType = op->getResult(0).getType();
  // 16-bit arithmetic is done in f32 and rounded: f32 has more than twice the
  // bits, so the result is the one rounding the type asks for.
  bool narrow = false;
  if (!isa<arith::ExtFOp, arith::TruncFOp, arith::ConstantOp, arith::SelectOp>(
          op))
    for (Value &operand : operands)
      if (getElementTypeOrSelf(operand.getType()).getIntOrFloatBitWidth() ==
          16) {
        operand =
            arith::ExtFOp::create(b, loc, getType(b.getF32Type()), operand);
        narrow = true;
      }
  narrow &= isa<FloatType>(resultType);
  OperationState state(loc, op->getName());
  state.addOperands(operands);
  state.addAttributes(op->getAttrs());
  state.addTypes(getType(narrow ? b.getF32Type() : resultType));
  Value result = b.create(state)->getResult(0);
  if (narrow)
    result = arith::TruncFOp::create(b, loc, getType(resultType), result);
  return result;
}
