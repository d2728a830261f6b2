// RUN: bnc-opt %s --split-input-file --verify-diagnostics --bnc-form-kernels

// expected-error @+1 {{cannot tell dims 0 and 1 of a tensor apart: a computed value lies along both}}
norm.func @computed_value_along_both_dims_of_a_square(%x: [a = 4, b = 4] f32, %w: [a] f32) -> (y: [a, b] f32) {
  %0 = arith.addf %w, %w : tensor<4xf32>
  %1 = norm.broadcast %0 like %x dims [0] : tensor<4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %2 = norm.broadcast %0 like %x dims [1] : tensor<4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %3 = arith.addf %1, %2 : tensor<4x4xf32>
  norm.return %3 : tensor<4x4xf32>
}
