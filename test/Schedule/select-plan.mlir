// RUN: bnc-opt %s --bnc-form-kernels --bnc-select-plan --split-input-file | FileCheck %s

// The order of summation: of the target it takes the lanes and fma, nothing else.

#v4 = #norm.target<name = "v4", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32, l1 = 1, l2 = 1, llc_share = 1, fma = true, f16c = true, bf16_convert = false, masks = true>

module attributes {norm.target = #v4} {
  // CHECK-LABEL: @rows
  // CHECK: norm.moments {{.*}} plan <form = rows, lanes = 16, accumulators = 4, block = 512, chunk = 2048, fma = true>
  norm.func @rows(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
    norm.return %0 : tensor<?x?xf32>
  }
  // Half the lanes: a chunk has as many vectors.
  // CHECK-LABEL: @rows_f64
  // CHECK: norm.moments {{.*}} plan <form = rows, lanes = 8, accumulators = 4, block = 256, chunk = 1024, fma = true>
  norm.func @rows_f64(%x: [r, c] f64, %eps: f64) -> (y: [r, c] f64) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf64>, f64) -> tensor<?x?xf64>
    norm.return %0 : tensor<?x?xf64>
  }
  // The innermost dim is kept.
  // CHECK-LABEL: @columns
  // CHECK: norm.sum_of_squares {{.*}} plan <form = columns, lanes = 16, accumulators = 4, block = 32, chunk = 128, fma = true>
  norm.func @columns(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.rms_norm %x over [0] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
    norm.return %0 : tensor<?x?xf32>
  }
  // The innermost dim is half of the channels: of each group one.
  // CHECK-LABEL: @columns_then_merge
  // CHECK: norm.moments {{.*}} plan <form = columns_then_merge, lanes = 16, accumulators = 4, block = 32, chunk = 128, fma = true>
  norm.func @columns_then_merge(%x: [n, p, c = 64] f32, %eps: f32) -> (y: [n, p, c] f32) {
    %0 = norm.group_norm %x feature 2 groups 2 eps %eps : (tensor<?x?x64xf32>, f32) -> tensor<?x?x64xf32>
    norm.return %0 : tensor<?x?x64xf32>
  }
}

// -----

#v2 = #norm.target<name = "v2", cpu = "x86-64-v2", features = "", vector_bits = 128, registers = 16, l1 = 1, l2 = 1, llc_share = 1, fma = false, f16c = false, bf16_convert = false, masks = false>

module attributes {norm.target = #v2} {
  // CHECK-LABEL: @narrow
  // CHECK: norm.moments {{.*}} plan <form = rows, lanes = 4, accumulators = 4, block = 128, chunk = 512, fma = false>
  norm.func @narrow(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
    norm.return %0 : tensor<?x?xf32>
  }
}
