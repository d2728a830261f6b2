// RUN: bnc-opt %s --bnc-form-kernels | FileCheck %s
// Where a kernel ends and what crosses to the next one.

// CHECK-LABEL: norm.func @chain_over_the_same_dims_is_one_kernel
// CHECK: norm.kernel
// CHECK: norm.moments %{{.*}} over [c]
// CHECK: norm.sum_of_squares %{{.*}} over [c]
// CHECK-NOT: norm.kernel
norm.func @chain_over_the_same_dims_is_one_kernel(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %1 = norm.rms_norm %0 over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  norm.return %1 : tensor<?x?xf32>
}

// The narrow value crosses; the second kernel widens it again.
// CHECK-LABEL: norm.func @other_dims_start_a_kernel
// CHECK: %[[FIRST:.*]] = norm.kernel [r, c] (%x[r, c] scalars %eps) {{.*}} -> ([r, c] tensor<?x?xbf16>)
// CHECK: norm.moments %{{.*}} over [c]
// CHECK: %[[SECOND:.*]] = norm.kernel [r, c] (%[[FIRST]][r, c] scalars %eps)
// CHECK: %[[WIDE:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: norm.moments %[[WIDE]] over [r]
// CHECK: %[[T:.*]] = arith.mulf
// CHECK: arith.addf %[[T]], %[[WIDE]]
// CHECK: norm.return %[[SECOND]]
norm.func @other_dims_start_a_kernel(%x: [r, c] bf16, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xbf16>, f32) -> tensor<?x?xbf16>
  %1 = arith.extf %0 : tensor<?x?xbf16> to tensor<?x?xf32>
  %2 = norm.layer_norm %1 over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %3 = arith.addf %2, %1 : tensor<?x?xf32>
  norm.return %3 : tensor<?x?xf32>
}

// So do the operands of a comparison, not its outcome.
// CHECK-LABEL: norm.func @comparison_is_repeated
// CHECK: %[[FIRST:.*]] = norm.kernel {{.*}} -> ([r, c] tensor<?x?xf32>)
// CHECK: norm.kernel [r, c] (%[[FIRST]][r, c], %x[r, c] scalars %eps)
// CHECK: arith.cmpf
// CHECK: arith.select
norm.func @comparison_is_repeated(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
  %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %1 = arith.cmpf ogt, %0, %x : tensor<?x?xf32>
  %2 = norm.layer_norm %0 over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %3 = arith.select %1, %2, %x : tensor<?x?xi1>, tensor<?x?xf32>
  norm.return %3 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @other_names_start_a_kernel
// CHECK: norm.kernel [r, h, d = 64] (%q[r, h, d], %w[d] scalars %eps)
// CHECK: norm.kernel [r, h2, d = 64] (%k[r, h2, d], %w[d] scalars %eps)
norm.func @other_names_start_a_kernel(%q: [r, h, d = 64] f32, %k: [r, h2, d] f32, %w: [d] f32, %eps: f32)
    -> (qn: [r, h, d] f32 ties %q, kn: [r, h2, d] f32 ties %k) {
  %0 = norm.rms_norm %q over [2] scale %w eps %eps : (tensor<?x?x64xf32>, tensor<64xf32>, f32) -> tensor<?x?x64xf32>
  %1 = norm.rms_norm %k over [2] scale %w eps %eps : (tensor<?x?x64xf32>, tensor<64xf32>, f32) -> tensor<?x?x64xf32>
  norm.return %0, %1 : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// Equal names are one space, though no op connects the tensors.
// CHECK-LABEL: norm.func @equal_names_share_a_kernel
// CHECK: norm.kernel [r, h, d = 64] (%q[r, h, d], %k[r, h, d] scalars %eps)
// CHECK-NOT: norm.kernel
norm.func @equal_names_share_a_kernel(%q: [r, h, d = 64] f32, %k: [r, h, d] f32, %eps: f32)
    -> (qn: [r, h, d] f32, kn: [r, h, d] f32) {
  %0 = norm.rms_norm %q over [2] eps %eps : (tensor<?x?x64xf32>, f32) -> tensor<?x?x64xf32>
  %1 = norm.rms_norm %k over [2] eps %eps : (tensor<?x?x64xf32>, f32) -> tensor<?x?x64xf32>
  norm.return %0, %1 : tensor<?x?x64xf32>, tensor<?x?x64xf32>
}

// CHECK-LABEL: norm.func @transposed_space_starts_a_kernel
// CHECK: norm.kernel [r, c] (%x[r, c] scalars %eps)
// CHECK: norm.kernel [c, r] (%z[c, r] scalars %eps)
norm.func @transposed_space_starts_a_kernel(%x: [r, c] f32, %z: [c, r] f32, %eps: f32) -> (a: [r, c] f32, b: [c, r] f32) {
  %0 = norm.rms_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %1 = norm.rms_norm %z over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0, %1 : tensor<?x?xf32>, tensor<?x?xf32>
}

// What depends on arguments alone is computed by both kernels, or read where
// an earlier one stores it for the caller.
// CHECK-LABEL: norm.func @arguments_are_read_again
// CHECK: norm.kernel [r, c] (%x[r, c], %h[r, c] scalars %eps)
// CHECK: norm.kernel [r, c] (%x[r, c], %h[r, c], %{{.*}}[r, c] scalars %eps)
norm.func @arguments_are_read_again(%x: [r, c] f32, %h: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
  %0 = arith.addf %x, %h : tensor<?x?xf32>
  %1 = norm.layer_norm %0 over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %2 = norm.layer_norm %0 over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %3 = arith.addf %1, %2 : tensor<?x?xf32>
  norm.return %3 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @stored_result_is_read
// CHECK: %[[FIRST:.*]]:2 = norm.kernel [r, c] (%x[r, c], %h[r, c] scalars %eps)
// CHECK: norm.kernel [r, c] (%[[FIRST]]#0[r, c], %[[FIRST]]#1[r, c] scalars %eps)
norm.func @stored_result_is_read(%x: [r, c] f32, %h: [r, c] f32, %eps: f32) -> (sum: [r, c] f32 ties %h, y: [r, c] f32) {
  %0 = arith.addf %x, %h : tensor<?x?xf32>
  %1 = norm.layer_norm %0 over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %2 = norm.layer_norm %0 over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %3 = arith.addf %1, %2 : tensor<?x?xf32>
  norm.return %0, %3 : tensor<?x?xf32>, tensor<?x?xf32>
}

// A result over fewer dims, none of them a reduction's, has a kernel of its own.
// CHECK-LABEL: norm.func @result_over_fewer_dims
// CHECK: norm.kernel [r, c] (%w[c], %x[r, c] scalars %eps)
// CHECK: norm.kernel [c] (%w[c])
norm.func @result_over_fewer_dims(%x: [r, c] f32, %w: [c] f32, %eps: f32) -> (y: [r, c] f32, w2: [c] f32 ties %w) {
  %0 = arith.addf %w, %w : tensor<?xf32>
  %1 = norm.rms_norm %x over [1] scale %0 eps %eps : (tensor<?x?xf32>, tensor<?xf32>, f32) -> tensor<?x?xf32>
  norm.return %1, %0 : tensor<?x?xf32>, tensor<?xf32>
}

// %2 lies between the kept dims and all dims: no kernel over n, c, h, w can
// store it.
// CHECK-LABEL: norm.func @result_between_kept_and_all_dims
// CHECK: %[[FIRST:.*]]:2 = norm.kernel [n, c, h, w] (%x[n, c, h, w] scalars %eps)
// CHECK: %[[SECOND:.*]] = norm.kernel [n, c, h] (%[[FIRST]]#1[n, c], %b[n, c, h])
// CHECK: norm.kernel [n, c, h, w] (%[[SECOND]][n, c, h], %[[FIRST]]#0[n, c, h, w])
norm.func @result_between_kept_and_all_dims(%x: [n, c, h, w] f32, %b: [n, c, h] f32, %eps: f32)
    -> (y: [n, c, h, w] f32, z: [n, c, h] f32) {
  %0:2 = norm.instance_norm %x feature 1 eps %eps saves [mean]
    : (tensor<?x?x?x?xf32>, f32) -> (tensor<?x?x?x?xf32>, tensor<?x?xf32>)
  %1 = norm.broadcast %0#1 like %b dims [0, 1] : tensor<?x?xf32>, tensor<?x?x?xf32> -> tensor<?x?x?xf32>
  %2 = arith.addf %1, %b : tensor<?x?x?xf32>
  %3 = norm.broadcast %2 like %x dims [0, 1, 2] : tensor<?x?x?xf32>, tensor<?x?x?x?xf32> -> tensor<?x?x?x?xf32>
  %4 = arith.addf %3, %0#0 : tensor<?x?x?x?xf32>
  norm.return %4, %2 : tensor<?x?x?x?xf32>, tensor<?x?x?xf32>
}
