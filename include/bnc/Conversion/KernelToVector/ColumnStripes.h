// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Channels of a columns kernel whose steps are walked together.

#ifndef BNC_CONVERSION_KERNELTOVECTOR_COLUMNSTRIPES_H
#define BNC_CONVERSION_KERNELTOVECTOR_COLUMNSTRIPES_H

#include "bnc/Conversion/KernelToVector/ColumnShape.h"

namespace bnc {

/// Vectors of lanes side by side, and where they begin in their panel.
struct Stripe {
  llvm::SmallVector<Point> vectors;
  llvm::SmallVector<mlir::Value> positions;
  /// If set, terms are added up in vectors of the even and of the odd lanes of
  /// every two, as 32 bits hold one bf16 of each: no lane has to move.
  bool inPairs = false;

  /// The points whose terms are added up.
  llvm::SmallVector<Point> getTermPoints() const;
};

/// Lanes that are walked as one run: of the point that `outer` fixes, `length`
/// from `begin` on.
struct PanelLanes {
  const Point &outer;
  mlir::Value begin, length;
};

/// Calls `body` for all stripes of a panel: of `together` vectors, and of one
/// for what is left. Those of an even number are in pairs if `inPairs`.
void emitStripes(
    mlir::OpBuilder &b, PhaseContext &phase, const ColumnShape &shape,
    const PanelLanes &panel, int64_t together, bool inPairs,
    llvm::function_ref<void(mlir::OpBuilder &b, const Stripe &stripe)> body);

/// Sums on the stack: `copies` of each of some vector types for every vector of
/// a panel.
class PanelSums {
public:
  PanelSums(mlir::OpBuilder &b, mlir::Location loc,
            llvm::ArrayRef<mlir::VectorType> types, int64_t lanes,
            int64_t copies = 1);

  /// Those of the first vector of `stripe`, then of the second, of copy `copy`.
  llvm::SmallVector<mlir::Value> load(mlir::OpBuilder &b, const Stripe &stripe,
                                      mlir::Value copy = {}) const;
  void store(mlir::OpBuilder &b, const Stripe &stripe, mlir::ValueRange sums,
             mlir::Value copy = {}) const;

private:
  mlir::Location loc;
  llvm::SmallVector<mlir::VectorType> types;
  llvm::SmallVector<mlir::Value> arrays;
};

} // namespace bnc

#endif // BNC_CONVERSION_KERNELTOVECTOR_COLUMNSTRIPES_H
