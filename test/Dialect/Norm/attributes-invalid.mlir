// RUN: bnc-opt %s --split-input-file --verify-diagnostics

// Attributes and types that say what cannot be.

// expected-error @below {{expected 'lanes' to be a power of two, but got 0}}
#a = #norm.plan<form = rows, lanes = 0, accumulators = 4, block = 512, chunk = 2048, fma = true>

// -----

// expected-error @below {{expected 'accumulators' to be a power of two, but got 3}}
#a = #norm.plan<form = rows, lanes = 8, accumulators = 3, block = 512, chunk = 2048, fma = true>

// -----

// expected-error @below {{expected 'chunk' to be a multiple of 'block', 32, but got 0}}
#a = #norm.plan<form = columns, lanes = 8, accumulators = 4, block = 32, chunk = 0, fma = true>

// -----

// expected-error @below {{expected 'block' to be at least 1, but got 0}}
#a = #norm.plan<form = columns, lanes = 8, accumulators = 4, block = 0, chunk = 128, fma = true>

// -----

// expected-error @below {{expected 'vector_bits' to be a power of two of at least 64, but got 100}}
#a = #norm.target<name = "n", cpu = "c", features = "", vector_bits = 100, registers = 32, l1 = 1, l2 = 1, llc_share = 1, fma = true, f16c = true, bf16_convert = true, masks = true>

// -----

// expected-error @below {{expected 'registers' to be at least 1, but got 0}}
#a = #norm.target<name = "n", cpu = "c", features = "", vector_bits = 512, registers = 0, l1 = 1, l2 = 1, llc_share = 1, fma = true, f16c = true, bf16_convert = true, masks = true>

// -----

// expected-error @below {{expected 'l1' to be at least 1, but got 0}}
#a = #norm.target<name = "n", cpu = "c", features = "", vector_bits = 512, registers = 32, l1 = 0, l2 = 1, llc_share = 1, fma = true, f16c = true, bf16_convert = true, masks = true>

// -----

// expected-error @below {{expected 'l2' to be at least 1, but got 0}}
#a = #norm.target<name = "n", cpu = "c", features = "", vector_bits = 512, registers = 32, l1 = 1, l2 = 0, llc_share = 1, fma = true, f16c = true, bf16_convert = true, masks = true>

// -----

// expected-error @below {{expected 'llc_share' to be at least 1, but got 0}}
#a = #norm.target<name = "n", cpu = "c", features = "", vector_bits = 512, registers = 32, l1 = 1, l2 = 1, llc_share = 0, fma = true, f16c = true, bf16_convert = true, masks = true>

// -----

// expected-error @below {{expected 'rows' to be at most 4 without 'batch', but got 8}}
#a = #norm.cpu_case<min_bytes = 0, rows = 8, prefetch = 0, nontemporal = true>

// -----

// expected-error @below {{expected 'rows' to be 1, 2, 4, 8, 16 or 32, but got 3}}
#a = #norm.cpu_case<min_bytes = 0, rows = 3, prefetch = 0, nontemporal = false>

// -----

// expected-error @below {{expected 'min_bytes' to be at least 0, but got -1}}
#a = #norm.cpu_case<min_bytes = -1, rows = 1, prefetch = 0, nontemporal = false>

// -----

// expected-error @below {{expected 'prefetch' to be at least 0, but got -1}}
#a = #norm.cpu_case<min_bytes = 0, rows = 1, prefetch = -1, nontemporal = false>

// -----

// expected-error @below {{expected 'read_ahead' to be at least 0, but got -64}}
#a = #norm.cpu_case<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false, read_ahead = -64>

// -----

// expected-error @below {{expected 'map_ahead' to be at least 0, but got -64}}
#a = #norm.cpu_case<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false, map_ahead = -64>

// -----

// expected-error @below {{expected 'write_ahead' to be at least 0, but got -64}}
#a = #norm.cpu_case<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false, write_ahead = -64>

// -----

// expected-error @below {{expected 'turn' to be at least 0, but got -8}}
#a = #norm.cpu_case<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false, turn = -8>

// -----

// expected-error @below {{expected the first case to have 'min_bytes' 0}}
#a = #norm.cpu_schedule<<min_bytes = 1, rows = 1, prefetch = 0, nontemporal = false>>

// -----

// expected-error @below {{expected 'min_bytes' to increase, but got 0 after 0}}
#a = #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false>, <min_bytes = 0, rows = 2, prefetch = 0, nontemporal = false>>

// -----

// expected-error @below {{expected 'split' to be at least 0, but got -1}}
#a = #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false> split -1>

// -----

// expected-error @below {{expected 'size' to be at least 0, but got -1}}
#a = #norm.dim<c = -1>

// -----

// expected-error @below {{expected 'divisor' to be at least 1, but got 0}}
#a = #norm.dim<g = c / 0>

// -----

// expected-error @below {{a dim needs a name}}
#a = #norm.dim<"" = 4>

// -----

// expected-error @below {{dim 'g' is dynamic but names no dim of the function}}
#a = #norm.dim<g = "">

// -----

// expected-error @below {{expected a record of f32 or f64, but got 'bf16'}}
!a = !norm.moments<bf16>

// -----

// expected-error @below {{the spec is of version 2, newer than 1, the newest that this compiler reads}}
module attributes {norm.version = 2 : i64} {}

// -----

// expected-error @below {{expected 'norm.version' to be a positive integer, but got "one"}}
module attributes {norm.version = "one"} {}

// -----

// expected-error @below {{expected 'norm.version' to be a positive integer, but got 0 : i64}}
module attributes {norm.version = 0 : i64} {}

// -----

// expected-error @below {{expected 'norm.target' to be a #norm.target, but got "avx2"}}
module attributes {norm.target = "avx2"} {}

// -----

// expected-error @below {{'norm.version' belongs on the module}}
func.func private @f() attributes {norm.version = 1 : i64}

// -----

// expected-error @below {{expected 'norm.targets' to be a list of #norm.target, but got []}}
module attributes {norm.targets = []} {}

// -----

// expected-error @below {{expected 'norm.targets' to be a list of #norm.target, but got ["x86-64-v3"]}}
module attributes {norm.targets = ["x86-64-v3"]} {}
