// RUN: bnc-opt %s --split-input-file --verify-diagnostics

// Names that cannot become C parameters or functions (C1, C5).

// expected-error @below {{the C parameter 'x' would be argument 'x' and result 'x'; rename one of them}}
norm.func @result_named_as_argument_c1(%x: [r] f32) -> (x: [r] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{the C parameter 'r' would be the extent of dim 'r' and argument 'r'; rename one of them}}
norm.func @argument_named_as_dynamic_dim_c1(%r: [r] f32) -> (y: [r] f32) {
  norm.return %r : tensor<?xf32>
}

// -----

// expected-error @below {{the C parameter 'x_stride_r' would be the stride of 'x' along 'r' and argument 'x_stride_r'; rename one of them}}
norm.func @argument_named_as_stride_c1(%x: [r, c] f32 strided, %x_stride_r: f32) -> (y: [r, c] f32) {
  norm.return %x : tensor<?x?xf32>
}

// -----

norm.func @static_dim_may_share_a_name_c1(%c: [c = 8] f32) -> (y: [c] f32) {
  norm.return %c : tensor<8xf32>
}

// -----

// expected-error @below {{the name of argument 'double' is a keyword of C or C++}}
norm.func @keyword_argument_c5(%double: [r] f32) -> (y: [r] f32) {
  norm.return %double : tensor<?xf32>
}

// -----

// expected-error @below {{the name of result 'template' is a keyword of C or C++}}
norm.func @keyword_result_c5(%x: [r] f32) -> (template: [r] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{the name of dim 'int' is a keyword of C or C++}}
norm.func @keyword_dim_c5(%x: [int] f32) -> (y: [int] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{the name of argument '0' is no C identifier}}
norm.func @numbered_argument_c5(%0: [r] f32) -> (y: [r] f32) {
  norm.return %0 : tensor<?xf32>
}

// -----

// expected-error @below {{the name of argument 'ctx' is a parameter that bnc adds}}
norm.func @argument_ctx_c5(%ctx: [r] f32) -> (y: [r] f32) {
  norm.return %ctx : tensor<?xf32>
}

// -----

// expected-error @below {{the name of argument 'workspace' is a parameter that bnc adds}}
norm.func @argument_workspace_c5(%workspace: [r] f32) -> (y: [r] f32) {
  norm.return %workspace : tensor<?xf32>
}

// -----

// expected-error @below {{the name of dim 'workspace_size' is a parameter that bnc adds}}
norm.func @dim_workspace_size_c5(%x: [workspace_size] f32) -> (y: [workspace_size] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{the name of argument 'bnc_x' begins with bnc_, which bnc keeps for itself}}
norm.func @argument_bnc_prefix_c5(%bnc_x: [r] f32) -> (y: [r] f32) {
  norm.return %bnc_x : tensor<?xf32>
}

// -----

// expected-error @below {{the name of argument 'size_t' is a name of the C headers}}
norm.func @argument_size_t_c5(%size_t: [r] f32) -> (y: [r] f32) {
  norm.return %size_t : tensor<?xf32>
}

// -----

// expected-error @below {{the name of argument 'a__b' is reserved by C or C++}}
norm.func @argument_double_underscore_c5(%a__b: [r] f32) -> (y: [r] f32) {
  norm.return %a__b : tensor<?xf32>
}

// -----

// expected-error @below {{the name of function '_f' begins with an underscore, which C reserves}}
norm.func @_f(%x: [r] f32) -> (y: [r] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{the name of function 'memcpy' is a function of the C library}}
norm.func @memcpy(%x: [r] f32) -> (y: [r] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-note @below {{'scale_rows' is here}}
norm.func @scale_rows(%x: [r] f32) -> (y: [r] f32) {
  norm.return %x : tensor<?xf32>
}
// expected-error @below {{function 'scale_rows_metadata' takes the name of a function that bnc adds to 'scale_rows'}}
norm.func @scale_rows_metadata(%x: [r] f32) -> (y: [r] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// Dims (C2, C7, C8).

// expected-error @below {{dim 'c' has extent 8 above, but got 9}}
norm.func @two_extents_c2(%x: [r, c = 8] f32, %w: [c = 9] f32) -> (y: [r, c] f32) {
}

// -----

// expected-error @below {{expected dim 'c' to have an extent of at least 0, but got -1}}
norm.func @negative_extent_c2(%x: [r, c = -1] f32) -> (y: [r, c] f32) {
}

// -----

// expected-error @below {{expected the name of a dim}}
norm.func @unnamed_dim_c2(%x: [r, 64] f32) -> (y: [r] f32) {
}

// -----

// expected-error @below {{dim 'c' has more than one extent}}
"norm.func"() <{sym_name = "generic_two_extents_c2",
  arguments = [#norm.port<name = "x", dims = ["c"], type = tensor<?xf32>>],
  results = [#norm.port<name = "y", dims = ["c"], type = tensor<4xf32>>]}> ({
^bb0(%x: tensor<?xf32>):
  %0 = arith.constant dense<0.0> : tensor<4xf32>
  norm.return %0 : tensor<4xf32>
}) : () -> ()

// -----

// expected-error @below {{argument 'x' names 2 dims of 1}}
"norm.func"() <{sym_name = "too_many_dim_names_c2",
  arguments = [#norm.port<name = "x", dims = ["r", "c"], type = tensor<?xf32>>],
  results = []}> ({
^bb0(%x: tensor<?xf32>):
  norm.return
}) : () -> ()

// -----

// expected-error @below {{argument 'x' has dim 'c' twice; dims of one tensor need names of their own}}
norm.func @dim_twice_in_a_tensor_c7(%x: [c, c] f32) -> (y: [c] f32) {
  %0 = arith.constant dense<0.0> : tensor<4xf32>
  norm.return %0 : tensor<4xf32>
}

// -----

norm.func @other_dim_in_elementwise_c7(%x: [r] f32, %z: [s] f32) -> (y: [r] f32) {
  // expected-error @below {{takes dim 's' for dim 'r', whose extent may differ; dims that are equal share a name}}
  %0 = arith.addf %x, %z : tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @other_dim_in_scale_c7(%x: [r, c] f32, %w: [d] f32, %eps: f32) -> (y: [r, c] f32) {
  // expected-error @below {{takes dim 'd' for dim 'c', whose extent may differ}}
  %0 = norm.rms_norm %x over [1] scale %w eps %eps : (tensor<?x?xf32>, tensor<?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// -----

norm.func @other_dim_in_running_mean_c7(%x: [n, c] f32, %m: [d] f32, %v: [c] f32, %a: f32)
    -> (y: [n, c] f32, p: [c] f32, q: [c] f32) {
  // expected-error @below {{takes dim 'd' for dim 'c', whose extent may differ}}
  %0:3 = norm.batch_norm_training %x feature 1 running %m, %v momentum %a eps %a
    : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32, f32)
    -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  norm.return %0#0, %0#1, %0#2 : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
}

// -----

norm.func @other_dim_in_given_variance_c7(%x: [n, c] f32, %m: [c] f32, %v: [d] f32, %e: f32) -> (y: [n, c] f32) {
  // expected-error @below {{takes dim 'd' for dim 'c', whose extent may differ}}
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %v eps %e
    : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32) -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// -----

norm.func @other_dim_in_broadcast_c7(%x: [r, c] f32, %b: [r] f32) -> (y: [r, c] f32) {
  // expected-error @below {{takes dim 'r' for dim 'c', whose extent may differ}}
  %0 = norm.broadcast %b like %x dims [1] : tensor<?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// -----

norm.func @other_dim_in_saved_result_c7(%x: [n, c, p] f32, %e: f32) -> (y: [n, c, p] f32, s: [n, p] f32) {
  %0:2 = norm.instance_norm %x feature 1 eps %e saves [rstd] : (tensor<?x?x?xf32>, f32) -> (tensor<?x?x?xf32>, tensor<?x?xf32>)
  // expected-error @below {{takes dim 'c' for dim 'p', whose extent may differ}}
  norm.return %0#0, %0#1 : tensor<?x?x?xf32>, tensor<?x?xf32>
}

// -----

// expected-error @below {{argument 'x' is larger than 64-bit addresses reach}}
norm.func @too_many_bytes_c8(%x: [a = 4294967296, b = 4294967296] f32) -> (y: [a] f32) {
  %0 = arith.constant dense<0.0> : tensor<4294967296xf32>
  norm.return %0 : tensor<4294967296xf32>
}

// -----

// expected-error @below {{argument 'x' has 33 dims, more than the 32 that are possible}}
norm.func @too_many_dims_c8(%x: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, xx, yy, z, aa, bb, cc, dd, ee, ff, gg] f32) -> (y: [a] f32) {
  %0 = arith.constant dense<0.0> : tensor<4xf32>
  norm.return %0 : tensor<4xf32>
}

// -----

// Ties (C3).

// expected-error @below {{result 'y' ties '%z', which is no argument}}
norm.func @ties_nothing_c3(%x: [r] f32) -> (y: [r] f32 ties %z) {
}

// -----

// expected-error @below {{result 'y' must have the dims and type of 'x', which it ties}}
norm.func @ties_other_type_c3(%x: [r] f32) -> (y: [r] bf16 ties %x) {
  %0 = arith.truncf %x : tensor<?xf32> to tensor<?xbf16>
  norm.return %0 : tensor<?xbf16>
}

// -----

// expected-error @below {{result 'y' and 'x', which it ties, must both be strided or neither}}
norm.func @ties_without_strides_c3(%x: [r, c] f32 strided) -> (y: [r, c] f32 ties %x) {
  norm.return %x : tensor<?x?xf32>
}

// -----

// expected-error @below {{results 'y' and 'z' both tie 'x'}}
norm.func @ties_twice_c3(%x: [r] f32) -> (y: [r] f32 ties %x, z: [r] f32 ties %x) {
  norm.return %x, %x : tensor<?xf32>, tensor<?xf32>
}

// -----

// expected-error @below {{result 'y' ties argument 1 of 1}}
"norm.func"() <{sym_name = "ties_beyond_c3",
  arguments = [#norm.port<name = "x", dims = ["r"], type = tensor<?xf32>>],
  results = [#norm.port<name = "y", dims = ["r"], type = tensor<?xf32>, tied = 1>]}> ({
^bb0(%x: tensor<?xf32>):
  norm.return %x : tensor<?xf32>
}) : () -> ()

// -----

// expected-error @below {{argument 'x' cannot tie, only a result can}}
"norm.func"() <{sym_name = "argument_ties_c3",
  arguments = [#norm.port<name = "x", dims = ["r"], type = tensor<?xf32>, tied = 0>],
  results = [#norm.port<name = "y", dims = ["r"], type = tensor<?xf32>>]}> ({
^bb0(%x: tensor<?xf32>):
  norm.return %x : tensor<?xf32>
}) : () -> ()

// -----

// The body gives the results (C4).

norm.func @returns_too_few_c4(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{returns 0 values, but 'returns_too_few_c4' has 1 results}}
  norm.return
}

// -----

norm.func @returns_other_type_c4(%x: [r] f32) -> (y: [r] bf16) {
  // expected-error @below {{returns 'tensor<?xf32>' for result 'y', which is 'tensor<?xbf16>'}}
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{expected the body to end in norm.return}}
norm.func @ends_otherwise_c4(%x: [r] f32) -> (y: [r] f32) {
  llvm.unreachable
}

// -----

// expected-error @below {{expected a body of 1 arguments, but got 0}}
"norm.func"() <{sym_name = "body_without_argument_c4",
  arguments = [#norm.port<name = "x", dims = ["r"], type = tensor<?xf32>>],
  results = [#norm.port<name = "y", dims = ["c"], type = tensor<4xf32>>]}> ({
  %0 = arith.constant dense<0.0> : tensor<4xf32>
  norm.return %0 : tensor<4xf32>
}) : () -> ()

// -----

// expected-error @below {{expected argument 'x' to be 'tensor<?xf32>' in the body, but got 'tensor<?xf64>'}}
"norm.func"() <{sym_name = "body_with_other_argument_c4",
  arguments = [#norm.port<name = "x", dims = ["r"], type = tensor<?xf32>>],
  results = [#norm.port<name = "y", dims = ["r"], type = tensor<?xf64>>]}> ({
^bb0(%x: tensor<?xf64>):
  norm.return %x : tensor<?xf64>
}) : () -> ()

// -----

// Types (C6, C9).

// expected-error @below {{unknown element type 'fp32', expected f64, f32, f16 or bf16; did you mean 'f32'?}}
norm.func @misspelt_type_c6(%x: [r] fp32) -> (y: [r] f32) {
}

// -----

// expected-error @below {{unknown element type 'i32', expected f64, f32, f16 or bf16}}
norm.func @integer_elements_c6(%x: [r] i32) -> (y: [r] f32) {
}

// -----

// expected-error @below {{a tensor is written with named dims, as in [r, c = 64] f32}}
norm.func @builtin_tensor_c6(%x: tensor<4xf32>) -> (y: [r] f32) {
}

// -----

// expected-error @below {{expected an element type: f64, f32, f16 or bf16}}
norm.func @no_type_c6(%x: [r]) -> (y: [r] f32) {
}

// -----

// expected-error @below {{result 'y' must be a tensor: write its dims, as in [r] f32}}
norm.func @scalar_result_c6(%x: [r] f32) -> (y: f32) {
}

// -----

// expected-error @below {{argument 's' must be a tensor or an f32 or f64 scalar, but got 'bf16'}}
norm.func @narrow_scalar_c6(%x: [r] f32, %s: bf16) -> (y: [r] f32) {
  norm.return %x : tensor<?xf32>
}

// -----

// expected-error @below {{argument 'x' must have elements of f64, f32, f16 or bf16, but got 'i32'}}
"norm.func"() <{sym_name = "generic_integer_elements_c6",
  arguments = [#norm.port<name = "x", dims = ["r"], type = tensor<?xi32>>],
  results = []}> ({
^bb0(%x: tensor<?xi32>):
  norm.return
}) : () -> ()

// -----

// expected-error @below {{result 'y' must be a tensor, but got 'f32'}}
"norm.func"() <{sym_name = "generic_scalar_result_c6", arguments = [],
  results = [#norm.port<name = "y", dims = [], type = f32>]}> ({
  norm.return
}) : () -> ()

// -----

// expected-error @below {{scalar 's' cannot have dims or strides}}
"norm.func"() <{sym_name = "strided_scalar_c6",
  arguments = [#norm.port<name = "s", dims = [], type = f32, strided = true>],
  results = []}> ({
^bb0(%s: f32):
  norm.return
}) : () -> ()

// -----

// expected-error @below {{expected every argument to be a #norm.port, but got 1 : i64}}
"norm.func"() <{sym_name = "no_port_c6", arguments = [1], results = []}> ({
  norm.return
}) : () -> ()

// -----

// expected-error @below {{function 'no_result_c9' has no result, so it would do nothing}}
norm.func @no_result_c9(%x: [r] f32) -> () {
  norm.return
}
