// RUN: bnc check %s --target=x86-64-v3 2>&1 | FileCheck %s

// Short rows of bf16 whose terms are not of it alone are not put apart in pairs.
// CHECK-NOT: FAIL
// CHECK: passed
// CHECK: naive
// CHECK: passed

module attributes {norm.version = 1} {
  norm.func @normalize_twice(%x: [n = 40, c = 2] bf16, %mean: [c] f32, %variance: [c] f32, %eps: f32)
      -> (y: [n, c] bf16) {
    %wide = arith.extf %x : tensor<40x2xbf16> to tensor<40x2xf32>
    %once = norm.batch_norm_inference %wide feature 1 mean %mean variance %variance eps %eps : (tensor<40x2xf32>, tensor<2xf32>, tensor<2xf32>, f32) -> tensor<40x2xf32>
    %twice = norm.rms_norm %once over [1] eps %eps : (tensor<40x2xf32>, f32) -> tensor<40x2xf32>
    %y = arith.truncf %twice : tensor<40x2xf32> to tensor<40x2xbf16>
    norm.return %y : tensor<40x2xbf16>
  }
}
