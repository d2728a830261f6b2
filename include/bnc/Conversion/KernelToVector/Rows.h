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

/// How the outputs of a row lie: runs of lanes.
struct RowShape {
  llvm::SmallVector<DimSet> groups;
  DimSet laneGroup;

  explicit RowShape(const EmissionContext &context);
  Span getWhole(mlir::OpBuilder &b, const EmissionContext &context) const;
  SpanParts getParts(mlir::OpBuilder &b, const EmissionContext &context) const;
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
