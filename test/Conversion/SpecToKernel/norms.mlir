// RUN: bnc-opt %s --bnc-form-kernels | FileCheck %s
// The formula of every norm: one kernel, its dims, its views.

// CHECK-LABEL: norm.func @layer_norm_saves_statistics
// CHECK: %[[K:.*]]:4 = norm.kernel [r, c] (%x[r, c], %w[c], %b[c] scalars %eps)
// CHECK-SAME: -> ([r, c] tensor<?x?xf16>, [r] tensor<?xf32>, [r] tensor<?xf32>, [r] tensor<?xf32>)
// CHECK-NEXT: ^bb0(%[[X:.*]]: f16, %[[W:.*]]: f32, %[[B:.*]]: f32, %[[EPS:.*]]: f32):
// CHECK-DAG: %[[WIDE:.*]] = arith.extf %[[X]] : f16 to f32
// CHECK-DAG: %[[EPS64:.*]] = arith.extf %[[EPS]] : f32 to f64
// CHECK: %[[M:.*]] = norm.moments %[[WIDE]] over [c] eps %[[EPS64]] : f32 -> <f32>
// CHECK: %[[VAR:.*]] = norm.variance %[[M]]
// CHECK: %[[RSTD:.*]] = norm.rstd %[[VAR]], %[[EPS64]] -> f32
// CHECK: %[[CENTRED:.*]] = norm.center %[[WIDE]], %[[M]]
// CHECK: %[[XHAT:.*]] = arith.mulf %[[CENTRED]], %[[RSTD]] : f32
// CHECK: %[[AFFINE:.*]] = norm.multiply_add %[[XHAT]], %[[W]], %[[B]] : f32
// CHECK: %[[Y:.*]] = arith.truncf %[[AFFINE]] : f32 to f16
// CHECK: %[[LOW:.*]] = norm.mean_low %[[M]]
// CHECK: %[[MEAN:.*]] = norm.mean %[[M]]
// CHECK: norm.yield %[[Y]], %[[LOW]], %[[MEAN]], %[[RSTD]]
// CHECK: norm.return %[[K]]#0, %[[K]]#1, %[[K]]#2, %[[K]]#3
norm.func @layer_norm_saves_statistics(%x: [r, c] f16, %w: [c] f32, %b: [c] f32, %eps: f32)
    -> (y: [r, c] f16, low: [r] f32, mean: [r] f32, rstd: [r] f32) {
  %0:4 = norm.layer_norm %x over [1] scale %w shift %b eps %eps saves [mean_low, mean, rstd]
    : (tensor<?x?xf16>, tensor<?xf32>, tensor<?xf32>, f32)
    -> (tensor<?x?xf16>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
  norm.return %0#0, %0#1, %0#2, %0#3
    : tensor<?x?xf16>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: norm.func @layer_norm_of_outer_axes
// CHECK: norm.kernel [a, b, c] (%x[a, b, c], %w[a, c] scalars %eps)
// CHECK: norm.moments %{{.*}} over [a, c]
// CHECK: arith.mulf
// CHECK: arith.mulf
// CHECK-NOT: norm.multiply_add
// CHECK: norm.yield
norm.func @layer_norm_of_outer_axes(%x: [a, b, c] f32, %w: [a, c] f32, %eps: f32) -> (y: [a, b, c] f32) {
  %0 = norm.layer_norm %x over [0, 2] scale %w eps %eps
    : (tensor<?x?x?xf32>, tensor<?x?xf32>, f32) -> tensor<?x?x?xf32>
  norm.return %0 : tensor<?x?x?xf32>
}

// CHECK-LABEL: norm.func @rms_norm_of_one_plus_weight
// CHECK: ^bb0(%[[X:.*]]: f32, %[[W:.*]]: bf16, %{{.*}}: f32):
// CHECK: %[[WIDE:.*]] = arith.extf %[[W]] : bf16 to f32
// CHECK: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: %[[G:.*]] = arith.addf %[[ONE]], %[[WIDE]] : f32
// CHECK: %[[SS:.*]] = norm.sum_of_squares %[[X]] over [c] eps %[[EPS:.*]] : f32 -> f64
// CHECK: %[[N:.*]] = norm.count [c]
// CHECK: %[[MS:.*]] = arith.divf %[[SS]], %[[N]] : f64
// CHECK: %[[RSTD:.*]] = norm.rstd %[[MS]], %[[EPS]] -> f32
// CHECK: %[[T:.*]] = arith.mulf %[[X]], %[[RSTD]] : f32
// CHECK: arith.mulf %[[T]], %[[G]] : f32
norm.func @rms_norm_of_one_plus_weight(%x: [r, c = 4096] f32, %w: [c] bf16, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.rms_norm %x over [1] scale %w eps %eps {weight_offset = 1.0 : f64}
    : (tensor<?x4096xf32>, tensor<4096xbf16>, f32) -> tensor<?x4096xf32>
  norm.return %0 : tensor<?x4096xf32>
}

// CHECK-LABEL: norm.func @f64_norm_computes_in_f64
// CHECK-NOT: arith.extf
// CHECK: norm.moments %{{.*}} over [c] eps %{{.*}} : f64 -> <f64>
// CHECK: norm.rstd %{{.*}} -> f64
// CHECK: norm.multiply_add %{{.*}} : f64
norm.func @f64_norm_computes_in_f64(%x: [r, c] f64, %w: [c] f64, %b: [c] f64, %eps: f64) -> (y: [r, c] f64) {
  %0 = norm.layer_norm %x over [1] scale %w shift %b eps %eps
    : (tensor<?x?xf64>, tensor<?xf64>, tensor<?xf64>, f64) -> tensor<?x?xf64>
  norm.return %0 : tensor<?x?xf64>
}

// CHECK-LABEL: norm.func @l2_norm_adds_eps
// CHECK: %[[SS:.*]] = norm.sum_of_squares
// CHECK: norm.rstd %[[SS]], %{{.*}} -> f32
norm.func @l2_norm_adds_eps(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.l2_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @l2_norm_is_at_least_eps
// CHECK: %[[EPS:.*]] = arith.extf
// CHECK: %[[SS:.*]] = norm.sum_of_squares
// CHECK: %[[ROOT:.*]] = math.sqrt %[[SS]] : f64
// CHECK: %[[NORM:.*]] = arith.maximumf %[[ROOT]], %[[EPS]] : f64
// CHECK: %[[INVERSE:.*]] = arith.divf %{{.*}}, %[[NORM]] : f64
// CHECK: %[[ZERO:.*]] = arith.cmpf oeq, %[[NORM]]
// CHECK: %[[GUARDED:.*]] = arith.select %[[ZERO]], %{{.*}}, %[[INVERSE]]
// CHECK: arith.truncf %[[GUARDED]] : f64 to f32
// CHECK-NOT: norm.rstd
// CHECK: norm.yield
norm.func @l2_norm_is_at_least_eps(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.l2_norm %x over [1] form max eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @instance_norm_channels_last
// CHECK: norm.kernel [n, h, w, c = 7] (%x[n, h, w, c], %s[c] scalars %eps)
// CHECK-SAME: -> ([n, h, w, c] tensor<?x?x?x7xf32>, [n, c] tensor<?x7xf32>)
// CHECK: norm.moments %{{.*}} over [h, w]
norm.func @instance_norm_channels_last(%x: [n, h, w, c = 7] f32, %s: [c] f32, %eps: f32)
    -> (y: [n, h, w, c] f32, mean: [n, c] f32) {
  %0:2 = norm.instance_norm %x feature 3 scale %s eps %eps saves [mean]
    : (tensor<?x?x?x7xf32>, tensor<7xf32>, f32) -> (tensor<?x?x?x7xf32>, tensor<?x7xf32>)
  norm.return %0#0, %0#1 : tensor<?x?x?x7xf32>, tensor<?x7xf32>
}
