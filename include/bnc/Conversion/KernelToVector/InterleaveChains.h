// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors whose elements take long chains of instructions, step by step side
// by side.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_INTERLEAVECHAINS_H
#define BNC_CONVERSION_KERNELTOVECTOR_INTERLEAVECHAINS_H

#include "mlir/IR/Block.h"

namespace bnc {

/// Orders the ops of `block` by their depth where that is long: of vectors that
/// do not depend on each other all take their first step, then the second. One
/// after the other, they fill the processor's scheduler before the next begins.
/// As many go side by side as fit `registers`.
/// What is read may be read before another array is written: the two are the
/// same or apart, and a point reads no element that another writes.
void interleaveChains(mlir::Block &block, unsigned registers);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_INTERLEAVECHAINS_H
