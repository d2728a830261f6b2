// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Short rows, of which as many as there are lanes are finished together.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_ROWBATCH_H
#define BNC_CONVERSION_KERNELTOVECTOR_ROWBATCH_H

#include "bnc/Conversion/KernelToVector/RowStatistics.h"

namespace bnc {

/// Whether the rows of a kernel can be finished in batches: f32 statistics of
/// one stage and one run of one chunk, and kept values that are functions of
/// these and of scalars alone.
bool canBatchRows(PhaseContext &phase);

/// Emits the rows from `first` on, as many as `count` says and at most as many
/// as the target has lanes. What is computed a row each from its sums, records,
/// rstd and other kept values, is computed in vectors with a row a lane; rows
/// whose sums do not serve are done again by themselves.
void emitRowBatch(mlir::OpBuilder &b, PhaseContext &phase, mlir::Value first,
                  mlir::Value count);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_ROWBATCH_H
