// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Draws the shape of a random spec, and puts the whole together.

#include "Drawing.h"

#include "llvm/ADT/STLExtras.h"

using namespace bnc;

/// Extents on both sides of every border: vectors, chunks, lines.
static constexpr int64_t ladder[] = {
    1,   2,   3,   4,   5,   7,    8,    15,   16,   17,  31,
    32,  33,  63,  64,  65,  100,  127,  128,  129,  200, 255,
    256, 257, 300, 511, 513, 1000, 1025, 2047, 2049, 4099};

uint64_t bnc::getNumCells() { return std::size(ops) * std::size(dtypes) * 2; }

Drawing::Drawing(uint64_t seed, bool allStatic)
    : random(seed), allStatic(allStatic) {
  uint64_t cell = seed % getNumCells();
  innermostReduced = cell % 2 == 0;
  dtype = dtypes[cell / 2 % std::size(dtypes)];
  kind = OpKind(cell / 2 / std::size(dtypes));
}

unsigned Drawing::addDim(llvm::StringRef name) {
  // Drawn even where it is not used: allStatic changes nothing else.
  bool dynamic = random.chance(40);
  writer.dims.push_back({name.str(), 1, dynamic && !allStatic});
  return writer.dims.size() - 1;
}

/// Gives the dims of `shape` extents whose product is about `budget` at most.
void Drawing::drawExtents(int64_t budget) {
  std::vector<unsigned> order(shape);
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(i)]);
  for (unsigned dim : order) {
    size_t fit = 0;
    while (fit < std::size(ladder) && ladder[fit] <= budget)
      ++fit;
    writer.dims[dim].extent = ladder[random.below(std::max<size_t>(fit, 1))];
    budget /= writer.dims[dim].extent;
  }
}

/// Samples, channels and elements of planes that tables hold: the ladder seldom
/// has them, and only where all is known.
void Drawing::drawShortPlanes(unsigned n, unsigned c) {
  int64_t most = shape.size() == 3 ? 60 : shape.size() == 4 ? 8 : 4;
  for (unsigned dim : shape) {
    writer.dims[dim].dynamic = false;
    writer.dims[dim].extent = 1 + random.below(most);
  }
  writer.dims[n].extent = 16 + random.below(3);
  writer.dims[c].extent = 16 * (1 + random.below(4));
}

void Drawing::drawAxesShape(int64_t budget) {
  static constexpr const char *names[] = {"a", "b", "k", "m"};
  unsigned rank = random.pick({1, 2, 2, 2, 3, 3, 4});
  if (!innermostReduced)
    rank = std::max(rank, 2u);
  for (unsigned i = 0; i < rank; ++i)
    shape.push_back(addDim(names[i]));
  drawExtents(budget);
  // The innermost dim by layout; others at random, but at least one.
  std::vector<bool> isReduced(rank);
  isReduced[rank - 1] = innermostReduced;
  for (unsigned i = 0; i + 1 < rank; ++i)
    isReduced[i] = random.chance(30);
  if (llvm::none_of(isReduced, [](bool x) { return x; }))
    isReduced[random.below(rank - 1)] = true;
  for (unsigned i = 0; i < rank; ++i)
    if (isReduced[i]) {
      axes.push_back(i);
      parameterDims.push_back(shape[i]);
    } else {
      savedDims.push_back(shape[i]);
    }
  for (unsigned dim : parameterDims)
    count *= writer.dims[dim].extent;
}

void Drawing::drawFeatureShape(int64_t budget) {
  static constexpr const char *names[] = {"h", "w", "d"};
  unsigned spatial = random.pick({1, 1, 2, 2, 2, 3});
  if (kind != Instance && random.chance(15))
    spatial = 0;
  unsigned n = addDim("n"), c = addDim("c");
  shape = {n};
  if (innermostReduced)
    shape.push_back(c);
  for (unsigned i = 0; i < spatial; ++i)
    shape.push_back(addDim(names[i]));
  if (!innermostReduced)
    shape.push_back(c);
  feature = llvm::find(shape, c) - shape.begin();
  drawExtents(budget);
  bool isBatchNorm = kind == BatchTraining || kind == BatchInference;
  if (isBatchNorm && innermostReduced && spatial > 0 && random.chance(30))
    drawShortPlanes(n, c);
  parameterDims = {c};
  for (unsigned dim : shape)
    if (dim != c && (kind == BatchTraining || dim != n))
      count *= writer.dims[dim].extent;
  if (kind == BatchTraining) {
    savedDims = {c};
  } else if (kind == Group) {
    groups = random.pick({1, 2, 3, 4, 8});
    writer.dims[c].extent *= groups;
    unsigned g = addDim("g");
    writer.dims[g] = {"g", groups, false};
    savedDims = {n, g};
  } else {
    savedDims = {n, c};
  }
}

void Drawing::drawShape() {
  int64_t budget = random.pick({300, 3000, 3000, 12000, 40000});
  if (ops[kind].axes)
    drawAxesShape(budget);
  else
    drawFeatureShape(budget);
}

DrawnSpec Drawing::run() {
  drawShape();
  double offset = random.pick({0.0, 0.0, 1.0, 30.0, -200.0});
  double scale = random.pick({1.0, 1.0, 0.1, 10.0});
  SpecValue x = drawTensor("x", shape, dtype,
                           {DrawnArgument::Fill::Normal, offset, scale});
  // Half of the narrow specs widen first, as `bnc new` writes them.
  bool widen = random.chance(50) && (dtype == "bf16" || dtype == "f16");
  SpecValue y = drawPrologue(widen ? writer.cast(x, "f32") : x);
  y = drawSecondNorm(drawEpilogue(drawNorm(y)));
  if (widen && random.chance(80))
    y = writer.cast(y, dtype);
  bool inPlace = random.chance(20) && y.element == dtype;
  writer.result("y", y, random.chance(25), inPlace ? &x : nullptr);
  for (const Pending &result : pending)
    writer.result(result.name, result.value, false,
                  result.tied ? &*result.tied : nullptr);

  DrawnSpec spec;
  const char *layout =
      ops[kind].axes ? (innermostReduced ? "inner-axis" : "outer-axis")
                     : (innermostReduced ? "channels-first" : "channels-last");
  spec.cell = std::string(ops[kind].name) + " " + dtype + " " + layout;
  spec.text = writer.finish();
  spec.dims = writer.dims;
  spec.arguments = writer.arguments;
  return spec;
}

DrawnSpec bnc::drawSpec(uint64_t seed, bool allStatic) {
  return Drawing(seed, allStatic).run();
}
