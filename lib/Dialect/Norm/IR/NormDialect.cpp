// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Registers the ops, attributes and types of the `norm` dialect.

#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Dialect/Norm/IR/NameList.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

#include "bnc/Dialect/Norm/IR/NormDialect.cpp.inc"
#include "bnc/Dialect/Norm/IR/NormEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "bnc/Dialect/Norm/IR/NormTypes.cpp.inc"

#define GET_OP_CLASSES
#include "bnc/Dialect/Norm/IR/NormOps.cpp.inc"

void NormDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "bnc/Dialect/Norm/IR/NormOps.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "bnc/Dialect/Norm/IR/NormTypes.cpp.inc"
      >();
  registerAttributes();
}
