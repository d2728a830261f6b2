// RUN: bnc check %s | FileCheck %s
// RUN: bnc check %s --target=x86-64-v3 | FileCheck %s

// Rows of 8 stay in registers, a row a lane, only where parameters have a row as
// one run: here runs of 2 lie apart.
// CHECK-NOT: FAIL
// CHECK: passed
norm.func @strided_weight(%x: [a = 40, k = 4, m = 2] bf16, %weight: [k, m] f32 strided, %eps: f32)
    -> (y: [a, k, m] bf16) {
  %y = norm.rms_norm %x over [1, 2] scale %weight eps %eps : (tensor<40x4x2xbf16>, tensor<4x2xf32>, f32) -> tensor<40x4x2xbf16>
  norm.return %y : tensor<40x4x2xbf16>
}

// Two pixels at once go past the caches only where both begin a line: here the
// rows of the output lie apart.
// CHECK-NOT: FAIL
// CHECK: passed
norm.func @strided_output(%x: [n = 127, c = 2, h = 32] bf16, %eps: f32)
    -> (y: [n, c, h] bf16 strided) {
  %v = arith.extf %x : tensor<127x2x32xbf16> to tensor<127x2x32xf32>
  %w = norm.layer_norm %v over [0] eps %eps : (tensor<127x2x32xf32>, f32) -> tensor<127x2x32xf32>
  %y = arith.truncf %w : tensor<127x2x32xf32> to tensor<127x2x32xbf16>
  norm.return %y : tensor<127x2x32xbf16>
}
