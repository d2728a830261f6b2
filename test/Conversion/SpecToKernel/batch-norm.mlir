// RUN: bnc-opt %s --bnc-form-kernels | FileCheck %s

// CHECK-LABEL: norm.func @training_updates_running_statistics
// CHECK: norm.kernel [n, c = 64, h, w] (%x[n, c, h, w], %rm[c], %rv[c] scalars %m, %eps)
// CHECK-SAME: -> ([n, c, h, w] tensor<?x64x?x?xf32>, [c] tensor<64xf32>, [c] tensor<64xbf16>)
// CHECK-NEXT: ^bb0(%{{.*}}: f32, %[[RM:.*]]: f32, %[[RV:.*]]: bf16, %{{.*}}: f32, %{{.*}}: f32):
// CHECK: %[[R:.*]] = norm.moments %{{.*}} over [n, h, w]
// CHECK: %[[MEAN:.*]] = norm.mean %[[R]] : <f32> -> f64
// CHECK: %[[VAR:.*]] = norm.variance %[[R]] correction 1
// CHECK: %[[OLD:.*]] = arith.extf %[[RM]] : f32 to f64
// CHECK: %[[NEW:.*]] = arith.addf
// CHECK: %[[N:.*]] = norm.count [n, h, w]
// CHECK: %[[EMPTY:.*]] = arith.cmpf oeq, %[[N]]
// CHECK: %[[CHOSEN:.*]] = arith.select %[[EMPTY]], %[[OLD]], %[[NEW]] : f64
// CHECK: arith.truncf %[[CHOSEN]] : f64 to f32
// CHECK: arith.extf %[[RV]] : bf16 to f64
// CHECK: arith.mulf %{{.*}}, %[[VAR]] : f64
// CHECK: arith.truncf %{{.*}} : f64 to bf16
norm.func @training_updates_running_statistics(%x: [n, c = 64, h, w] f32, %rm: [c] f32, %rv: [c] bf16, %m: f32, %eps: f32)
    -> (y: [n, c, h, w] f32, new_rm: [c] f32 ties %rm, new_rv: [c] bf16 ties %rv) {
  %0:3 = norm.batch_norm_training %x feature 1 running %rm, %rv momentum %m eps %eps
    : (tensor<?x64x?x?xf32>, tensor<64xf32>, tensor<64xbf16>, f32, f32)
    -> (tensor<?x64x?x?xf32>, tensor<64xf32>, tensor<64xbf16>)
  norm.return %0#0, %0#1, %0#2 : tensor<?x64x?x?xf32>, tensor<64xf32>, tensor<64xbf16>
}

// CHECK-LABEL: norm.func @biased_running_variance
// CHECK-NOT: correction
// CHECK: norm.return
norm.func @biased_running_variance(%x: [n, c] f32, %rm: [c] f32, %rv: [c] f32, %m: f32, %eps: f32)
    -> (y: [n, c] f32, new_rm: [c] f32 ties %rm, new_rv: [c] f32 ties %rv) {
  %0:3 = norm.batch_norm_training %x feature 1 running %rm, %rv momentum %m biased_running_variance eps %eps
    : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32, f32)
    -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  norm.return %0#0, %0#1, %0#2 : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
}

// Statistics that nobody saves are neither read nor computed.
// CHECK-LABEL: norm.func @unused_statistics_leave_no_trace
// CHECK: norm.kernel [n, c] (%x[n, c] scalars %eps)
// CHECK-NOT: norm.count
norm.func @unused_statistics_leave_no_trace(%x: [n, c] f32, %rm: [c] f32, %rv: [c] f32, %m: f32, %eps: f32) -> (y: [n, c] f32) {
  %0:3 = norm.batch_norm_training %x feature 1 running %rm, %rv momentum %m eps %eps
    : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32, f32)
    -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  norm.return %0#0 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @inference_has_no_reduction
// CHECK: norm.kernel [n, h, w, c = 63] (%x[n, h, w, c], %m[c], %v[c], %s[c], %b[c] scalars %eps)
// CHECK: ^bb0(%[[X:.*]]: f32, %[[M:.*]]: f32, %[[V:.*]]: f32, %[[S:.*]]: f32, %[[B:.*]]: f32, %[[EPS:.*]]: f32):
// CHECK-DAG: %[[EPS64:.*]] = arith.extf %[[EPS]] : f32 to f64
// CHECK-DAG: %[[V64:.*]] = arith.extf %[[V]] : f32 to f64
// CHECK: %[[RSTD:.*]] = norm.rstd %[[V64]], %[[EPS64]] -> f32
// CHECK: %[[CENTRED:.*]] = arith.subf %[[X]], %[[M]] : f32
// CHECK: %[[XHAT:.*]] = arith.mulf %[[CENTRED]], %[[RSTD]] : f32
// CHECK: norm.multiply_add %[[XHAT]], %[[S]], %[[B]] : f32
// CHECK-NOT: norm.moments
norm.func @inference_has_no_reduction(%x: [n, h, w, c = 63] f32, %m: [c] f32, %v: [c] f32, %s: [c] f32, %b: [c] f32, %eps: f32)
    -> (y: [n, h, w, c] f32) {
  %0 = norm.batch_norm_inference %x feature 3 mean %m variance %v scale %s shift %b eps %eps
    : (tensor<?x?x?x63xf32>, tensor<63xf32>, tensor<63xf32>, tensor<63xf32>, tensor<63xf32>, f32) -> tensor<?x?x?x63xf32>
  norm.return %0 : tensor<?x?x?x63xf32>
}
