// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Code for 512-bit vectors on a processor that has none.

#ifndef BNC_TEST_SUPPORT_EMULATION_H
#define BNC_TEST_SUPPORT_EMULATION_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/IR/Module.h"

namespace bnc {

/// Whether code for `target` can be run by emulate here: `target` has AVX-512,
/// and this processor what code for x86-64-v3 needs.
bool canEmulate(norm::TargetAttr target);

/// Rewrites `module`, the code for one target after LLVM's passes, to the same
/// computation in plain LLVM IR that is code for x86-64-v3: intrinsics of
/// AVX-512 are spelled out, and LLVM cuts the vectors in two. All loops, masks
/// and orders stay as they are. What the entry finds out about the processor is
/// that it has everything.
void emulate(llvm::Module &module);

} // namespace bnc

#endif // BNC_TEST_SUPPORT_EMULATION_H
