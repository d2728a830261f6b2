// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Builds one norm.kernel.

#ifndef BNC_CONVERSION_SPECTOKERNEL_EMITKERNEL_H
#define BNC_CONVERSION_SPECTOKERNEL_EMITKERNEL_H

#include "Partition.h"

#include "mlir/IR/Builders.h"

namespace bnc {

/// Builds kernel `k` of `partition` at the insertion point of `b`. `stored`
/// maps values of the spec to the results of earlier kernels; this kernel's
/// are added, and the results that are returned go to `returned` by position.
void emitKernel(mlir::OpBuilder &b, norm::FuncOp func,
                const Partition &partition, const DimIdentity &identity,
                unsigned k, llvm::DenseMap<mlir::Value, mlir::Value> &stored,
                llvm::MutableArrayRef<mlir::Value> returned);

} // namespace bnc

#endif // BNC_CONVERSION_SPECTOKERNEL_EMITKERNEL_H
