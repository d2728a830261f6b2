// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a misspelt name was meant to be.

#ifndef BNC_DIALECT_NORM_IR_CLOSESTNAME_H
#define BNC_DIALECT_NORM_IR_CLOSESTNAME_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace bnc::norm {

/// The one of `names` that `name` is most likely a misspelling of, or empty if
/// none is near: at most a third of the letters may differ.
llvm::StringRef getClosestName(llvm::StringRef name,
                               llvm::ArrayRef<llvm::StringRef> names);

/// `; did you mean 'x'?` for the closest of `names`, or nothing. `prefix` is
/// what both lack of their full names, as `math.` of ops.
std::string didYouMean(llvm::StringRef name,
                       llvm::ArrayRef<llvm::StringRef> names,
                       llvm::StringRef prefix = "");

} // namespace bnc::norm

#endif // BNC_DIALECT_NORM_IR_CLOSESTNAME_H
