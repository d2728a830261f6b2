// RUN: bnc-opt %s | FileCheck %s

// CHECK-LABEL: norm.func @rms(
// CHECK-SAME: %x: [r, c = 4096] bf16, %w: [c] f32, %eps: f32) -> (y: [r, c] bf16)
norm.func @rms(%x: [r, c = 4096] bf16, %w: [c] f32, %eps: f32) -> (y: [r, c] bf16) {
  %0 = arith.extf %x : tensor<?x4096xbf16> to tensor<?x4096xf32>
  // CHECK: norm.rms_norm %{{.*}} over [1] scale %w eps %eps
  %1 = norm.rms_norm %0 over [1] scale %w eps %eps
    : (tensor<?x4096xf32>, tensor<4096xf32>, f32) -> tensor<?x4096xf32>
  %2 = arith.truncf %1 : tensor<?x4096xf32> to tensor<?x4096xbf16>
  norm.return %2 : tensor<?x4096xbf16>
}
