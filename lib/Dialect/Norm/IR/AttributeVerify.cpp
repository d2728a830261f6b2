// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Verifiers of the attributes and types of the `norm` dialect.

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnc::norm;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// Reports `value` unless it is at least `least`.
static LogicalResult expectAtLeast(EmitError emitError, StringRef name,
                                   int64_t value, int64_t least) {
  if (value >= least)
    return success();
  return emitError() << "expected '" << name << "' to be at least " << least
                     << ", but got " << value;
}

LogicalResult DimAttr::verify(EmitError emitError, StringAttr name,
                              int64_t size, StringAttr symbol,
                              int64_t divisor) {
  if (name.empty())
    return emitError() << "a dim needs a name";
  if (ShapedType::isDynamic(size)) {
    if (symbol.empty())
      return emitError() << "dim '" << name.getValue()
                         << "' is dynamic but names no dim of the function";
    return expectAtLeast(emitError, "divisor", divisor, 1);
  }
  return expectAtLeast(emitError, "size", size, 0);
}

LogicalResult PlanAttr::verify(EmitError emitError, PlanForm, int64_t lanes,
                               int64_t accumulators, int64_t block,
                               int64_t chunk, bool, bool) {
  for (auto [name, value] :
       {std::pair("lanes", lanes), std::pair("accumulators", accumulators)})
    if (value < 1 || !llvm::isPowerOf2_64(value))
      return emitError() << "expected '" << name
                         << "' to be a power of two, but got " << value;
  if (failed(expectAtLeast(emitError, "block", block, 1)))
    return failure();
  if (chunk < 1 || chunk % block != 0)
    return emitError() << "expected 'chunk' to be a multiple of 'block', "
                       << block << ", but got " << chunk;
  return success();
}

LogicalResult TargetAttr::verify(EmitError emitError, StringRef, StringRef,
                                 StringRef, int64_t vectorBits,
                                 int64_t registers, int64_t l1, int64_t l2,
                                 int64_t llcShare, bool, bool, bool, bool,
                                 bool) {
  if (vectorBits < 64 || !llvm::isPowerOf2_64(vectorBits))
    return emitError() << "expected 'vector_bits' to be a power of two of at "
                          "least 64, but got "
                       << vectorBits;
  for (auto [name, value] :
       {std::pair("registers", registers), std::pair("l1", l1),
        std::pair("l2", l2), std::pair("llc_share", llcShare)})
    if (failed(expectAtLeast(emitError, name, value, 1)))
      return failure();
  return success();
}

LogicalResult CPUCaseAttr::verify(EmitError emitError, int64_t minBytes,
                                  int64_t rows, int64_t prefetch, bool,
                                  bool batch, int64_t readAhead,
                                  int64_t mapAhead, int64_t writeAhead,
                                  int64_t turn, bool) {
  if (!llvm::is_contained({1, 2, 4, 8, 16, 32}, rows))
    return emitError() << "expected 'rows' to be 1, 2, 4, 8, 16 or 32, but got "
                       << rows;
  // The sums of more would not stay in registers.
  if (rows > 4 && !batch)
    return emitError() << "expected 'rows' to be at most 4 without 'batch', "
                          "but got "
                       << rows;
  if (failed(expectAtLeast(emitError, "min_bytes", minBytes, 0)) ||
      failed(expectAtLeast(emitError, "prefetch", prefetch, 0)) ||
      failed(expectAtLeast(emitError, "read_ahead", readAhead, 0)) ||
      failed(expectAtLeast(emitError, "map_ahead", mapAhead, 0)) ||
      failed(expectAtLeast(emitError, "write_ahead", writeAhead, 0)))
    return failure();
  return expectAtLeast(emitError, "turn", turn, 0);
}

LogicalResult CPUScheduleAttr::verify(EmitError emitError,
                                      ArrayRef<CPUCaseAttr> cases,
                                      int64_t split) {
  if (cases.empty() || cases.front().getMinBytes() != 0)
    return emitError() << "expected the first case to have 'min_bytes' 0";
  for (auto [before, after] : llvm::zip(cases.drop_back(), cases.drop_front()))
    if (before.getMinBytes() >= after.getMinBytes())
      return emitError() << "expected 'min_bytes' to increase, but got "
                         << after.getMinBytes() << " after "
                         << before.getMinBytes();
  return expectAtLeast(emitError, "split", split, 0);
}

LogicalResult MomentsType::verify(EmitError emitError, FloatType element) {
  if (!element.isF32() && !element.isF64())
    return emitError() << "expected a record of f32 or f64, but got "
                       << element;
  return success();
}
