// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which names of a spec may become names in a C header.

#ifndef BNC_LIB_DIALECT_NORM_IR_CNAMES_H
#define BNC_LIB_DIALECT_NORM_IR_CNAMES_H

#include "llvm/ADT/StringRef.h"

namespace bnc::norm {

/// Why `name` cannot name a parameter in C and C++, as the end of a
/// diagnostic, or empty if it can.
llvm::StringRef whyNotParameterName(llvm::StringRef name);

/// The same of an exported function.
llvm::StringRef whyNotFunctionName(llvm::StringRef name);

} // namespace bnc::norm

#endif // BNC_LIB_DIALECT_NORM_IR_CNAMES_H
