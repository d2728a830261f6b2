// RUN: bnc-opt %s --bnc-lower-kernels | FileCheck %s

// Which functions the cases of a schedule become.

#t = #norm.target<name = "t", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32, l1 = 32768, l2 = 1048576, llc_share = 5000000, fma = true, f16c = true, bf16_convert = false, masks = true>

module attributes {norm.target = #t} {
  norm.func @shared(%x: [c] f32) -> (y: [c] f32) {
    %0 = norm.kernel [c] (%x[c]) : (tensor<?xf32>) -> ([c] tensor<?xf32>)
        attributes {schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false>, <min_bytes = 5000000, rows = 1, prefetch = 0, nontemporal = true>>} {
    ^bb0(%a: f32):
      %b = arith.negf %a : f32
      norm.yield %b : f32
    }
    norm.return %0 : tensor<?xf32>
  }
  norm.func @apart(%x: [c] f32) -> (y: [c] f32) {
    %0 = norm.kernel [c] (%x[c]) : (tensor<?xf32>) -> ([c] tensor<?xf32>)
        attributes {schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 2, prefetch = 0, nontemporal = false>, <min_bytes = 5000000, rows = 1, prefetch = 0, nontemporal = true>>} {
    ^bb0(%a: f32):
      %b = arith.negf %a : f32
      norm.yield %b : f32
    }
    norm.return %0 : tensor<?xf32>
  }
  norm.func @edges(%x: [r = 3, c = 49] f32, %w: [r] f32) -> (y: [r, c] f32) {
    %0 = norm.kernel [r = 3, c = 49] (%x[r, c], %w[r]) : (tensor<3x49xf32>, tensor<3xf32>) -> ([r, c] tensor<3x49xf32>)
        attributes {schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = true>>} {
    ^bb0(%a: f32, %b: f32):
      %c = arith.mulf %a, %b : f32
      norm.yield %c : f32
    }
    norm.return %0 : tensor<3x49xf32>
  }
  norm.func @strided(%x: [r = 3, c = 49] f32, %w: [r] f32) -> (y: [r, c] f32 strided) {
    %0 = norm.kernel [r = 3, c = 49] (%x[r, c], %w[r]) : (tensor<3x49xf32>, tensor<3xf32>) -> ([r, c] tensor<3x49xf32>)
        attributes {schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = true>>} {
    ^bb0(%a: f32, %b: f32):
      %c = arith.mulf %a, %b : f32
      norm.yield %c : f32
    }
    norm.return %0 : tensor<3x49xf32>
  }
  norm.func @known(%x: [c = 1000] f32) -> (y: [c] f32) {
    %0 = norm.kernel [c = 1000] (%x[c]) : (tensor<1000xf32>) -> ([c] tensor<1000xf32>)
        attributes {schedule = #norm.cpu_schedule<<min_bytes = 0, rows = 2, prefetch = 0, nontemporal = false>, <min_bytes = 8000, rows = 1, prefetch = 0, nontemporal = true>>} {
    ^bb0(%a: f32):
      %b = arith.negf %a : f32
      norm.yield %b : f32
    }
    norm.return %0 : tensor<1000xf32>
  }
}

// One function that asks, by the bytes that are moved.
// CHECK-LABEL: func.func private @shared.k0.p0(
// CHECK: %[[BOUND:.*]] = arith.constant 5000000 : index
// CHECK: %[[WHETHER:.*]] = arith.cmpi sge, %{{.*}}, %[[BOUND]] : index
// Whole lines of runs that are long enough.
// CHECK: %[[LONG:.*]] = arith.select %{{.*}}, %{{.*}}, %[[WHETHER]] : i1
// CHECK: scf.if %[[LONG]]
// CHECK: vector.store {{.*}}alignment = 64{{.*}}nontemporal = true
// CHECK: vector.store
// CHECK: scf.if %[[WHETHER]]
// CHECK-NEXT: llvm.call_intrinsic "llvm.x86.sse.sfence"

// CHECK-LABEL: func.func private @apart.k0.p0.c0(
// CHECK-NOT: nontemporal
// CHECK-LABEL: func.func private @apart.k0.p0.c1(
// CHECK: nontemporal = true

// Runs of 196 bytes, whose ends share lines: these are stored whole too, from the
// scale of either.
// CHECK-LABEL: func.func private @edges.k0.p0(
// CHECK: nontemporal = true
// CHECK: %[[SCALE:.*]] = arith.select {{.*}} : vector<16xi1>, vector<16xf32>
// CHECK: %[[LINE:.*]] = arith.mulf {{.*}}, %[[SCALE]] : vector<16xf32>
// CHECK: vector.store %[[LINE]], {{.*}} {alignment = 64 : i64, nontemporal = true}

// The same with rows apart: no line is of two of them.
// CHECK-LABEL: func.func private @strided.k0.p0(
// CHECK-NOT: nontemporal

// 8000 bytes are moved: the second case, and no other.
// CHECK-LABEL: func.func private @known.k0.p0(
// CHECK: nontemporal = true
// CHECK-NOT: func.func private @known.k0.p0
