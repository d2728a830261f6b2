// RUN: bnc-opt %s --bnc-form-kernels | FileCheck %s
// Group norm cuts its feature dim in two dims of the kernel, in any layout.

// CHECK-LABEL: norm.func @channels_first
// CHECK: norm.kernel [n, c_group = 4, c_in_group = 8, h, w]
// CHECK-SAME: (%x[n, c_group * c_in_group, h, w], %s[c_group * c_in_group], %b[c_group * c_in_group] scalars %eps)
// CHECK: norm.moments %{{.*}} over [c_in_group, h, w]
norm.func @channels_first(%x: [n, c = 32, h, w] f32, %s: [c] f32, %b: [c] f32, %eps: f32) -> (y: [n, c, h, w] f32) {
  %0 = norm.group_norm %x feature 1 groups 4 scale %s shift %b eps %eps
    : (tensor<?x32x?x?xf32>, tensor<32xf32>, tensor<32xf32>, f32) -> tensor<?x32x?x?xf32>
  norm.return %0 : tensor<?x32x?x?xf32>
}

// A saved statistic and what is computed of it lie along the groups, whatever
// the result calls that dim.
// CHECK-LABEL: norm.func @channels_last_of_any_number
// CHECK: norm.kernel [n, h, w, c_group = 4, c_in_group = c / 4] (%x[n, h, w, c_group * c_in_group] scalars %eps)
// CHECK-SAME: [n, c_group] tensor<?x4xf32>
// CHECK: norm.moments %{{.*}} over [h, w, c_in_group]
// CHECK: %[[MEAN:.*]] = norm.mean
// CHECK: arith.addf %[[MEAN]], %[[MEAN]]
norm.func @channels_last_of_any_number(%x: [n, h, w, c] f32, %eps: f32) -> (y: [n, h, w, c] f32, twice: [n, g = 4] f32) {
  %0:2 = norm.group_norm %x feature 3 groups 4 eps %eps saves [mean]
    : (tensor<?x?x?x?xf32>, f32) -> (tensor<?x?x?x?xf32>, tensor<?x4xf32>)
  %1 = arith.addf %0#1, %0#1 : tensor<?x4xf32>
  norm.return %0#0, %1 : tensor<?x?x?x?xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: norm.func @same_groups_share_a_kernel
// CHECK: %[[FIRST:.*]] = norm.kernel [n, c_group = 4, c_in_group = 8, h]
// CHECK: norm.moments
// CHECK: norm.moments
// CHECK: norm.kernel [n, c_group = 8, c_in_group = 4, h] (%[[FIRST]][n, c_group * c_in_group, h] scalars %eps)
// CHECK: norm.moments
// CHECK-NOT: norm.kernel
norm.func @same_groups_share_a_kernel(%x: [n, c = 32, h] f32, %eps: f32) -> (y: [n, c, h] f32) {
  %0 = norm.group_norm %x feature 1 groups 4 eps %eps : (tensor<?x32x?xf32>, f32) -> tensor<?x32x?xf32>
  %1 = norm.group_norm %0 feature 1 groups 4 eps %eps : (tensor<?x32x?xf32>, f32) -> tensor<?x32x?xf32>
  %2 = norm.group_norm %1 feature 1 groups 8 eps %eps : (tensor<?x32x?xf32>, f32) -> tensor<?x32x?xf32>
  norm.return %2 : tensor<?x32x?xf32>
}
