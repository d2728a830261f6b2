// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One random spec in the making.

#ifndef BNC_TEST_PROPERTY_DRAWING_H
#define BNC_TEST_PROPERTY_DRAWING_H

#include "Draw.h"
#include "Random.h"
#include "SpecWriter.h"

#include <optional>

namespace bnc {

/// What the generator knows of an op.
struct OpTraits {
  const char *name;
  /// Has `over`, not `feature`.
  bool axes;
  /// Records of a mean, so mean and mean_low may be saved.
  bool mean;
};

enum OpKind { Layer, RMS, L2, Group, Instance, BatchTraining, BatchInference };

inline constexpr OpTraits ops[] = {
    {"layer_norm", true, true},
    {"rms_norm", true, false},
    {"l2_norm", true, false},
    {"group_norm", false, true},
    {"instance_norm", false, true},
    {"batch_norm_training", false, true},
    {"batch_norm_inference", false, false},
};
inline constexpr const char *dtypes[] = {"f32", "bf16", "f16", "f64"};

/// One spec in the making.
class Drawing {
public:
  Drawing(uint64_t seed, bool allStatic);
  DrawnSpec run();

private:
  // Draw.cpp: dims and the whole.
  void drawShape();
  void drawAxesShape(int64_t budget);
  void drawFeatureShape(int64_t budget);
  void drawExtents(int64_t budget);
  void drawShortPlanes(unsigned n, unsigned c);
  unsigned addDim(llvm::StringRef name);

  // DrawOps.cpp: the body.
  SpecValue drawTensor(llvm::StringRef name, const std::vector<unsigned> &dims,
                       llvm::StringRef element, DrawnArgument contents);
  SpecValue drawPrologue(SpecValue value);
  SpecValue drawNorm(const SpecValue &input);
  SpecValue drawEpilogue(SpecValue value);
  SpecValue drawSecondNorm(const SpecValue &input);
  SpecValue drawEps(llvm::StringRef name, llvm::StringRef compute);
  SpecValue drawActivation(const SpecValue &value);

  /// A result besides y, written after it.
  struct Pending {
    std::string name;
    SpecValue value;
    std::optional<SpecValue> tied;
  };

  Random random;
  bool allStatic;
  OpKind kind;
  std::string dtype;
  /// Channels first; for ops with axes: the innermost dim is reduced.
  bool innermostReduced;
  SpecWriter writer;
  std::vector<Pending> pending;

  /// Dims of x; those of scale and shift; those of saved statistics.
  std::vector<unsigned> shape, parameterDims, savedDims;
  /// Elements of one statistic.
  int64_t count = 1;
  std::vector<int64_t> axes;
  unsigned feature = 0;
  int64_t groups = 1;
};

} // namespace bnc

#endif // BNC_TEST_PROPERTY_DRAWING_H
