// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Times a compiled function beside the limit of the memory.

#ifndef BNC_LIB_TOOLS_MEASURE_H
#define BNC_LIB_TOOLS_MEASURE_H

#include "Traffic.h"

#include "bnc/Execution/CompiledFunction.h"

struct bnc_context;

namespace bnc {

/// Median seconds of one call, and of what it is held against.
struct Measurement {
  double seconds = 0;
  /// Of loops that only read and write what the kernels must.
  double limitSeconds = 0;
  /// Of the naive pipeline, 0 if it was not asked for.
  double naiveSeconds = 0;
  /// Inputs and outputs of all kernels, each once.
  int64_t bytes = 0;
  /// What the call returned, 0 if all is well.
  int32_t status = 0;
};

/// Runs `function`, the limit loops and `naive` (may be null) in turn on the
/// same memory, on data with a standard deviation of 1 around `mean`. `kernels`
/// is the function after kernel formation. Nothing if the system has no memory
/// for it.
std::optional<Measurement> measure(norm::FuncOp kernels,
                                   const CompiledFunction &function,
                                   const CompiledFunction *naive,
                                   const Extents &extents,
                                   const bnc_context *ctx, double mean);

} // namespace bnc

#endif // BNC_LIB_TOOLS_MEASURE_H
