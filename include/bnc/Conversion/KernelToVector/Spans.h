// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A part of a row: some of its runs, or a piece of one.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_SPANS_H
#define BNC_CONVERSION_KERNELTOVECTOR_SPANS_H

#include "mlir/IR/Builders.h"

namespace bnc {

/// Elements [begin, begin + length) of each of the runs [runBegin, runEnd): a
/// run is the lane group at one point of the reduced dims outside it.
struct Span {
  mlir::Value runBegin, runEnd;
  mlir::Value begin, length;
};

/// A span cut into parts: of several whole runs where runs are short, else of
/// pieces of one run.
class SpanParts {
public:
  /// Parts of up to `size` elements, of which a run takes a multiple of `unit`:
  /// the accumulators of a run's last vectors get a term each.
  SpanParts(mlir::OpBuilder &b, mlir::Location loc, const Span &span,
            int64_t size, int64_t unit);

  /// How many there are, an index.
  mlir::Value getTotal() const { return total; }

  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::OpBuilder &, const Span &, mlir::Value index, mlir::ValueRange)>;
  /// Emits `body` for every part, in order; `inits` are carried through.
  llvm::SmallVector<mlir::Value> emit(mlir::OpBuilder &b,
                                      mlir::ValueRange inits, Body body) const;
  /// The same for the parts [begin, end) alone.
  llvm::SmallVector<mlir::Value> emitRange(mlir::OpBuilder &b,
                                           mlir::Value begin, mlir::Value end,
                                           mlir::ValueRange inits,
                                           Body body) const;

  /// Part `index`.
  Span get(mlir::OpBuilder &b, mlir::Value index) const;

private:
  mlir::Location loc;
  Span span;
  int64_t size;
  mlir::Value runsPerPart, piecesPerRun, total;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_SPANS_H
