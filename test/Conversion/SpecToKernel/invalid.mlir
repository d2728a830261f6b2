// RUN: bnc-opt %s --split-input-file --verify-diagnostics --bnc-form-kernels

// expected-error @+1 {{cannot tell dims 0 and 1 of a tensor apart, both 's': a computed value lies along both}}
norm.func @computed_value_along_both_dims_of_a_square(%x: [s, s] f32, %w: [s] f32) -> (y: [s, s] f32) {
  %0 = arith.addf %w, %w : tensor<?xf32>
  %1 = norm.broadcast %0 like %x dims [0] : tensor<?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
  %2 = norm.broadcast %0 like %x dims [1] : tensor<?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
  %3 = arith.addf %1, %2 : tensor<?x?xf32>
  norm.return %3 : tensor<?x?xf32>
}
