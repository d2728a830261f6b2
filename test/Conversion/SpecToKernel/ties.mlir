// RUN: bnc-opt %s --bnc-form-kernels | FileCheck %s
// No kernel overwrites an argument that is still to be read.

// CHECK-LABEL: norm.func @overwritten_after_its_last_reader
// CHECK: norm.kernel [r, c] (%x[r, c] scalars %eps) {{.*}} -> ([r, c] tensor<?x?xf32>) {
// CHECK: norm.moments %{{.*}} over [c]
// CHECK: norm.kernel [r, c] (%x[r, c], %{{.*}}[r, c] scalars %eps) {{.*}} -> ([r, c] tensor<?x?xf32>, [r, c] tensor<?x?xf32>) {
// CHECK: norm.moments %{{.*}} over [r]
// CHECK-NOT: norm.kernel
norm.func @overwritten_after_its_last_reader(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32, x2: [r, c] f32 ties %x) {
  %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %1 = norm.layer_norm %x over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %2 = arith.addf %0, %1 : tensor<?x?xf32>
  %3 = arith.negf %x : tensor<?x?xf32>
  norm.return %2, %3 : tensor<?x?xf32>, tensor<?x?xf32>
}

// The first norm would overwrite what the second reads, so it goes through the
// workspace.
// CHECK-LABEL: norm.func @early_result_is_copied_last
// CHECK: %[[FIRST:.*]] = norm.kernel [r, c] (%x[r, c] scalars %eps)
// CHECK: %[[SECOND:.*]] = norm.kernel [r, c] (%x[r, c], %[[FIRST]][r, c] scalars %eps)
// CHECK: %[[LAST:.*]] = norm.kernel [r, c] (%[[FIRST]][r, c])
// CHECK: norm.return %[[SECOND]], %[[LAST]]
norm.func @early_result_is_copied_last(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32, first: [r, c] f32 ties %x) {
  %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %1 = norm.layer_norm %x over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
  %2 = arith.addf %0, %1 : tensor<?x?xf32>
  norm.return %2, %0 : tensor<?x?xf32>, tensor<?x?xf32>
}

// The running statistics are stored before the map reads them again.
// CHECK-LABEL: norm.func @kept_result_that_the_map_reads
// CHECK: %[[FIRST:.*]]:4 = norm.kernel [n, c] (%x[n, c], %rm[c], %rv[c] scalars %m, %eps)
// CHECK: %[[LAST:.*]]:2 = norm.kernel [c] (%[[FIRST]]#2[c], %[[FIRST]]#3[c])
// CHECK: norm.return %[[FIRST]]#0, %[[FIRST]]#1, %[[LAST]]#0, %[[LAST]]#1
norm.func @kept_result_that_the_map_reads(%x: [n, c] f32, %rm: [c] f32, %rv: [c] f32, %m: f32, %eps: f32)
    -> (y: [n, c] f32, z: [n, c] f32, nm: [c] f32 ties %rm, nv: [c] f32 ties %rv) {
  %0:3 = norm.batch_norm_training %x feature 1 running %rm, %rv momentum %m eps %eps
    : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32, f32) -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %1 = norm.batch_norm_inference %x feature 1 mean %rm variance %rv eps %eps
    : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0#0, %1, %0#1, %0#2 : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
}

// An update written out in kept values needs no copy.
// CHECK-LABEL: norm.func @kept_result_of_kept_values
// CHECK: norm.kernel [n, c] ({{.*}}%old[c]
// CHECK-NOT: norm.kernel
norm.func @kept_result_of_kept_values(%x: [n, c] f32, %old: [c] f32, %eps: f32) -> (y: [n, c] f32, next: [c] f32 ties %old) {
  %0:2 = norm.batch_norm_training %x feature 1 eps %eps saves [mean] : (tensor<?x?xf32>, f32) -> (tensor<?x?xf32>, tensor<?xf32>)
  %1 = arith.negf %old : tensor<?xf32>
  %2 = arith.addf %0#1, %1 : tensor<?xf32>
  norm.return %0#0, %2 : tensor<?x?xf32>, tensor<?xf32>
}

// Each point is read before it is written.
// CHECK-LABEL: norm.func @swap
// CHECK: norm.kernel [r] (%x[r], %z[r])
// CHECK-NOT: norm.kernel
norm.func @swap(%x: [r] f32, %z: [r] f32) -> (a: [r] f32 ties %z, b: [r] f32 ties %x) {
  norm.return %x, %z : tensor<?xf32>, tensor<?xf32>
}
