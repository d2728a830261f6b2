// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Fills the tables of a turn.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_TURNTABLES_H
#define BNC_CONVERSION_KERNELTOVECTOR_TURNTABLES_H

#include "bnc/Conversion/KernelToVector/PeriodicMap.h"

namespace bnc {

/// Fills the tables of `shape` for the point of `row`: a turn, and its start
/// again, so that vectors may be loaded from every place of it.
KeptArrays emitTurn(mlir::OpBuilder &b, PhaseContext &phase,
                    const PeriodicShape &shape, PointEmitter &row);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_TURNTABLES_H
