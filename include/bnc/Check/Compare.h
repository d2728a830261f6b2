// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Compares what a kernel wrote with the reference.

#ifndef BNC_CHECK_COMPARE_H
#define BNC_CHECK_COMPARE_H

#include "bnc/Check/Check.h"
#include "bnc/Reference/Tensor.h"

namespace bnc {

/// Compares `bytes`, the elements of a result in the type of `expected`, with
/// it. NaN equals NaN and an infinity the one of its sign; an element whose
/// error is infinite may be anything.
ResultReport compare(llvm::StringRef name, const reference::Tensor &expected,
                     llvm::ArrayRef<char> bytes);

} // namespace bnc

#endif // BNC_CHECK_COMPARE_H
