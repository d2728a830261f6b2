// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which elementwise ops a spec may use, and how far off each may be.

#include "bnc/Dialect/Norm/IR/ElementwiseTable.h"

#include "llvm/ADT/STLExtras.h"

using namespace bnc::norm;

namespace {
constexpr double exact = 0;     // never rounds
constexpr double rounded = 0.5; // correctly rounded
constexpr double refused = -1;  // not on f64
} // namespace

// An op is here if it becomes vector code without a call of libm. The errors of
// exp, log, tanh, erf, expm1 and log1p are the largest that were measured of
// MLIR's polynomials over the range of f32, rounded up; an activation adds the
// roundings of its own formula to that of the function it uses.
static constexpr ElementwiseOp table[] = {
    {"arith.addf", rounded, rounded}, {"arith.cmpf", exact, exact},
    {"arith.constant", exact, exact}, {"arith.divf", rounded, rounded},
    {"arith.extf", exact, exact},     {"arith.maximumf", exact, exact},
    {"arith.maxnumf", exact, exact},  {"arith.minimumf", exact, exact},
    {"arith.minnumf", exact, exact},  {"arith.mulf", rounded, rounded},
    {"arith.negf", exact, exact},     {"arith.select", exact, exact},
    {"arith.subf", rounded, rounded}, {"arith.truncf", rounded, rounded},
    {"math.absf", exact, exact},      {"math.ceil", exact, exact},
    {"math.erf", 5, refused},         {"math.exp", 1, refused},
    {"math.expm1", 3, refused},       {"math.floor", exact, exact},
    {"math.fma", rounded, rounded},   {"math.log", 1, refused},
    {"math.log1p", 3, refused},       {"math.rsqrt", 1.5, 1.5},
    {"math.sqrt", rounded, rounded},  {"math.tanh", 5, refused},
    {"norm.broadcast", exact, exact}, {"norm.gelu", 4, refused},
    {"norm.gelu_tanh", 4, refused},   {"norm.leaky_relu", rounded, rounded},
    {"norm.relu", exact, exact},      {"norm.sigmoid", 4, refused},
    {"norm.silu", 4, refused},        {"norm.tanh", 5, refused},
};

llvm::ArrayRef<ElementwiseOp> bnc::norm::getElementwiseTable() { return table; }

const ElementwiseOp *bnc::norm::lookupElementwise(llvm::StringRef name) {
  auto *it = llvm::lower_bound(
      table, name,
      [](const ElementwiseOp &op, llvm::StringRef n) { return op.name < n; });
  return it != std::end(table) && it->name == name ? it : nullptr;
}
