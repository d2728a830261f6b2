// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The reductions of a row that is in one piece.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_ROWSTATISTICS_H
#define BNC_CONVERSION_KERNELTOVECTOR_ROWSTATISTICS_H

#include "bnc/Conversion/KernelToVector/Phases.h"

namespace bnc {

/// One row in work: the emitter of what is uniform over it.
struct Row {
  mlir::Value item;
  std::unique_ptr<PointEmitter> emitter;
};

/// Emits the reductions of `stage` for `rows` in lockstep and gives their
/// records to the emitters of the rows.
void emitRowStatistics(mlir::OpBuilder &b, PhaseContext &phase,
                       llvm::MutableArrayRef<Row> rows, unsigned stage);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_ROWSTATISTICS_H
