// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Whether the processor at run time has what a target needs.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_DETECTCPU_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_DETECTCPU_H

#include "CodeBuilder.h"

#include "bnc/Dialect/Norm/IR/Norm.h"

namespace bnc {

/// Where to go, with what, if something is missing.
struct Missing {
  mlir::Block *block;
  mlir::Value found;
};

/// Code that reaches its end if the processor and the system's state saving
/// have every instruction that code for `target` may use, else `missing`.
void buildDetection(CodeBuilder &b, norm::TargetAttr target, Missing missing);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_DETECTCPU_H
