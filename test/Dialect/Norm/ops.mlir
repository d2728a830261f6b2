// RUN: bnc-opt %s | bnc-opt | FileCheck %s

// Every op of the spec level in every optional form, parsed, printed, parsed.

// CHECK-LABEL: norm.func @layer_norm_plain(
// CHECK-SAME: %x: [r, c = 64] f32, %eps: f32) -> (y: [r, c] f32)
// CHECK: norm.layer_norm %x over [1] eps %eps : (tensor<?x64xf32>, f32) -> tensor<?x64xf32>
norm.func @layer_norm_plain(%x: [r, c = 64] f32, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x64xf32>, f32) -> tensor<?x64xf32>
  norm.return %0 : tensor<?x64xf32>
}

// CHECK-LABEL: norm.func @layer_norm_full(
// CHECK: %result, %saved:3 = norm.layer_norm %x over [1, 2] scale %g shift %b eps %eps
// CHECK-SAME: saves [mean, mean_low, rstd] {weight_offset = 1.000000e+00 : f64}
norm.func @layer_norm_full(%x: [n, h, c] bf16 strided, %g: [h, c] f32, %b: [h, c] bf16,
                           %eps: f32)
    -> (y: [n, h, c] f32, m: [n] f32, l: [n] f32, s: [n] f32) {
  %0:4 = norm.layer_norm %x over [1, 2] scale %g shift %b eps %eps saves [mean, mean_low, rstd]
    {weight_offset = 1.0} : (tensor<?x?x?xbf16>, tensor<?x?xf32>, tensor<?x?xbf16>, f32)
    -> (tensor<?x?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
  norm.return %0#0, %0#1, %0#2, %0#3
    : tensor<?x?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: norm.func @rms_norm_in_place(
// CHECK-SAME: -> (y: [r, c] bf16 ties %x)
// CHECK: norm.rms_norm %{{.*}} over [1] scale %w eps %eps
norm.func @rms_norm_in_place(%x: [r, c = 4096] bf16, %w: [c] f32, %eps: f32)
    -> (y: [r, c] bf16 ties %x) {
  %0 = arith.extf %x : tensor<?x4096xbf16> to tensor<?x4096xf32>
  %1 = norm.rms_norm %0 over [1] scale %w eps %eps
    : (tensor<?x4096xf32>, tensor<4096xf32>, f32) -> tensor<?x4096xf32>
  %2 = arith.truncf %1 : tensor<?x4096xf32> to tensor<?x4096xbf16>
  norm.return %2 : tensor<?x4096xbf16>
}

// CHECK-LABEL: norm.func @l2_norm_forms(
// CHECK: norm.l2_norm %x over [0] form max eps %eps
// CHECK: norm.l2_norm %x over [0] eps %eps
norm.func @l2_norm_forms(%x: [r, c] f64, %eps: f64) -> (y: [r, c] f64) {
  %0 = norm.l2_norm %x over [0] form max eps %eps : (tensor<?x?xf64>, f64) -> tensor<?x?xf64>
  %1 = norm.l2_norm %x over [0] form sum eps %eps : (tensor<?x?xf64>, f64) -> tensor<?x?xf64>
  %2 = arith.addf %0, %1 : tensor<?x?xf64>
  norm.return %2 : tensor<?x?xf64>
}

// CHECK-LABEL: norm.func @group_norm_nhwc(
// CHECK: norm.group_norm %x feature 3 groups 8 scale %g shift %b eps %eps saves [rstd]
norm.func @group_norm_nhwc(%x: [n, h, w, c = 64] f16, %g: [c] f32, %b: [c] f32, %eps: f32)
    -> (y: [n, h, w, c] f16, s: [n, groups = 8] f32) {
  %0:2 = norm.group_norm %x feature 3 groups 8 scale %g shift %b eps %eps saves [rstd]
    : (tensor<?x?x?x64xf16>, tensor<64xf32>, tensor<64xf32>, f32)
    -> (tensor<?x?x?x64xf16>, tensor<?x8xf32>)
  norm.return %0#0, %0#1 : tensor<?x?x?x64xf16>, tensor<?x8xf32>
}

// CHECK-LABEL: norm.func @group_norm_dynamic_channels(
// CHECK: norm.group_norm %x feature 1 groups 32 eps %eps
norm.func @group_norm_dynamic_channels(%x: [n, c, d] f32, %eps: f32) -> (y: [n, c, d] f32) {
  %0 = norm.group_norm %x feature 1 groups 32 eps %eps : (tensor<?x?x?xf32>, f32) -> tensor<?x?x?xf32>
  norm.return %0 : tensor<?x?x?xf32>
}

// CHECK-LABEL: norm.func @instance_norm_3d(
// CHECK: norm.instance_norm %x feature 2 scale %g eps %eps saves [mean, rstd]
norm.func @instance_norm_3d(%x: [n, d, c, h, w] f32, %g: [c] f32, %eps: f32)
    -> (y: [n, d, c, h, w] f32, m: [n, c] f32, s: [n, c] f32) {
  %0:3 = norm.instance_norm %x feature 2 scale %g eps %eps saves [mean, rstd]
    : (tensor<?x?x?x?x?xf32>, tensor<?xf32>, f32)
    -> (tensor<?x?x?x?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>)
  norm.return %0#0, %0#1, %0#2 : tensor<?x?x?x?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @batch_norm_inference(
// CHECK: norm.batch_norm_inference %x feature 1 mean %m variance %v scale %g shift %b eps %eps
norm.func @batch_norm_inference(%x: [n, c = 16, h, w] f32, %m: [c] f32, %v: [c] f32, %g: [c] f32,
                                %b: [c] f32, %eps: f32) -> (y: [n, c, h, w] f32) {
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %v scale %g shift %b eps %eps
    : (tensor<?x16x?x?xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, f32)
    -> tensor<?x16x?x?xf32>
  norm.return %0 : tensor<?x16x?x?xf32>
}

// CHECK-LABEL: norm.func @batch_norm_training(
// CHECK-SAME: new_rm: [c] f32 ties %rm, new_rv: [c] f32 ties %rv)
// CHECK: norm.batch_norm_training %x feature 0 running %rm, %rv momentum %a
// CHECK-SAME: biased_running_variance eps %eps saves [mean, rstd]
norm.func @batch_norm_training(%x: [c = 16, n] bf16, %rm: [c] f32, %rv: [c] f32, %a: f32,
                               %eps: f32)
    -> (y: [c, n] bf16, m: [c] f32, s: [c] f32, new_rm: [c] f32 ties %rm,
        new_rv: [c] f32 ties %rv) {
  %0:5 = norm.batch_norm_training %x feature 0 running %rm, %rv momentum %a
    biased_running_variance eps %eps saves [mean, rstd]
    : (tensor<16x?xbf16>, tensor<16xf32>, tensor<16xf32>, f32, f32)
    -> (tensor<16x?xbf16>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>)
  norm.return %0#0, %0#1, %0#2, %0#3, %0#4
    : tensor<16x?xbf16>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>
}

// CHECK-LABEL: norm.func @batch_norm_training_plain(
// CHECK: norm.batch_norm_training %x feature 1 eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
norm.func @batch_norm_training_plain(%x: [n, c] f32, %eps: f32) -> (y: [n, c] f32) {
  %0 = norm.batch_norm_training %x feature 1 eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @activations(
// CHECK: norm.relu
// CHECK: norm.leaky_relu %{{.*}} slope 1.000000e-01
// CHECK: norm.silu
// CHECK: norm.gelu
// CHECK: norm.gelu_tanh
// CHECK: norm.sigmoid
// CHECK: norm.tanh
norm.func @activations(%x: [r] f32) -> (y: [r] f32) {
  %0 = norm.relu %x : tensor<?xf32>
  %1 = norm.leaky_relu %0 slope 0.1 : tensor<?xf32>
  %2 = norm.silu %1 : tensor<?xf32>
  %3 = norm.gelu %2 : tensor<?xf32>
  %4 = norm.gelu_tanh %3 : tensor<?xf32>
  %5 = norm.sigmoid %4 : tensor<?xf32>
  %6 = norm.tanh %5 : tensor<?xf32>
  norm.return %6 : tensor<?xf32>
}

// CHECK-LABEL: norm.func @broadcasts(
// CHECK: norm.broadcast %b like %x dims [1] : tensor<?xbf16>, tensor<?x?xf32> -> tensor<?x?xbf16>
// CHECK: norm.broadcast %s like %x dims [] : f32, tensor<?x?xf32> -> tensor<?x?xf32>
norm.func @broadcasts(%x: [r, c] f32, %b: [c] bf16, %s: f32) -> (y: [r, c] bf16, z: [r, c] f32) {
  %0 = norm.broadcast %b like %x dims [1] : tensor<?xbf16>, tensor<?x?xf32> -> tensor<?x?xbf16>
  %1 = norm.broadcast %s like %x dims [] : f32, tensor<?x?xf32> -> tensor<?x?xf32>
  norm.return %0, %1 : tensor<?x?xbf16>, tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @strided_qk(
// CHECK-SAME: %q: [t, h = 8, d = 64] bf16 strided, %k: [t, h, d] bf16 strided
// CHECK-SAME: -> (q_out: [t, h, d] bf16 strided ties %q, k_out: [t, h, d] bf16)
norm.func @strided_qk(%q: [t, h = 8, d = 64] bf16 strided, %k: [t, h, d] bf16 strided, %eps: f32)
    -> (q_out: [t, h, d] bf16 strided ties %q, k_out: [t, h, d] bf16) {
  %0 = norm.rms_norm %q over [2] eps %eps : (tensor<?x8x64xbf16>, f32) -> tensor<?x8x64xbf16>
  %1 = norm.rms_norm %k over [2] eps %eps : (tensor<?x8x64xbf16>, f32) -> tensor<?x8x64xbf16>
  norm.return %0, %1 : tensor<?x8x64xbf16>, tensor<?x8x64xbf16>
}

// CHECK-LABEL: norm.func @extent_after_first_use(
// CHECK-SAME: %w: [c = 8] f32, %x: [r, c] f32)
norm.func @extent_after_first_use(%w: [c] f32, %x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.broadcast %w like %x dims [1] : tensor<8xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}
