// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which elementwise ops a spec may use, and how far off each may be.

#ifndef BNC_DIALECT_NORM_IR_ELEMENTWISETABLE_H
#define BNC_DIALECT_NORM_IR_ELEMENTWISETABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace bnc::norm {

/// One elementwise op that a spec may use. The verifier of norm.func, the
/// reference and docs/Spec.md all take it from the one table.
struct ElementwiseOp {
  /// The op with its dialect, as in `math.exp`.
  llvm::StringLiteral name;
  /// Largest error in ulp of an f32 result; 0 where the op never rounds, 0.5
  /// where it is correctly rounded. A result in f16 or bf16 is the f32 result
  /// rounded once more.
  double ulpF32;
  /// The same of an f64 result; negative where the op is refused on f64.
  double ulpF64;

  bool isAllowedOnF64() const { return ulpF64 >= 0; }
};

/// Every accepted op, ordered by name.
llvm::ArrayRef<ElementwiseOp> getElementwiseTable();

/// The entry of the op called `name`, or null if a spec may not use it.
const ElementwiseOp *lookupElementwise(llvm::StringRef name);

} // namespace bnc::norm

#endif // BNC_DIALECT_NORM_IR_ELEMENTWISETABLE_H
