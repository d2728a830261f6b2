// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which statistic and which parameter belong to an element.

#ifndef BNC_REFERENCE_INDEXMAP_H
#define BNC_REFERENCE_INDEXMAP_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace bnc::reference {

/// Sends every element of a tensor to its *row*, the set of elements that are
/// normalized together, and to its scale and shift. Both indices are sums of
/// one term per axis, which holds for split axes (groups) too.
class IndexMap {
public:
  /// The rows of `norm`, a normalization of the dialect, whose input has
  /// extents `shape`; none for another op.
  static std::optional<IndexMap> get(mlir::Operation *norm,
                                     llvm::ArrayRef<int64_t> shape);
  /// Rows are over `axes`; one parameter per element of a row.
  static IndexMap overAxes(llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<int64_t> axes);
  /// One parameter per element of axis `feature`, which is cut into `groups`
  /// runs: a row is a run, of one sample (axis 0) if `perSample`, else of all.
  static IndexMap overGroups(llvm::ArrayRef<int64_t> shape, int64_t feature,
                             int64_t groups, bool perSample);

  int64_t getRows() const { return rows; }
  /// Elements of a row.
  int64_t getCount() const { return count; }
  /// Shape of the statistics.
  llvm::ArrayRef<int64_t> getRowShape() const { return rowShape; }

  /// Calls `visit(element, row, parameter)` in row-major order.
  void forEach(llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) const;

private:
  llvm::SmallVector<int64_t> shape, rowShape;
  /// Per axis, the step of each index along it; a group is `runs` indices.
  llvm::SmallVector<int64_t> rowSteps, parameterSteps, runs;
  int64_t rows = 1, count = 1;
};

} // namespace bnc::reference

#endif // BNC_REFERENCE_INDEXMAP_H
