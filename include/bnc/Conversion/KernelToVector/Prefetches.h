// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What is fetched before it is read.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_PREFETCHES_H
#define BNC_CONVERSION_KERNELTOVECTOR_PREFETCHES_H

#include "bnc/Conversion/KernelToVector/PointEmitter.h"

namespace bnc {

/// Where prefetched lines go.
enum class PrefetchInto : uint32_t { L2 = 2, L1 = 3 };

/// How far ahead of what is in work inputs are prefetched, 0 for not at all.
struct Prefetch {
  /// Rows; see getCacheOfRows.
  int64_t rows = 0;
  /// Bytes along a run; if `when`, an i1, is given, where it is set.
  int64_t bytes = 0;
  mlir::Value when = {};
  PrefetchInto bytesInto = PrefetchInto::L2;
};

/// Whether two conditions of Prefetch::when hold.
mlir::Value bothSet(mlir::OpBuilder &b, mlir::Value lhs, mlir::Value rhs);

/// A line of the caches, and what a write-combining buffer holds.
inline constexpr int64_t lineBytes = 64;
/// Bytes that the lanes of one vector take in `array`.
int64_t getVectorBytes(const EmissionContext &context,
                       const KernelArray &array);
/// Prefetches, once a line, what vector number `slot` after the start of a line
/// reads at `coordinates` of those of `arrays` that span all dims. Past the end
/// of an array nothing faults.
void emitPrefetch(mlir::OpBuilder &b, const EmissionContext &context,
                  llvm::ArrayRef<const KernelArray *> arrays,
                  llvm::ArrayRef<mlir::Value> coordinates, unsigned slot,
                  PrefetchInto into);
/// The same of what is read as far after `point` along `laneGroup` as
/// `prefetch` says. If its `when` is given and not set, what is read
/// now, which costs little.
void emitReadAhead(mlir::OpBuilder &b, const EmissionContext &context,
                   llvm::ArrayRef<const KernelArray *> arrays,
                   const Point &point, DimSet laneGroup, unsigned slot,
                   const Prefetch &prefetch);
/// Where the next `rows` of `arrays` go: large ones would evict from L1 what is
/// read now.
PrefetchInto getCacheOfRows(const EmissionContext &context,
                            llvm::ArrayRef<const KernelArray *> arrays,
                            int64_t rows);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_PREFETCHES_H
