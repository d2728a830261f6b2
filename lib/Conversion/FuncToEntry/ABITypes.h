// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The structs of runtime/include/bnc/abi.h in the LLVM dialect.

#ifndef BNC_LIB_CONVERSION_FUNCTOENTRY_ABITYPES_H
#define BNC_LIB_CONVERSION_FUNCTOENTRY_ABITYPES_H

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

namespace bnc {

/// Fields of bnc_context that the entry reads.
enum ContextField { contextSize = 0, contextMaxISA = 4, contextArgument = 5 };

/// bnc_context: size, parallel_for, user, threads, max_isa, argument,
/// allreduce, stream.
inline mlir::LLVM::LLVMStructType getContextType(mlir::MLIRContext *context) {
  mlir::Type pointer = mlir::LLVM::LLVMPointerType::get(context);
  mlir::Type i32 = mlir::IntegerType::get(context, 32);
  mlir::Type i64 = mlir::IntegerType::get(context, 64);
  return mlir::LLVM::LLVMStructType::getLiteral(
      context, {i64, pointer, pointer, i32, i32, pointer, pointer, pointer});
}

/// bnc_argument_info: name, kind, dtype, rank, extents, dims.
inline mlir::LLVM::LLVMStructType
getArgumentInfoType(mlir::MLIRContext *context) {
  mlir::Type pointer = mlir::LLVM::LLVMPointerType::get(context);
  mlir::Type i32 = mlir::IntegerType::get(context, 32);
  return mlir::LLVM::LLVMStructType::getLiteral(
      context, {pointer, pointer, pointer, i32, pointer, pointer});
}

/// bnc_metadata: size, abi, name, target, num_arguments, arguments, json.
inline mlir::LLVM::LLVMStructType getMetadataType(mlir::MLIRContext *context) {
  mlir::Type pointer = mlir::LLVM::LLVMPointerType::get(context);
  mlir::Type i32 = mlir::IntegerType::get(context, 32);
  mlir::Type i64 = mlir::IntegerType::get(context, 64);
  return mlir::LLVM::LLVMStructType::getLiteral(
      context, {i64, i32, pointer, pointer, i32, pointer, pointer});
}

} // namespace bnc

#endif // BNC_LIB_CONVERSION_FUNCTOENTRY_ABITYPES_H
