// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Values of a map that are computed once for many rows, on the stack.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_STACKTABLES_H
#define BNC_CONVERSION_KERNELTOVECTOR_STACKTABLES_H

#include "bnc/Conversion/KernelToVector/Phases.h"

namespace bnc {

/// Bytes of stack for the tables of a loop. A task may use 8 KiB: with half of
/// this for a second loop of the function, the rest fits.
inline constexpr int64_t tableBytes = 4096;

/// How long arrays may be, one of each of the types, that `bytes` hold: whole
/// vectors.
int64_t getTableSize(const EmissionContext &context,
                     llvm::ArrayRef<mlir::Type> types, int64_t bytes);
int64_t getTableSize(const EmissionContext &context,
                     llvm::ArrayRef<KeptValue> values, int64_t bytes);

/// The largest part of `length`, of a number of one size, that is whole units
/// and has at most `most`; 0 if there is none of half as many.
int64_t getEvenPart(int64_t length, int64_t unit, int64_t most);

/// Whether masks leave lanes out of all that `tables` are computed from and
/// stored to.
bool canMask(const EmissionContext &context, DimSet laneGroup,
             llvm::ArrayRef<KeptValue> tables);

/// Arrays on the stack for `values` of `size` elements of the lane group, from
/// `from` on.
KeptArrays allocateStackTables(mlir::OpBuilder &b, mlir::Location loc,
                               DimSet laneGroup,
                               llvm::ArrayRef<KeptValue> values, int64_t size,
                               mlir::Value from);

/// Computes `values` at `point`, of the row of `row`, into `tables`.
void fillTables(mlir::OpBuilder &b, PhaseContext &phase, const Point &point,
                PointEmitter &row, llvm::ArrayRef<KeptValue> values,
                const KeptArrays &tables);

/// Computes `values` at two points, neighbouring vectors of the row of `row`,
/// into `tables`: what is even from index `even` on, what is odd from `odd` on.
void fillTablesInPairs(mlir::OpBuilder &b, PhaseContext &phase,
                       llvm::ArrayRef<Point> neighbours, PointEmitter &row,
                       llvm::ArrayRef<KeptValue> values,
                       const KeptArrays &tables, mlir::Value even,
                       mlir::Value odd);

/// Puts the first `size` elements of `tables`, which are in order, in pairs.
void putInPairs(mlir::OpBuilder &b, PhaseContext &phase,
                llvm::ArrayRef<KeptValue> values, KeptArrays &tables,
                int64_t size);

/// Computes `values` at the point of `row` for elements [from, from + length)
/// of the lane group into arrays of `size` elements.
KeptArrays emitStackTables(mlir::OpBuilder &b, PhaseContext &phase,
                           PointEmitter &row, DimSet laneGroup,
                           llvm::ArrayRef<KeptValue> values, int64_t size,
                           mlir::Value from, mlir::Value length);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_STACKTABLES_H
