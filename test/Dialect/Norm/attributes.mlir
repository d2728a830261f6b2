// RUN: bnc-opt %s | bnc-opt | FileCheck %s

// CHECK: module attributes {norm.target = #norm.target<name = "x86-64-v4", cpu = "x86-64-v4", features = "+avx512f",
// CHECK-SAME: vector_bits = 512, registers = 32, l1 = 32768, l2 = 1048576, llc_share = 12582912,
// CHECK-SAME: fma = true, f16c = true, bf16_convert = false, masks = true>, norm.version = 1 : i64}
module attributes {
  norm.version = 1 : i64,
  norm.target = #norm.target<name = "x86-64-v4", cpu = "x86-64-v4", features = "+avx512f",
    vector_bits = 512, registers = 32, l1 = 32768, l2 = 1048576, llc_share = 12582912,
    fma = true, f16c = true, bf16_convert = false, masks = true>} {
  // CHECK: attributes {case = #norm.cpu_case<min_bytes = 0, rows = 2, prefetch = 1, nontemporal = false, read_ahead = 4096, map_ahead = 8192, write_ahead = 2048, turn = 8>,
  // CHECK-SAME: dims = [#norm.dim<r = r>, #norm.dim<c = 8>, #norm.dim<g = c / 4>],
  // CHECK-SAME: plan = #norm.plan<form = rows, lanes = 8, accumulators = 4, block = 512, chunk = 2048, fma = true>,
  // CHECK-SAME: port = #norm.port<name = "x", dims = ["r"], type = tensor<?xf32>, strided = true, tied = 0>
  func.func private @holder() attributes {
    case = #norm.cpu_case<min_bytes = 0, rows = 2, prefetch = 1, nontemporal = false, read_ahead = 4096, map_ahead = 8192, write_ahead = 2048, turn = 8>,
    dims = [#norm.dim<r = r>, #norm.dim<c = 8>, #norm.dim<g = c / 4>],
    plan = #norm.plan<form = rows, lanes = 8, accumulators = 4, block = 512, chunk = 2048, fma = true>,
    port = #norm.port<name = "x", dims = ["r"], type = tensor<?xf32>, strided = true, tied = 0>}
}
