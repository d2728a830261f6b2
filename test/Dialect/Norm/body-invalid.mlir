// RUN: bnc-opt %s --split-input-file --verify-diagnostics

// What a norm.func may hold (FuncOps.td, C10).

norm.func @refused_math_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'math.exp2' is not accepted in a spec; did you mean 'math.exp'?}}
  // expected-note @below {{accepted of 'math' are absf, ceil, erf, exp, expm1, floor, fma, log, log1p, rsqrt, sqrt, tanh}}
  %0 = math.exp2 %x : tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @refused_arith_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'arith.remf' is not accepted in a spec}}
  // expected-note @below {{accepted of 'arith' are addf, cmpf, constant, divf, extf, maximumf, maxnumf, minimumf, minnumf, mulf, negf, select, subf, truncf}}
  %0 = arith.remf %x, %x : tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @other_dialect_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'func.call' is not accepted in a spec}}
  // expected-note @below {{accepted are the ops of 'norm' and elementwise ops of 'arith' and 'math'}}
  %0 = func.call @g(%x) : (tensor<?xf32>) -> tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}
func.func private @g(tensor<?xf32>) -> tensor<?xf32>

// -----

norm.func @exp_of_f64_c10(%x: [r] f64) -> (y: [r] f64) {
  // expected-error @below {{'math.exp' is not available on f64, only on f32, f16 and bf16}}
  %0 = math.exp %x : tensor<?xf64>
  norm.return %0 : tensor<?xf64>
}

// -----

norm.func @silu_of_f64_c10(%x: [r] f64) -> (y: [r] f64) {
  // expected-error @below {{'norm.silu' is not available on f64, only on f32, f16 and bf16}}
  %0 = norm.silu %x : tensor<?xf64>
  norm.return %0 : tensor<?xf64>
}

// -----

norm.func @relu_of_f64_c10(%x: [r] f64) -> (y: [r] f64) {
  %0 = norm.relu %x : tensor<?xf64>
  %1 = math.sqrt %0 : tensor<?xf64>
  norm.return %1 : tensor<?xf64>
}

// -----

norm.func @fastmath_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'arith.addf' has fastmath flags; the bits of a result are part of the contract, so none are accepted}}
  %0 = arith.addf %x, %x fastmath<reassoc> : tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @rounding_c10(%x: [r] f32) -> (y: [r] bf16) {
  // expected-error @below {{'arith.truncf' rounds upward, but only to_nearest_even is possible}}
  %0 = arith.truncf %x upward : tensor<?xf32> to tensor<?xbf16>
  norm.return %0 : tensor<?xbf16>
}

// -----

norm.func @table_constant_c10(%x: [c = 2] f32) -> (y: [c] f32) {
  // expected-error @below {{a constant tensor must repeat one value; pass others as an argument}}
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = arith.addf %x, %0 : tensor<2xf32>
  norm.return %1 : tensor<2xf32>
}

// -----

norm.func @integer_constant_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'arith.constant' gives 'i32', but values of a spec are tensors of f64, f32, f16 or bf16 or scalars of f32 or f64}}
  %0 = arith.constant 1 : i32
  norm.return %x : tensor<?xf32>
}

// -----

norm.func @f8_value_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'arith.truncf' gives 'tensor<?xf8E4M3FN>', but values of a spec are}}
  %0 = arith.truncf %x : tensor<?xf32> to tensor<?xf8E4M3FN>
  norm.return %x : tensor<?xf32>
}

// -----

norm.func @select_of_conditions_c10(%x: [r] f32) -> (y: [r] f32) {
  %0 = arith.cmpf ogt, %x, %x : tensor<?xf32>
  // expected-error @below {{'arith.select' must choose between floating-point values, but got 'tensor<?xi1>'}}
  %1 = arith.select %0, %0, %0 : tensor<?xi1>, tensor<?xi1>
  norm.return %x : tensor<?xf32>
}

// -----

norm.func @clamp_by_select_c10(%x: [r] f32) -> (y: [r] f32) {
  %0 = norm.relu %x : tensor<?xf32>
  %1 = arith.cmpf ogt, %x, %0 : tensor<?xf32>
  %2 = arith.select %1, %x, %0 : tensor<?xi1>, tensor<?xf32>
  norm.return %2 : tensor<?xf32>
}

// -----

norm.func @unknown_norm_op(%x: [r] f32, %eps: f32) -> (y: [r] f32) {
  // expected-error @below {{custom op 'norm.layernorm' is unknown; did you mean 'norm.layer_norm'?}}
  %0 = norm.layernorm %x over [0] eps %eps : (tensor<?xf32>, f32) -> tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// -----

norm.func @nested_function_c10(%x: [r] f32) -> (y: [r] f32) {
  // expected-error @below {{'norm.func' op symbol's parent must have the SymbolTable trait}}
  norm.func @inner(%z: [r] f32) -> (w: [r] f32) {
    norm.return %z : tensor<?xf32>
  }
  norm.return %x : tensor<?xf32>
}
