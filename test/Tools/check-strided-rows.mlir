// RUN: bnc check %s | FileCheck %s

// Rows of 8 stay in registers, a row a lane, only where parameters have a row as
// one run: here runs of 2 lie apart.
// CHECK-NOT: FAIL
// CHECK: passed
norm.func @strided_weight(%x: [a = 40, k = 4, m = 2] bf16, %weight: [k, m] f32 strided, %eps: f32)
    -> (y: [a, k, m] bf16) {
  %y = norm.rms_norm %x over [1, 2] scale %weight eps %eps : (tensor<40x4x2xbf16>, tensor<4x2xf32>, f32) -> tensor<40x4x2xbf16>
  norm.return %y : tensor<40x4x2xbf16>
}
