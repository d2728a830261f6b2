// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Extents for dynamic dims, given or chosen.

#include "Traffic.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Elements of the largest tensor where nothing is given: far more than the
/// caches hold in f32.
static constexpr int64_t kUsualElements = int64_t(4) << 20;

std::optional<int64_t> bnc::getExtentOption(const Options &options,
                                            StringRef dim) {
  std::optional<int64_t> extent;
  for (StringRef text : options.getAll("--extent")) {
    auto [name, number] = text.split('=');
    int64_t value;
    if (name == dim && !number.getAsInteger(10, value))
      extent = value;
  }
  return extent;
}

bool bnc::checkExtents(StringRef command, const Options &options,
                       ModuleOp module) {
  SmallVector<StringRef> dims;
  for (FuncOp func : module.getOps<FuncOp>())
    for (StringAttr dim : func.getDynamicDims())
      dims.push_back(dim.getValue());
  for (StringRef text : options.getAll("--extent")) {
    auto [name, number] = text.split('=');
    int64_t value;
    if (number.getAsInteger(10, value) || value < 0) {
      errorOf(command) << "expected --extent to be as in r=4096, but got '"
                       << text << "'\n";
      return false;
    }
    if (!llvm::is_contained(dims, name)) {
      errorOf(command) << "the spec has no dynamic dim '" << name << "'"
                       << suggest(name, dims) << '\n';
      return false;
    }
  }
  return true;
}

std::optional<Extents> bnc::chooseExtents(StringRef command,
                                          const Options &options, FuncOp func) {
  Extents extents;
  SmallVector<StringAttr> dims = func.getDynamicDims();
  StringRef open; // the outermost dim without an extent
  for (StringAttr dim : dims) {
    if (std::optional<int64_t> given =
            getExtentOption(options, dim.getValue())) {
      extents[dim.getValue()] = *given;
    } else if (open.empty()) {
      open = dim.getValue();
      extents[open] = 1;
    } else {
      extents[dim.getValue()] = dim == dims.back() ? 1024 : 64;
    }
  }
  if (open.empty())
    return extents;
  int64_t largest = 1;
  for (Attribute port : func.getArguments()) {
    int64_t elements = 1;
    for (int64_t extent : getShape(cast<PortAttr>(port), extents))
      elements *= extent;
    largest = std::max(largest, elements);
  }
  extents[open] = std::max<int64_t>(1, kUsualElements / largest);
  return extents;
}
