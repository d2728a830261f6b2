// RUN: bnc-opt %s --split-input-file --verify-diagnostics

// Constraints of KernelOps.td and ReductionOps.td, in their order.

norm.func @view_of_too_few_axes_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{the view of input 0 must have one entry for each of its 2 axes, but got 1}}
  %0 = norm.kernel [r, c = 8] (%x[r]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @result_view_of_too_many_axes_c1(%x: [r, c = 8] f32) -> (y: [r] f32) {
  // expected-error @below {{the view of result 0 must have one entry for each of its 1 axes, but got 2}}
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @view_names_dim_twice_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{the view of input 0 names dim 'r' twice}}
  %0 = norm.kernel [r, c = 8] (%x[r, r]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @view_names_unknown_dim_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{the kernel has no dim 'd'}}
  %0 = norm.kernel [r, c = 8] (%x[r, d]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @yield_varies_outside_view_c2(%x: [r, c = 8] f32) -> (y: [r] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r] tensor<?xf32>) {
  ^bb0(%a: f32):
    %s = norm.sum_of_squares %a over [c] : f32 -> f64
    // expected-error @below {{gives a value that varies over [r, c] for result 0, which is over [r]}}
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @result_view_of_other_dims_c2(%x: [r, c = 8] f32) -> (y: [c = 8] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([c] tensor<8xf32>) {
  ^bb0(%a: f32):
    %s = norm.sum_of_squares %a over [c] : f32 -> f64
    %t = arith.truncf %s : f64 to f32
    // expected-error @below {{gives result 0 over [c], but it must be over all dims, [r, c], or those that are kept, [r]}}
    norm.yield %t : f32
  }
  norm.return %0 : tensor<8xf32>
}

// -----

norm.func @partial_result_without_reduction_c2(%x: [r, c = 8] f32) -> (y: [r] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r] tensor<?xf32>) {
  ^bb0(%a: f32):
    %t = arith.constant 0.0 : f32
    // expected-error @below {{gives result 0 over [r], but it must be over all dims, [r, c]}}
    norm.yield %t : f32
  }
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @reductions_over_other_dims_c3(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-note @below {{this one reduces [c]}}
    %s = norm.sum_of_squares %a over [c] : f32 -> f64
    // expected-error @below {{reduces [r], but reductions of one kernel are over the same dims}}
    %t = norm.sum_of_squares %a over [r] : f32 -> f64
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @reduction_over_unknown_dim_c3(%x: [rows, channels = 8] f32) -> (y: [rows, channels] f32) {
  %0 = norm.kernel [rows, channels = 8] (%x[rows, channels]) : (tensor<?x8xf32>) -> ([rows, channels] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{names 'chanels', which is no dim of the kernel; did you mean 'channels'?}}
    %s = norm.sum_of_squares %a over [chanels] : f32 -> f64
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @reduction_over_dim_twice_c3(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{names dim 'c' twice}}
    %s = norm.moments %a over [c, c] : f32 -> !norm.moments<f32>
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @reduction_over_nothing_c3(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{names no dim}}
    %s = norm.moments %a over [] : f32 -> !norm.moments<f32>
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @count_of_unknown_dim_c3(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{names 'k', which is no dim of the kernel}}
    %s = norm.count [k]
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @static_axis_of_other_length_c4(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected axis 1 of input 0 to be 9 long, as its dims are, but got 8}}
  %0 = norm.kernel [r, c = 9] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @static_axis_of_dynamic_dim_c4(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected axis 1 of input 0 to be dynamic, as its dims are, but got 8}}
  %0 = norm.kernel [r, c = r] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @dynamic_axis_of_static_dim_c4(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected axis 0 of input 0 to be 4 long, as its dims are, but it is dynamic}}
  %0 = norm.kernel [r = 4, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @split_axis_of_other_length_c4(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected axis 1 of input 0 to be 6 long, as its dims are, but got 8}}
  %0 = norm.kernel [r, g = 3, k = 2] (%x[r, g * k]) : (tensor<?x8xf32>) -> ([r, g * k] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @axis_longer_than_64_bits_c4(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{axis 1 of input 0 is longer than 64 bits count}}
  %0 = norm.kernel [r, g = 4294967296, k = 4294967296] (%x[r, g * k]) : (tensor<?x8xf32>) -> ([r, g * k] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @last_dim_not_last_c5(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{the view of input 0 must name 'r', the last dim of the kernel, last or not at all}}
  %0 = norm.kernel [c = 8, r] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @dim_names_clash_c6(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{two dims are called 'r'}}
  %0 = norm.kernel [r, r = 8] (%x[r, r]) : (tensor<?x8xf32>) -> ([r, r] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @dim_of_no_function_dim_c6(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{dim 'r' has the extent of 'q', which is no dynamic dim of 'dim_of_no_function_dim_c6'}}
  %0 = norm.kernel [r = q, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @body_with_too_many_arguments_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected a body of 1 arguments, one for each input and scalar, but got 2}}
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @body_argument_of_other_type_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected argument 0 of the body to be 'f32', but got 'f64'}}
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f64):
    %t = arith.truncf %a : f64 to f32
    norm.yield %t : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @refused_op_in_body_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{'math.sin' is not accepted in a spec}}
    // expected-note @below {{accepted of 'math' are}}
    %t = math.sin %a : f32
    norm.yield %t : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @integer_in_body_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{'arith.constant' gives 'i32', but values of a kernel are scalars}}
    %t = arith.constant 1 : i32
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @yields_too_few_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{gives 0 values, but the kernel has 1 results}}
    norm.yield
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @yields_other_type_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    %t = arith.extf %a : f32 to f64
    // expected-error @below {{gives 'f64' for result 0, whose elements are 'f32'}}
    norm.yield %t : f64
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @body_ends_otherwise_c7(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected the body to end in norm.yield}}
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    llvm.unreachable
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @other_schedule_c8(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'schedule' to be a #norm.cpu_schedule, but got "fast"}}
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) attributes {schedule = "fast"} {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @moments_of_other_type_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    // expected-error @below {{expected a record of 'f32', as 'input' is, but got 'f64'}}
    %s = norm.moments %a over [c] : f32 -> !norm.moments<f64>
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @mean_low_of_other_type_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    %s = norm.moments %a over [c] : f32 -> !norm.moments<f32>
    // expected-error @below {{expected 'result' to be 'f32', as the record is, but got 'f64'}}
    %t = norm.mean_low %s : !norm.moments<f32> -> f64
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @center_of_other_type_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    %s = norm.moments %a over [c] : f32 -> !norm.moments<f32>
    // expected-error @below {{expected 'input' and 'result' to be 'f32', as the record is, but got 'f64'}}
    %t = norm.center %a, %s : f32, !norm.moments<f32> -> f64
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @variance_correction_c1(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  %0 = norm.kernel [r, c = 8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    %s = norm.moments %a over [c] : f32 -> !norm.moments<f32>
    // expected-error @below {{expected 'correction' to be 0 or 1, but got 2}}
    %t = norm.variance %s correction 2 : !norm.moments<f32>
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}

// -----

func.func @generic_view_missing_c1(%x: tensor<8xf32>) {
  // expected-error @below {{expected a view for each of 1 inputs, but got 0}}
  %0 = "norm.kernel"(%x) <{dims = [#norm.dim<c = 8>], input_views = [], result_views = [[array<i64: 0>]], operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @generic_view_axis_empty_c1(%x: tensor<8xf32>) {
  // expected-error @below {{axis 0 of the view of input 0 names no dim}}
  %0 = "norm.kernel"(%x) <{dims = [#norm.dim<c = 8>], input_views = [[array<i64>]], result_views = [[array<i64: 0>]], operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @generic_view_dim_out_of_range_c1(%x: tensor<8xf32>) {
  // expected-error @below {{the view of result 0 names dim 1 of 1}}
  %0 = "norm.kernel"(%x) <{dims = [#norm.dim<c = 8>], input_views = [[array<i64: 0>]], result_views = [[array<i64: 1>]], operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @generic_dim_of_other_kind_c6(%x: tensor<8xf32>) {
  // expected-error @below {{expected every dim to be a #norm.dim, but got 8 : i64}}
  %0 = "norm.kernel"(%x) <{dims = [8], input_views = [[array<i64: 0>]], result_views = [[array<i64: 0>]], operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @generic_too_many_dims_c6(%x: tensor<8xf32>) {
  // expected-error @below {{a kernel has at most 63 dims, but got 64}}
  %0 = "norm.kernel"(%x) <{dims = [#norm.dim<d0 = 1>, #norm.dim<d1 = 1>, #norm.dim<d2 = 1>, #norm.dim<d3 = 1>, #norm.dim<d4 = 1>, #norm.dim<d5 = 1>, #norm.dim<d6 = 1>, #norm.dim<d7 = 1>, #norm.dim<d8 = 1>, #norm.dim<d9 = 1>, #norm.dim<d10 = 1>, #norm.dim<d11 = 1>, #norm.dim<d12 = 1>, #norm.dim<d13 = 1>, #norm.dim<d14 = 1>, #norm.dim<d15 = 1>, #norm.dim<d16 = 1>, #norm.dim<d17 = 1>, #norm.dim<d18 = 1>, #norm.dim<d19 = 1>, #norm.dim<d20 = 1>, #norm.dim<d21 = 1>, #norm.dim<d22 = 1>, #norm.dim<d23 = 1>, #norm.dim<d24 = 1>, #norm.dim<d25 = 1>, #norm.dim<d26 = 1>, #norm.dim<d27 = 1>, #norm.dim<d28 = 1>, #norm.dim<d29 = 1>, #norm.dim<d30 = 1>, #norm.dim<d31 = 1>, #norm.dim<d32 = 1>, #norm.dim<d33 = 1>, #norm.dim<d34 = 1>, #norm.dim<d35 = 1>, #norm.dim<d36 = 1>, #norm.dim<d37 = 1>, #norm.dim<d38 = 1>, #norm.dim<d39 = 1>, #norm.dim<d40 = 1>, #norm.dim<d41 = 1>, #norm.dim<d42 = 1>, #norm.dim<d43 = 1>, #norm.dim<d44 = 1>, #norm.dim<d45 = 1>, #norm.dim<d46 = 1>, #norm.dim<d47 = 1>, #norm.dim<d48 = 1>, #norm.dim<d49 = 1>, #norm.dim<d50 = 1>, #norm.dim<d51 = 1>, #norm.dim<d52 = 1>, #norm.dim<d53 = 1>, #norm.dim<d54 = 1>, #norm.dim<d55 = 1>, #norm.dim<d56 = 1>, #norm.dim<d57 = 1>, #norm.dim<d58 = 1>, #norm.dim<d59 = 1>, #norm.dim<d60 = 1>, #norm.dim<d61 = 1>, #norm.dim<d62 = 1>, #norm.dim<d63 = 1>], input_views = [[array<i64: 0>]], result_views = [[array<i64: 0>]], operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%a: f32):
    norm.yield %a : f32
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

norm.func @negative_dim_c6(%x: [r, c = 8] f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'size' to be at least 0, but got -8}}
  %0 = norm.kernel [r, c = -8] (%x[r, c]) : (tensor<?x8xf32>) -> ([r, c] tensor<?x8xf32>) {
  ^bb0(%a: f32):
    norm.yield %a : f32
  }
  norm.return %0 : tensor<?x8xf32>
}
