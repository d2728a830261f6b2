// RUN: bnc-opt %s --bnc-form-kernels | FileCheck %s
// Elementwise graphs around a norm, and functions without one.

// CHECK-LABEL: norm.func @prologue_and_epilogue_fuse
// CHECK: %[[K:.*]]:2 = norm.kernel [r, c = 4096] (%x[r, c], %res[r, c], %w[c] scalars %eps)
// CHECK: %[[A:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: %[[B:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: %[[SUM:.*]] = arith.addf %[[A]], %[[B]] : f32
// CHECK: norm.sum_of_squares %[[SUM]]
// CHECK: %[[Y:.*]] = arith.truncf %{{.*}} : f32 to bf16
// CHECK: %[[H:.*]] = arith.truncf %[[SUM]] : f32 to bf16
// CHECK: norm.yield %[[Y]], %[[H]] : bf16, bf16
// CHECK-NOT: norm.kernel
// CHECK: norm.return %[[K]]#0, %[[K]]#1
norm.func @prologue_and_epilogue_fuse(%x: [r, c = 4096] bf16, %res: [r, c] bf16, %w: [c] f32, %eps: f32)
    -> (y: [r, c] bf16, h: [r, c] bf16 ties %res) {
  %0 = arith.extf %x : tensor<?x4096xbf16> to tensor<?x4096xf32>
  %1 = arith.extf %res : tensor<?x4096xbf16> to tensor<?x4096xf32>
  %2 = arith.addf %0, %1 : tensor<?x4096xf32>
  %3 = norm.rms_norm %2 over [1] scale %w eps %eps
    : (tensor<?x4096xf32>, tensor<4096xf32>, f32) -> tensor<?x4096xf32>
  %4 = arith.truncf %3 : tensor<?x4096xf32> to tensor<?x4096xbf16>
  %5 = arith.truncf %2 : tensor<?x4096xf32> to tensor<?x4096xbf16>
  norm.return %4, %5 : tensor<?x4096xbf16>, tensor<?x4096xbf16>
}

// One tensor is read along two dims, a scalar and a constant along none.
// CHECK-LABEL: norm.func @broadcasts_are_views
// CHECK: norm.kernel [a = 4, b = 4] (%w[a], %w[b], %x[a, b] scalars %f)
// CHECK: ^bb0(%[[W0:.*]]: f32, %[[W1:.*]]: f32, %[[X:.*]]: f32, %[[A:.*]]: f32):
// CHECK: arith.addf %[[X]], %[[W0]] : f32
// CHECK: arith.addf %{{.*}}, %[[W1]] : f32
// CHECK: %[[SCALED:.*]] = arith.mulf %{{.*}}, %[[A]] : f32
// CHECK: %[[POSITIVE:.*]] = arith.cmpf ogt, %[[SCALED]], %[[X]] : f32
// CHECK: arith.select %[[POSITIVE]], %[[SCALED]], %[[X]] : f32
norm.func @broadcasts_are_views(%x: [a = 4, b = 4] f32, %w: [a] f32, %f: f32) -> (y: [a, b] f32) {
  %0 = norm.broadcast %w like %x dims [0] : tensor<4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %1 = norm.broadcast %w like %x dims [1] : tensor<4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %2 = norm.broadcast %f like %x dims [] : f32, tensor<4x4xf32> -> tensor<4x4xf32>
  %3 = arith.addf %x, %0 : tensor<4x4xf32>
  %4 = arith.addf %3, %1 : tensor<4x4xf32>
  %5 = arith.mulf %4, %2 : tensor<4x4xf32>
  %6 = arith.cmpf ogt, %5, %x : tensor<4x4xf32>
  %7 = arith.select %6, %5, %x : tensor<4x4xi1>, tensor<4x4xf32>
  norm.return %7 : tensor<4x4xf32>
}

// CHECK-LABEL: norm.func @argument_and_constant_are_copied
// CHECK: norm.kernel [r = 4] (%x[r]) : (tensor<4xf32>) -> ([r] tensor<4xf32>, [r] tensor<4xf32>)
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32):
// CHECK-NEXT: %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-NEXT: norm.yield %[[TWO]], %[[X]]
norm.func @argument_and_constant_are_copied(%x: [r = 4] f32) -> (two: [r] f32, z: [r] f32) {
  %0 = arith.constant dense<2.0> : tensor<4xf32>
  norm.return %0, %x : tensor<4xf32>, tensor<4xf32>
}

// Activations compute in f32 and round once.
// CHECK-LABEL: norm.func @activations
// CHECK: %[[X:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: %[[RELU:.*]] = arith.maximumf %[[X]], %{{.*}} : f32
// CHECK: arith.truncf %[[RELU]] : f32 to bf16
// CHECK: %[[SLOPE:.*]] = arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK: arith.cmpf oge
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[SLOPE]] : f32
// CHECK: %[[EXP:.*]] = math.exp %{{.*}} : f32
// CHECK: %[[SUM:.*]] = arith.addf %[[EXP]]
// CHECK: arith.divf %{{.*}}, %[[SUM]] : f32
// gelu and gelu_tanh: exp of an exact argument, no difference of near values.
// CHECK: arith.subf %{{.*}} : f64
// CHECK: math.exp %{{.*}} : f32
// CHECK: norm.multiply_add
// CHECK: arith.select
// CHECK: arith.subf %{{.*}} : f64
// CHECK: math.exp %{{.*}} : f32
// CHECK: arith.divf
// sigmoid and tanh.
// CHECK: math.exp %{{.*}} : f32
// CHECK: math.tanh %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to bf16
// CHECK-NEXT: norm.yield
norm.func @activations(%x: [r] bf16) -> (y: [r] bf16) {
  %0 = norm.relu %x : tensor<?xbf16>
  %1 = norm.leaky_relu %0 slope 0.1 : tensor<?xbf16>
  %2 = norm.silu %1 : tensor<?xbf16>
  %3 = norm.gelu %2 : tensor<?xbf16>
  %4 = norm.gelu_tanh %3 : tensor<?xbf16>
  %5 = norm.sigmoid %4 : tensor<?xbf16>
  %6 = norm.tanh %5 : tensor<?xbf16>
  norm.return %6 : tensor<?xbf16>
}
