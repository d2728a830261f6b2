// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// LLVM dialect ops with less ceremony.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_CODEBUILDER_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_CODEBUILDER_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bnc {

/// LLVM's name of the processor that every x86-64 processor can stand in for.
inline constexpr llvm::StringLiteral baselineCPU = "x86-64";

/// Builds the straight-line parts of the entry functions.
class CodeBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Predicate = mlir::LLVM::ICmpPredicate;

  mlir::LLVM::LLVMPointerType getPointerType();

  mlir::Value i1(bool value);
  mlir::Value i32(int64_t value);
  mlir::Value i64(int64_t value);
  mlir::Value null();

  mlir::Value compare(Predicate predicate, mlir::Value a, mlir::Value b);
  /// `a & b` and `a | b`; a null `a` is the neutral element.
  mlir::Value both(mlir::Value a, mlir::Value b);
  mlir::Value either(mlir::Value a, mlir::Value b);

  /// The address of a field of the struct at `base`.
  mlir::Value field(mlir::Type type, mlir::Value base, unsigned index);
  /// `a * b` and `a + b`; sets `overflow` to whether it, or one before, left
  /// i64.
  mlir::Value multiply(mlir::Value a, mlir::Value b, mlir::Value &overflow);
  mlir::Value add(mlir::Value a, mlir::Value b, mlir::Value &overflow);

  /// A stack slot, made in the entry block of the function at the insertion
  /// point so that it is allocated once.
  mlir::Value stackSlot(mlir::Type type);

  /// Ends the block with a branch to a new one, placed after it, when `taken`
  /// is false, and continues there. Where `taken`, control goes to `target`.
  void branchIf(mlir::Value taken, mlir::Block *target,
                mlir::ValueRange operands);

  /// A new function at the end of `module`, with its entry block; the builder
  /// continues in it. It is compiled for any x86-64, whatever the target, so
  /// that it may run before the processor is known.
  mlir::LLVM::LLVMFuncOp function(mlir::ModuleOp module, llvm::StringRef name,
                                  mlir::Type result,
                                  llvm::ArrayRef<mlir::Type> parameters,
                                  mlir::LLVM::Linkage linkage);
};

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_CODEBUILDER_H
