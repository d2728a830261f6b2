// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The custom assembly directive for lists of names: `[mean, rstd]`.

#ifndef BNC_DIALECT_NORM_IR_NAMELIST_H
#define BNC_DIALECT_NORM_IR_NAMELIST_H

#include "mlir/IR/OpImplementation.h"

namespace bnc::norm {

/// Parses `[` identifier (`,` identifier)* `]` into an array of strings.
mlir::ParseResult parseNameList(mlir::OpAsmParser &parser,
                                mlir::ArrayAttr &names);

/// Prints an array of strings as `[a, b]`.
void printNameList(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::ArrayAttr names);

} // namespace bnc::norm

#endif // BNC_DIALECT_NORM_IR_NAMELIST_H
