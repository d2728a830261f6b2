// RUN: bnc-opt %s --bnc-build-entry --split-input-file | FileCheck %s

// The C parameters: extent, input, its stride, output, its stride, scalar.
// CHECK-LABEL: llvm.func @scale(
// CHECK-SAME: %[[CTX:[a-z0-9]+]]: !llvm.ptr, %[[R:[a-z0-9]+]]: i64, %[[X:[a-z0-9]+]]: !llvm.ptr, %[[XS:[a-z0-9]+]]: i64,
// CHECK-SAME: %[[Y:[a-z0-9]+]]: !llvm.ptr, %[[YS:[a-z0-9]+]]: i64, %[[S:[a-z0-9]+]]: f32) -> i32
// CHECK-SAME: target_cpu = "x86-64"
// Negative extents: argument 0, then the strides.
// CHECK: llvm.icmp "slt" %[[R]],
// CHECK: llvm.icmp "slt" %[[XS]],
// CHECK: llvm.icmp "slt" %[[YS]],
// Bytes are computed with overflow.
// CHECK: llvm.intr.smul.with.overflow
// CHECK: llvm.icmp "eq" %[[X]],
// CHECK: llvm.icmp "eq" %[[Y]],
// Both are strided, so they may interleave.
// CHECK: llvm.call @bnc.interleaved
// CHECK: llvm.call @scale.body(
// CHECK-NOT: norm.func
module {
  llvm.func @scale.body(!llvm.ptr) -> i32
  norm.func @scale(%x: [r, c = 8] f32 strided, %s: f32) -> (y: [r, c] f32 strided) {
    %0 = norm.kernel [r, c = 8] (%x[r, c] scalars %s) : (tensor<?x8xf32>, f32) -> ([r, c] tensor<?x8xf32>) {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.mulf %a, %b : f32
      norm.yield %1 : f32
    }
    norm.return %0 : tensor<?x8xf32>
  }
}
