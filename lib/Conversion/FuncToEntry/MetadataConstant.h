// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The constant that <f>_metadata() returns.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_METADATACONSTANT_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_METADATACONSTANT_H

#include "bnc/Emit/Signature.h"

namespace bnc {

/// Adds `f_metadata()` for `func` to `module`, with the bnc_metadata it
/// returns. Its JSON is the attribute `norm.description` of `func` where it has
/// one, else describeKernels's.
void buildMetadataFunction(mlir::ModuleOp module, norm::FuncOp func,
                           const Signature &signature,
                           llvm::ArrayRef<norm::TargetAttr> targets);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_METADATACONSTANT_H
