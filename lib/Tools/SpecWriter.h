// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The text of a spec with one norm in it.

#ifndef BNC_LIB_TOOLS_SPECWRITER_H
#define BNC_LIB_TOOLS_SPECWRITER_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace bnc {

/// How an op takes the dims that it normalizes.
enum class NormFamily {
  Axes,      ///< `over` a list of dims
  Groups,    ///< `feature` and `groups`
  Instance,  ///< `feature`, statistics per sample
  Inference, ///< `feature`, statistics given
  Training   ///< `feature`, statistics of the batch
};

/// A norm that `bnc new` knows.
struct NormInfo {
  llvm::StringLiteral name;
  NormFamily family;
  /// Whether it has a mean (and so a shift by default).
  bool hasMean;
  llvm::StringLiteral summary;
};

/// All of them.
llvm::ArrayRef<NormInfo> getNorms();

/// What the spec is to say. Consistent: `bnc new` has checked it.
struct SpecRequest {
  const NormInfo *norm = nullptr;
  std::string function;
  /// kDynamic where dynamic.
  llvm::SmallVector<int64_t> shape;
  std::string dtype = "f32", paramDtype = "f32";
  bool channelsLast = false;
  llvm::SmallVector<int64_t> axes;
  int64_t groups = 32;
  bool scale = true, shift = true, running = false;
  bool residual = false, strided = false, maxForm = false;
  double weightOffset = 0;
  std::string activation;
  llvm::SmallVector<llvm::StringRef> saves;

  /// The type statistics are computed in.
  llvm::StringRef getComputeType() const {
    return dtype == "f64" ? "f64" : "f32";
  }
  bool isNarrow() const { return dtype == "f16" || dtype == "bf16"; }
  unsigned getFeature() const { return channelsLast ? shape.size() - 1 : 1; }
};

/// The spec as a module with one function.
std::string writeSpec(const SpecRequest &request);

} // namespace bnc

#endif // BNC_LIB_TOOLS_SPECWRITER_H
