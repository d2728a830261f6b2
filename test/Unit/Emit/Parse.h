// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Modules for the tests of emission.

#ifndef BNC_TEST_UNIT_EMIT_PARSE_H
#define BNC_TEST_UNIT_EMIT_PARSE_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

namespace bnc {

/// A context with the norm dialect and the module `text`.
struct ParsedModule {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;

  explicit ParsedModule(llvm::StringRef text) {
    context.loadDialect<norm::NormDialect, mlir::arith::ArithDialect,
                        mlir::math::MathDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }
  norm::FuncOp func() { return *module->getOps<norm::FuncOp>().begin(); }
};

/// A batch norm's shape of function: two dynamic dims, strides, a tied pair,
/// a scalar and, because its last dim is kept, a workspace.
inline constexpr llvm::StringLiteral columnsSpec = R"(
norm.func @bn(%x: [n, c] bf16 strided, %eps: f32, %run: [c] f32)
    -> (y: [n, c] f16 strided, run_out: [c] f32 ties %run) {
  %0, %1 = norm.kernel [n, c] (%x[n, c], %run[c] scalars %eps)
      : (tensor<?x?xbf16>, tensor<?xf32>, f32)
      -> ([n, c] tensor<?x?xf16>, [c] tensor<?xf32>) {
  ^bb0(%a: bf16, %b: f32, %e: f32):
    %w = arith.extf %a : bf16 to f32
    %m = norm.moments %w over [n] : f32 -> !norm.moments<f32>
    %d = norm.center %w, %m : f32, !norm.moments<f32> -> f32
    %t = arith.mulf %d, %e : f32
    %h = arith.truncf %t : f32 to f16
    %v = norm.variance %m correction 1 : !norm.moments<f32>
    %s = arith.truncf %v : f64 to f32
    %r = arith.addf %s, %b : f32
    norm.yield %h, %r : f16, f32
  }
  norm.return %0, %1 : tensor<?x?xf16>, tensor<?xf32>
}
)";

} // namespace bnc

#endif // BNC_TEST_UNIT_EMIT_PARSE_H
