// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Rows that follow each other in memory and begin within a line.

#ifndef BNC_LIB_CONVERSION_KERNELTOVECTOR_SHAREDLINES_H
#define BNC_LIB_CONVERSION_KERNELTOVECTOR_SHAREDLINES_H

#include "bnc/Conversion/KernelToVector/Sweeps.h"

namespace bnc {

/// Whether rows, one for each point of `rowGroup`, share the lines of the one
/// output with their neighbours, two rows at most a line. `run` is all of a
/// row, of a static length.
bool canShareLines(const EmissionContext &context, DimSet rowGroup,
                   const MapRun &run);

using MakeRow = llvm::function_ref<std::unique_ptr<PointEmitter>(
    mlir::OpBuilder &, mlir::Value row)>;

/// Stores such rows [begin, end) past the caches, whole lines, those that two
/// rows share as well.
void emitSharedLines(mlir::OpBuilder &b, const EmissionContext &context,
                     mlir::Value begin, mlir::Value end, MakeRow makeRow,
                     const MapRun &run);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_KERNELTOVECTOR_SHAREDLINES_H
