// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The `norm` dialect in C++.

#ifndef BNC_DIALECT_NORM_IR_NORM_H
#define BNC_DIALECT_NORM_IR_NORM_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "bnc/Dialect/Norm/IR/NormDialect.h.inc"
#include "bnc/Dialect/Norm/IR/NormEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "bnc/Dialect/Norm/IR/NormAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "bnc/Dialect/Norm/IR/NormTypes.h.inc"

#define GET_OP_CLASSES
#include "bnc/Dialect/Norm/IR/NormOps.h.inc"

#endif // BNC_DIALECT_NORM_IR_NORM_H
