// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What is fetched before it is read.

#include "bnc/Conversion/KernelToVector/Prefetches.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bnc;

/// Rows of more bytes are prefetched into L2, not L1, of which this is half.
static constexpr int64_t nearRowBytes = 16384;

int64_t bnc::getVectorBytes(const EmissionContext &context,
                            const KernelArray &array) {
  return context.target.lanes * array.element.getIntOrFloatBitWidth() / 8;
}

Value bnc::bothSet(OpBuilder &b, Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return lhs ? lhs : rhs;
  return b.createOrFold<arith::AndIOp>(lhs.getLoc(), lhs, rhs);
}

void bnc::emitPrefetch(OpBuilder &b, const EmissionContext &context,
                       ArrayRef<const KernelArray *> arrays,
                       ArrayRef<Value> coordinates, unsigned slot,
                       PrefetchInto into) {
  for (const KernelArray *array : arrays) {
    if (array->getDimSet() != context.structure.getAllDims() ||
        slot * getVectorBytes(context, *array) % lineBytes != 0)
      continue;
    SmallVector<Value> indices;
    for (unsigned dim : array->dims)
      indices.push_back(coordinates[dim]);
    memref::PrefetchOp::create(b, context.loc, array->memref, indices,
                               /*isWrite=*/false, uint32_t(into),
                               /*isDataCache=*/true);
  }
}

void bnc::emitReadAhead(OpBuilder &b, const EmissionContext &context,
                        ArrayRef<const KernelArray *> arrays,
                        const Point &point, DimSet laneGroup, unsigned slot,
                        const Prefetch &prefetch) {
  LoopMath math(b, context.loc);
  for (const KernelArray *array : arrays) {
    SmallVector<Value> coordinates = point.coordinates;
    Value &position = coordinates[getLastDim(laneGroup)];
    Value distance = math.constant(prefetch.bytes * 8 /
                                   array->element.getIntOrFloatBitWidth());
    if (prefetch.when)
      distance = b.createOrFold<arith::SelectOp>(context.loc, prefetch.when,
                                                 distance, math.constant(0));
    position = math.add(position, distance);
    emitPrefetch(b, context, array, coordinates, slot, prefetch.bytesInto);
  }
}

PrefetchInto bnc::getCacheOfRows(const EmissionContext &context,
                                 ArrayRef<const KernelArray *> arrays,
                                 int64_t rows) {
  const KernelStructure &structure = context.structure;
  std::optional<int64_t> elements =
      structure.getStaticExtent(structure.getReducedDims());
  if (!elements)
    return PrefetchInto::L1;
  int64_t bytes = 0;
  for (const KernelArray *array : arrays)
    if (array->getDimSet() == structure.getAllDims())
      bytes += *elements * array->element.getIntOrFloatBitWidth() / 8;
  return bytes * rows > nearRowBytes ? PrefetchInto::L2 : PrefetchInto::L1;
}
