// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Fills the arguments of a drawn spec.

#ifndef BNC_TEST_PROPERTY_INPUTS_H
#define BNC_TEST_PROPERTY_INPUTS_H

#include "Draw.h"

#include "bnc/Check/Invocation.h"

namespace bnc {

/// Random elements for every argument port of `func`, whose dynamic dims have
/// `extents`; the same for the same `seed`. `contents` has one entry per port.
llvm::SmallVector<Bytes> fillArguments(norm::FuncOp func,
                                       const Extents &extents,
                                       llvm::ArrayRef<DrawnArgument> contents,
                                       uint64_t seed);

} // namespace bnc

#endif // BNC_TEST_PROPERTY_INPUTS_H
