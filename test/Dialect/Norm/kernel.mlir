// RUN: bnc-opt %s | bnc-opt | FileCheck %s

// Kernels in every syntactic form, parsed, printed, parsed.

// CHECK-LABEL: norm.func @rms_norm_rows(
// CHECK: norm.kernel [r, c = 4096] (%x[r, c], %w[c] scalars %eps) :
// CHECK-SAME: (tensor<?x4096xbf16>, tensor<4096xf32>, f32) -> ([r, c] tensor<?x4096xbf16>, [r] tensor<?xf32>) {
// CHECK-NEXT: ^bb0(%{{.*}}: bf16, %{{.*}}: f32, %{{.*}}: f32):
// CHECK: norm.count [c]
// CHECK: norm.sum_of_squares %{{.*}} over [c] eps %{{.*}} : f32 -> f64
// CHECK: norm.rstd %{{.*}}, %{{.*}} -> f32
// CHECK: norm.yield %{{.*}}, %{{.*}} : bf16, f32
norm.func @rms_norm_rows(%x: [r, c = 4096] bf16, %w: [c] f32, %eps: f32)
    -> (y: [r, c] bf16, s: [r] f32) {
  %y, %s = norm.kernel [r, c = 4096] (%x[r, c], %w[c] scalars %eps)
      : (tensor<?x4096xbf16>, tensor<4096xf32>, f32)
      -> ([r, c] tensor<?x4096xbf16>, [r] tensor<?xf32>) {
  ^bb0(%a: bf16, %g: f32, %e: f32):
    %a32 = arith.extf %a : bf16 to f32
    %eps64 = arith.extf %e : f32 to f64
    %n = norm.count [c]
    %q = norm.sum_of_squares %a32 over [c] eps %eps64 : f32 -> f64
    %ms = arith.divf %q, %n : f64
    %rstd = norm.rstd %ms, %eps64 -> f32
    %t = arith.mulf %a32, %rstd : f32
    %0 = arith.mulf %t, %g : f32
    %1 = arith.truncf %0 : f32 to bf16
    norm.yield %1, %rstd : bf16, f32
  }
  norm.return %y, %s : tensor<?x4096xbf16>, tensor<?xf32>
}

// CHECK-LABEL: norm.func @group_norm_channels_last(
// CHECK: norm.kernel [n, p, c_group = 4, c_in_group = c / 4]
// CHECK-SAME: (%x[n, p, c_group * c_in_group], %g[c_group * c_in_group], %b[c_group * c_in_group])
// CHECK: norm.moments %{{.*}} over [p, c_in_group] plan <form = columns_then_merge, lanes = 16, accumulators = 4, block = 32, chunk = 128, fma = true>
// CHECK-SAME: : f32 -> <f32>
// CHECK: norm.mean %{{.*}} : <f32> -> f32
// CHECK: norm.mean_low %{{.*}} : <f32> -> f32
// CHECK: norm.variance %{{.*}} : <f32>
// CHECK: norm.variance %{{.*}} correction 1 : <f32>
// CHECK: norm.center %{{.*}}, %{{.*}} : f32, <f32> -> f32
// CHECK: norm.multiply_add %{{.*}}, %{{.*}}, %{{.*}} : f32
norm.func @group_norm_channels_last(%x: [n, p, c] f32, %g: [c] f32, %b: [c] f32)
    -> (y: [n, p, c] f32, m: [n, groups = 4] f32, l: [n, groups] f32, v: [n, groups] f32) {
  %y, %m, %l, %v = norm.kernel [n, p, c_group = 4, c_in_group = c / 4]
      (%x[n, p, c_group * c_in_group], %g[c_group * c_in_group], %b[c_group * c_in_group])
      : (tensor<?x?x?xf32>, tensor<?xf32>, tensor<?xf32>)
      -> ([n, p, c_group * c_in_group] tensor<?x?x?xf32>, [n, c_group] tensor<?x4xf32>,
          [n, c_group] tensor<?x4xf32>, [n, c_group] tensor<?x4xf32>) {
  ^bb0(%a: f32, %s: f32, %t: f32):
    %eps = arith.constant 1.0e-5 : f64
    %r = norm.moments %a over [p, c_in_group]
      plan <form = columns_then_merge, lanes = 16, accumulators = 4, block = 32, chunk = 128, fma = true>
      : f32 -> !norm.moments<f32>
    %mean = norm.mean %r : !norm.moments<f32> -> f32
    %low = norm.mean_low %r : !norm.moments<f32> -> f32
    %biased = norm.variance %r : !norm.moments<f32>
    %unbiased = norm.variance %r correction 1 : !norm.moments<f32>
    %u = arith.truncf %unbiased : f64 to f32
    %rstd = norm.rstd %biased, %eps -> f32
    %d = norm.center %a, %r : f32, !norm.moments<f32> -> f32
    %h = arith.mulf %d, %rstd : f32
    %o = norm.multiply_add %h, %s, %t : f32
    norm.yield %o, %mean, %low, %u : f32, f32, f32, f32
  }
  norm.return %y, %m, %l, %v
    : tensor<?x?x?xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: norm.func @elementwise_scheduled(
// CHECK: norm.kernel [r] (%x[r]) : (tensor<?xf32>) -> ([r] tensor<?xf32>) attributes {schedule = #norm.cpu_schedule<
// CHECK-SAME: <min_bytes = 0, rows = 4, prefetch = 0, nontemporal = false>, <min_bytes = 65536, rows = 1, prefetch = 2, nontemporal = true>>}
norm.func @elementwise_scheduled(%x: [r] f32) -> (y: [r] f32) {
  %y = norm.kernel [r] (%x[r]) : (tensor<?xf32>) -> ([r] tensor<?xf32>)
      attributes {schedule = #norm.cpu_schedule<
        <min_bytes = 0, rows = 4, prefetch = 0, nontemporal = false>,
        <min_bytes = 65536, rows = 1, prefetch = 2, nontemporal = true>>} {
  ^bb0(%a: f32):
    %0 = arith.mulf %a, %a : f32
    norm.yield %0 : f32
  }
  norm.return %y : tensor<?xf32>
}

// CHECK-LABEL: norm.func @scalars_only(
// CHECK: norm.kernel [r = 8] ( scalars %s) : (f32) -> ([r] tensor<8xf32>)
norm.func @scalars_only(%s: f32) -> (y: [r = 8] f32) {
  %y = norm.kernel [r = 8] (scalars %s) : (f32) -> ([r] tensor<8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %y : tensor<8xf32>
}

// CHECK-LABEL: norm.func @nothing_read(
// CHECK: norm.kernel [r = 8] () : () -> ([r] tensor<8xf32>)
norm.func @nothing_read() -> (y: [r = 8] f32) {
  %y = norm.kernel [r = 8] () : () -> ([r] tensor<8xf32>) {
    %0 = arith.constant 0.0 : f32
    norm.yield %0 : f32
  }
  norm.return %y : tensor<8xf32>
}
