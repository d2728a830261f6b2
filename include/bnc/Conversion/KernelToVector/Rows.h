// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The rows that a rows phase has in work.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_ROWS_H
#define BNC_CONVERSION_KERNELTOVECTOR_ROWS_H

#include "bnc/Conversion/KernelToVector/Phases.h"
#include "bnc/Conversion/KernelToVector/Spans.h"

namespace bnc {

/// One row in work: the emitter of what is uniform over it.
struct Row {
  mlir::Value item;
  std::unique_ptr<PointEmitter> emitter;
};

/// How a row lies in arrays: runs of lanes, one for each point of `groups`.
struct RowShape {
  llvm::SmallVector<DimSet> groups;
  DimSet laneGroup;

  RowShape(const EmissionContext &context,
           llvm::ArrayRef<const KernelArray *> arrays);
  Span getWhole(mlir::OpBuilder &b, const EmissionContext &context) const;
  /// The point of run number `run` of the row at `point`.
  Point getRun(mlir::OpBuilder &b, const EmissionContext &context, Point point,
               mlir::Value run) const;
};

Row makeRow(mlir::OpBuilder &b, PhaseContext &phase, mlir::Value item);

/// Emits kept results and outputs of `rows` in lockstep, from what their
/// emitters know.
void emitRowOutputs(mlir::OpBuilder &b, PhaseContext &phase,
                    llvm::MutableArrayRef<Row> rows);

/// The outputs alone.
void emitRowMaps(mlir::OpBuilder &b, PhaseContext &phase,
                 llvm::MutableArrayRef<Row> rows);

/// The same of one row alone in two parts: its kept results, and `part` of its
/// outputs, of which it has emitNumRowParts.
void emitKeptResults(mlir::OpBuilder &b, PhaseContext &phase, Row &row);
void emitRowPart(mlir::OpBuilder &b, PhaseContext &phase, Row &row,
                 mlir::Value part);
mlir::Value emitNumRowParts(mlir::OpBuilder &b, EmissionContext &context);

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_ROWS_H
