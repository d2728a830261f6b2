// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The passes of lib/Conversion.

#ifndef BNC_CONVERSION_PASSES_H
#define BNC_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bnc {
#define GEN_PASS_DECL
#include "bnc/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

#endif // BNC_CONVERSION_PASSES_H
