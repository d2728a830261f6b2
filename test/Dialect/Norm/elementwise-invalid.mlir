// RUN: bnc-opt %s --split-input-file --verify-diagnostics

// Constraints of ActivationOps.td, in their order.

norm.func @broadcast_too_few_dims_c1(%x: [r, c = 8] f32, %b: [c] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 1 'dims', one for each dim of 'input', but got 0}}
  %0 = norm.broadcast %b like %x dims [] : tensor<8xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @broadcast_scalar_along_dim_c1(%x: [r] f32, %s: f32) -> (y: [r] f32) {
  // expected-error @below {{expected 0 'dims', one for each dim of 'input', but got 1}}
  %0 = norm.broadcast %s like %x dims [0] : f32, tensor<?xf32> -> tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @broadcast_dims_out_of_order_c1(%x: [r, c = 8] f32, %b: [c, r] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'dims' to be strictly increasing dims of 'like', out of 0 to 1, but got [1, 0]}}
  %0 = norm.broadcast %b like %x dims [1, 0] : tensor<8x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @broadcast_dim_out_of_range_c1(%x: [r, c = 8] f32, %b: [c] f32) -> (y: [r, c] f32) {
  // expected-error @below {{out of 0 to 1, but got [2]}}
  %0 = norm.broadcast %b like %x dims [2] : tensor<8xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @broadcast_extent_c2(%x: [r, c = 8] f32, %b: [d = 9] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'input' to have the extents of 'like' in 'dims', but got [9] for [?, 8]}}
  %0 = norm.broadcast %b like %x dims [1] : tensor<9xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @broadcast_result_type_c3(%x: [r] f32, %s: f32) -> (y: [r] bf16) {
  // expected-error @below {{expected 'result' to be 'tensor<?xf32>', but got 'tensor<?xbf16>'}}
  %0 = norm.broadcast %s like %x dims [] : f32, tensor<?xf32> -> tensor<?xbf16>
  norm.return %0 : tensor<?xbf16>
}
