// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The checks a generated C function makes before it touches memory.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_ARGUMENTCHECKS_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_ARGUMENTCHECKS_H

#include "CodeBuilder.h"

#include "bnc/Emit/Signature.h"

namespace bnc {

/// One tensor parameter as the checks see it at run time.
struct TensorSpan {
  /// Index of its pointer, and the values of pointer, extents and strides (in
  /// elements; empty where the tensor is contiguous).
  unsigned index;
  bool isWritten;
  unsigned elementBytes;
  mlir::Value pointer;
  llvm::SmallVector<mlir::Value> extents, strides;
  /// Whether it has elements; null if it always has.
  mlir::Value hasElements;
  /// Bytes from its first to its last element's end, where it has elements,
  /// and whether that number does not fit.
  mlir::Value bytes, overflow;
};

/// Emits checks in the order of docs/Abi.md. Every failure goes to one block
/// that stores the index of the argument at fault and returns the status.
class ArgumentChecks {
public:
  /// `arguments` are the values of the C parameters after `context`. The
  /// builder stands where the checks begin.
  ArgumentChecks(CodeBuilder &b, norm::FuncOp func, const Signature &signature,
                 mlir::Value context, mlir::ValueRange arguments);

  /// ctx->size and ctx->max_isa are known. Returns the instruction sets that
  /// the latter allows (buildAllowedLevels).
  mlir::Value checkContext();
  /// Some bit of `levels` is in `runnable`, which is what `bnc.runnable` said,
  /// and in `allowed`. Returns those that are.
  mlir::Value checkVariants(mlir::Value runnable, mlir::Value allowed,
                            int32_t levels);
  /// No extent or stride is negative, and no tensor overflows.
  void checkExtents();
  /// No tensor with elements is NULL.
  void checkPointers();
  /// Dynamic extents are multiples of what kernels split them by.
  void checkDivisors();
  /// Nothing that is written overlaps itself or anything else.
  void checkOverlap();
  /// The workspace has `required` bytes of its own.
  void checkWorkspace(mlir::Value required);
  /// No variance divides by zero because of a correction.
  void checkCounts();

private:
  /// Returns `status` with `argument` at fault where `bad`.
  void failIf(mlir::Value bad, int status, int64_t argument);
  void checkPairOverlap(const TensorSpan &written, const TensorSpan &other);
  mlir::Value describe(const TensorSpan &span, mlir::Value slot,
                       unsigned numFields);

  CodeBuilder &b;
  norm::FuncOp func;
  const Signature &signature;
  mlir::Value context;
  llvm::SmallVector<mlir::Value> arguments;
  llvm::SmallVector<TensorSpan> spans;
  mlir::Block *failure;
};

/// The run-time value of the extent of `dim` of a kernel.
mlir::Value buildExtent(CodeBuilder &b, const Signature &signature,
                        mlir::ValueRange arguments, norm::DimAttr dim);

/// The tensors of a signature, their extents taken from `arguments`. Pointers
/// and strides are null where `arguments` holds extents only.
llvm::SmallVector<TensorSpan> collectSpans(CodeBuilder &b, norm::FuncOp func,
                                           const Signature &signature,
                                           mlir::ValueRange arguments);

/// Computes `bytes` and `overflow` of `span`, of a contiguous tensor with
/// elements of `elementBytes` where `strided` is false.
void buildBytes(CodeBuilder &b, TensorSpan &span, bool strided,
                int64_t elementBytes);

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_ARGUMENTCHECKS_H
