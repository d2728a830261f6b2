// RUN: bnc-opt %s --bnc-form-kernels --bnc-select-plan --bnc-select-schedule | FileCheck %s

// Two short rows at once, and nontemporal stores from the share of the last cache.

#t = #norm.target<name = "t", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32, l1 = 32768, l2 = 1048576, llc_share = 5000000, fma = true, f16c = true, bf16_convert = false, masks = true, prefetch = true>

module attributes {norm.target = #t} {
  // CHECK-LABEL: @short_rows
  // CHECK: schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 2, prefetch = 1, nontemporal = false>, <min_bytes = 3750000, rows = 1, prefetch = 1, nontemporal = false>, <min_bytes = 5000000, rows = 1, prefetch = 1, nontemporal = true, write_ahead = 4096>>
  norm.func @short_rows(%x: [r, c = 2048] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x2048xf32>, f32) -> tensor<?x2048xf32>
    norm.return %0 : tensor<?x2048xf32>
  }
  // CHECK-LABEL: @long_rows
  // CHECK: <min_bytes = 0, rows = 1, prefetch = 1,
  norm.func @long_rows(%x: [r, c = 2049] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x2049xf32>, f32) -> tensor<?x2049xf32>
    norm.return %0 : tensor<?x2049xf32>
  }
  // CHECK-LABEL: @dynamic_rows
  // CHECK: <min_bytes = 0, rows = 1, prefetch = 1, {{.*}}nontemporal = true, write_ahead = 4096> split 262144>
  norm.func @dynamic_rows(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
    norm.return %0 : tensor<?x?xf32>
  }
  // Rows may be cut into pieces where there may be few and long ones.
  // CHECK-LABEL: @few_rows
  // CHECK: split 262144
  norm.func @few_rows(%x: [r = 32, c = 16384] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<32x16384xf32>, f32) -> tensor<32x16384xf32>
    norm.return %0 : tensor<32x16384xf32>
  }
  // CHECK-LABEL: @many_rows
  // CHECK-NOT: split
  norm.func @many_rows(%x: [r = 33, c = 16384] f32, %eps: f32) -> (y: [r, c] f32) {
    %0 = norm.layer_norm %x over [1] eps %eps : (tensor<33x16384xf32>, f32) -> tensor<33x16384xf32>
    norm.return %0 : tensor<33x16384xf32>
  }
  // A schedule that is there is kept: it is how a user overrides one.
  // CHECK-LABEL: @overridden
  // CHECK: schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 4, prefetch = 7, nontemporal = false>>
  norm.func @overridden(%x: [r, c] f32) -> (y: [r, c] f32) {
    %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r, c] tensor<?x?xf32>)
        attributes {schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 4, prefetch = 7, nontemporal = false>>} {
    ^bb0(%a: f32):
      norm.yield %a : f32
    }
    norm.return %0 : tensor<?x?xf32>
  }
}

// RUN: bnc new batch_norm_training --shape=2700x2048x7x7 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=CLASH
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=2700x2048x7x7 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=CLASH16
// RUN: bnc new batch_norm_training --shape=700x256x14x14 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=CLASHNEAR
// RUN: bnc new batch_norm_training --shape=32x2040x7x7 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=APART
// RUN: bnc new batch_norm_training --shape=32x64x28x28 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=APART

// Short planes that are whole pages apart take the same sets of L1: four channels
// at once use up their lines.
// CLASH: #norm.cpu_schedule<<min_bytes = 0, rows = 4, {{[^>]*}}>, <min_bytes = 15728640, rows = 2, {{[^>]*}}nontemporal = true,
// CLASH16: #norm.cpu_schedule<<min_bytes = 0, rows = 4, {{[^>]*}}>, <min_bytes = 15728640, rows = 4, {{[^>]*}}nontemporal = true,
// CLASHNEAR: #norm.cpu_schedule<<min_bytes = 0, rows = 4, {{[^>]*}}>, <min_bytes = 15728640, rows = 1,
// APART-NOT: rows = 4

// RUN: bnc new batch_norm_training --shape=32x2048x7x8 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SIXTEEN
// RUN: bnc new batch_norm_training --shape=64x256x14x14 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=EIGHT
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=32x512x28x28 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=EIGHT
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=32x512x32x32 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SINGLE
// RUN: bnc new batch_norm_training --dtype=f64 --shape=32x512x7x7 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SINGLE

// Planes too short to be stored past the caches one by one are stored together: as
// many channels as half of L2 holds.
// SIXTEEN: <min_bytes = 15728640, rows = 16, prefetch = 1, nontemporal = true, batch = true,
// EIGHT: <min_bytes = 15728640, rows = 8, prefetch = 1, nontemporal = true, batch = true,
// SINGLE: nontemporal = true
// SINGLE-NOT: batch = true

// RUN: bnc new batch_norm_training --shape=32x2048x7x7 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=GROUPFAR
// RUN: bnc new batch_norm_training --shape=32x2048x6x6 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=GROUP
// RUN: bnc new batch_norm_training --shape=32x112x6x6 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=GROUP16
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=32x512x14x14 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=NOTABLES
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=32x512x7x7 | bnc - --target=x86-64-v2 --emit=schedule -o - | FileCheck %s --check-prefix=NOTABLES
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=32x65x7x7 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=NOTABLES
// RUN: bnc new batch_norm_inference --dtype=bf16 --shape=32x512x14x14 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=TABLES
// RUN: bnc new batch_norm_inference --dtype=bf16 --shape=32x512x14x14 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=NOTABLES
// RUN: bnc new batch_norm_inference --dtype=f16 --shape=32x512x7x7 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=TABLES
// RUN: bnc new batch_norm_inference --shape=32x512x7x7 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=TABLESFAR
// RUN: bnc new batch_norm_inference --dtype=f64 --shape=32x512x3x3 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=TABLES
// RUN: bnc new batch_norm_inference --dtype=bf16 --shape=8x512x7x7 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=NOTABLES
// RUN: bnc new batch_norm_inference --dtype=bf16 --shape=?x512x7x7 | bnc - --target=x86-64-v3 --emit=schedule -o - | FileCheck %s --check-prefix=NOTABLES

// Of planes of a few vectors in many samples what is the same all over one is a
// table; with statistics 32 or 16 channels are a group.
// GROUPFAR: <min_bytes = 0, rows = 4, {{[^>]*}}nontemporal = false>, <min_bytes = 15728640, rows = 32, {{[^>]*}}batch = true, tables = true>
// GROUP: <min_bytes = 0, rows = 32, {{[^>]*}}batch = true, tables = true>, <min_bytes = 15728640, rows = 32, {{[^>]*}}tables = true>
// GROUP16: <min_bytes = 0, rows = 16, {{[^>]*}}batch = true, tables = true>, <min_bytes = 15728640, rows = 16, {{[^>]*}}tables = true>
// TABLES: <min_bytes = 0, {{[^>]*}}nontemporal = false, tables = true>, {{[^>]*}}nontemporal = true, {{[^>]*}}tables = true>
// TABLESFAR: nontemporal = false>, {{[^>]*}}nontemporal = true, {{[^>]*}}tables = true>
// NOTABLES-NOT: tables

// RUN: bnc new batch_norm_inference --shape=?x24x56x56 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=ONE
// RUN: bnc new batch_norm_inference --shape=?x24x7x7 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=PAIR
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x7x7x128 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=ONE
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x7x7x24 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=PAIR
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x7x7x256 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=FOUR
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x7x7x288 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=PAIR

// Planes go one by one, unless they are short, and pixels of f32 unless they share
// lines; pixels of 16 bits go two by two, or four if they are short.
// ONE: #norm.cpu_schedule<<min_bytes = 0, rows = 1,
// PAIR: #norm.cpu_schedule<<min_bytes = 0, rows = 2,
// FOUR: #norm.cpu_schedule<<min_bytes = 0, rows = 4,

// RUN: bnc new batch_norm_training --dtype=bf16 --shape=16x64x56x56 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=PAIR
// RUN: bnc new batch_norm_training --dtype=bf16 --shape=32x3x112x112 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=ONE
// RUN: bnc new batch_norm_training --shape=16x64x56x56 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=ONE

// Rows of several runs of 16 bits go two by two while both stay in L2.

// RUN: bnc new batch_norm_training --layout=nhwc --shape=32x14x14x512 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=TURNS
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x14x14x512 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=NEARTURNS
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x14x14x256 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=BLOCKS
// RUN: bnc new batch_norm_training --layout=nhwc --dtype=bf16 --shape=?x14x14x512 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=BLOCKS
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x14x14x512 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=BLOCKS

// Pixels whose lines take the same sets of L1 have their statistics in turns, unless
// they may come from memory.
// TURNS: nontemporal = false, turn = 8>, <{{[^>]*}}, turn = 8>
// NEARTURNS: nontemporal = false, turn = 8>
// NEARTURNS-NOT: turn =
// BLOCKS: nontemporal = false>
// BLOCKS-NOT: turn =

// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x14x14x64 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=INORDER
// RUN: bnc new batch_norm_training --layout=nhwc --shape=16x56x56x64 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=BLOCKSFAR
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x14x14x32 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=BLOCKSFAR
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x14x14x160 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=BLOCKSFAR

// From memory channels that fit the stack go step by step.
// INORDER: nontemporal = false>, <{{[^>]*}}, turn = 1>
// BLOCKSFAR: nontemporal = true, {{[^>]*}}write_ahead = 4096>

// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x56x56x72 | bnc - --target=znver3 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS4
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x56x56x64 | bnc - --target=znver3 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS2
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=f16 --shape=?x56x56x72 | bnc - --target=znver3 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS2
// RUN: bnc new batch_norm_training --layout=nhwc --dtype=bf16 --shape=?x56x56x72 | bnc - --target=znver3 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS2
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x56x56x72 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS2

// Turns of bf16 share their tables in four streams where registers are few.
// STREAMS4: rows = 4, prefetch = {{[0-9]+}}, nontemporal = true
// STREAMS2: rows = 2, prefetch = {{[0-9]+}}, nontemporal = true
