// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The passes of lib/Schedule.

#ifndef BNC_SCHEDULE_PASSES_H
#define BNC_SCHEDULE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bnc {
#define GEN_PASS_DECL
#include "bnc/Schedule/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "bnc/Schedule/Passes.h.inc"
} // namespace bnc

#endif // BNC_SCHEDULE_PASSES_H
