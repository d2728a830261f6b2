// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a misspelt name was meant to be.

#include "bnc/Dialect/Norm/IR/ClosestName.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>

llvm::StringRef
bnc::norm::getClosestName(llvm::StringRef name,
                          llvm::ArrayRef<llvm::StringRef> names) {
  llvm::StringRef best;
  unsigned bestDistance = std::max<size_t>(1, name.size() / 3) + 1;
  for (llvm::StringRef candidate : names) {
    unsigned distance = name.edit_distance_insensitive(candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

std::string bnc::norm::didYouMean(llvm::StringRef name,
                                  llvm::ArrayRef<llvm::StringRef> names,
                                  llvm::StringRef prefix) {
  llvm::StringRef closest = getClosestName(name, names);
  if (closest.empty())
    return "";
  return ("; did you mean '" + prefix + closest + "'?").str();
}
