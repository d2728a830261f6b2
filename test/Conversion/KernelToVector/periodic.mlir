// RUN: bnc-opt %s --bnc-lower-kernels | FileCheck %s

// Channels last: tables where a turn fits them, rows of channels where it does
// not, and a question where the channels are dynamic.

#t = #norm.target<name = "t", cpu = "x86-64-v4", features = "", vector_bits = 512, registers = 32, l1 = 32768, l2 = 1048576, llc_share = 5000000, fma = true, f16c = true, bf16_convert = false, masks = true>
#s = #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0, nontemporal = false>>
#far = #norm.cpu_schedule<<min_bytes = 0, rows = 4, prefetch = 0, nontemporal = true>>

module attributes {norm.target = #t} {
  norm.func @fits(%x: [p, c = 63] f32, %w: [c] f32) -> (y: [p, c] f32) {
    %0 = norm.kernel [p, c = 63] (%x[p, c], %w[c]) : (tensor<?x63xf32>, tensor<63xf32>) -> ([p, c] tensor<?x63xf32>) attributes {schedule = #s} {
    ^bb0(%a: f32, %b: f32):
      %d = arith.mulf %a, %b : f32
      norm.yield %d : f32
    }
    norm.return %0 : tensor<?x63xf32>
  }
  norm.func @too_long(%x: [p, c = 1100] f32, %w: [c] f32) -> (y: [p, c] f32) {
    %0 = norm.kernel [p, c = 1100] (%x[p, c], %w[c]) : (tensor<?x1100xf32>, tensor<1100xf32>) -> ([p, c] tensor<?x1100xf32>) attributes {schedule = #s} {
    ^bb0(%a: f32, %b: f32):
      %d = arith.mulf %a, %b : f32
      norm.yield %d : f32
    }
    norm.return %0 : tensor<?x1100xf32>
  }
  norm.func @asks(%x: [p, c] f32, %w: [c] f32) -> (y: [p, c] f32) {
    %0 = norm.kernel [p, c] (%x[p, c], %w[c]) : (tensor<?x?xf32>, tensor<?xf32>) -> ([p, c] tensor<?x?xf32>) attributes {schedule = #s} {
    ^bb0(%a: f32, %b: f32):
      %d = arith.mulf %a, %b : f32
      norm.yield %d : f32
    }
    norm.return %0 : tensor<?x?xf32>
  }
  norm.func @streams(%x: [p, c = 63] f32, %w: [c] f32) -> (y: [p, c] f32) {
    %0 = norm.kernel [p, c = 63] (%x[p, c], %w[c]) : (tensor<?x63xf32>, tensor<63xf32>) -> ([p, c] tensor<?x63xf32>) attributes {schedule = #far} {
    ^bb0(%a: f32, %b: f32):
      %d = arith.mulf %a, %b : f32
      norm.yield %d : f32
    }
    norm.return %0 : tensor<?x63xf32>
  }
  norm.func @bf16_lines(%x: [p, c = 48] bf16, %w: [c] f32) -> (y: [p, c] bf16) {
    %0 = norm.kernel [p, c = 48] (%x[p, c], %w[c]) : (tensor<?x48xbf16>, tensor<48xf32>) -> ([p, c] tensor<?x48xbf16>) attributes {schedule = #far} {
    ^bb0(%a: bf16, %b: f32):
      %e = arith.extf %a : bf16 to f32
      %d = arith.mulf %e, %b : f32
      %r = arith.truncf %d : f32 to bf16
      norm.yield %r : bf16
    }
    norm.return %0 : tensor<?x48xbf16>
  }
  norm.func @odd(%x: [p, c = 499] bf16, %w: [c] f32) -> (y: [p, c] bf16) {
    %0 = norm.kernel [p, c = 499] (%x[p, c], %w[c]) : (tensor<?x499xbf16>, tensor<499xf32>) -> ([p, c] tensor<?x499xbf16>) attributes {schedule = #s} {
    ^bb0(%a: bf16, %b: f32):
      %e = arith.extf %a : bf16 to f32
      %d = arith.mulf %e, %b : f32
      %r = arith.truncf %d : f32 to bf16
      norm.yield %r : bf16
    }
    norm.return %0 : tensor<?x499xbf16>
  }
  norm.func @any(%x: [p, c] bf16, %w: [c] f32) -> (y: [p, c] bf16) {
    %0 = norm.kernel [p, c] (%x[p, c], %w[c]) : (tensor<?x?xbf16>, tensor<?xf32>) -> ([p, c] tensor<?x?xbf16>) attributes {schedule = #s} {
    ^bb0(%a: bf16, %b: f32):
      %e = arith.extf %a : bf16 to f32
      %d = arith.mulf %e, %b : f32
      %r = arith.truncf %d : f32 to bf16
      norm.yield %r : bf16
    }
    norm.return %0 : tensor<?x?xbf16>
  }
  norm.func @of_bf16(%x: [p, c] bf16, %w: [c] bf16) -> (y: [p, c] bf16) {
    %0 = norm.kernel [p, c] (%x[p, c], %w[c]) : (tensor<?x?xbf16>, tensor<?xbf16>) -> ([p, c] tensor<?x?xbf16>) attributes {schedule = #s} {
    ^bb0(%a: bf16, %b: bf16):
      %d = arith.addf %a, %b : bf16
      norm.yield %d : bf16
    }
    norm.return %0 : tensor<?x?xbf16>
  }
}

// CHECK-LABEL: func.func private @fits.k0.p0(
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<1024xf32>
// CHECK: vector.load {{.*}} : memref<1024xf32>, vector<16xf32>
// CHECK: return

// CHECK-LABEL: func.func private @too_long.k0.p0(
// CHECK-NOT: memref.alloca
// CHECK: return

// CHECK-LABEL: func.func private @asks.k0.p0(
// CHECK: arith.constant 1010 : index
// CHECK: %[[FITS:.*]] = arith.cmpi slt
// CHECK: scf.if %[[FITS]]
// CHECK: } else {

// Four streams, each a fourth of the lines, rounded down to whole turns of 63; one
// turn less where that makes a multiple of 2 KiB.
// CHECK-LABEL: func.func private @streams.k0.p0(
// CHECK: %[[ALL:.*]] = arith.constant 252 : index
// CHECK: %[[TURNS:.*]] = arith.divui %{{.*}}, %[[ALL]]
// CHECK: %[[EVEN:.*]] = arith.muli %[[TURNS]]
// CHECK: %[[DISTANCE:.*]] = arith.muli %[[EVEN]]
// CHECK: %[[PAST:.*]] = arith.remui %[[DISTANCE]], %c2048
// CHECK: %[[CLASH:.*]] = arith.cmpi slt, %[[PAST]], %c1
// CHECK: %[[PART:.*]] = arith.select %[[CLASH]], %{{.*}}, %[[EVEN]]
// CHECK: %[[APART:.*]] = arith.muli %[[PART]], %c16
// CHECK: %[[LENGTH:.*]] = arith.muli %[[PART]], %c16
// CHECK-NEXT: %[[END:.*]] = arith.addi %[[START:.*]], %[[LENGTH]]
// CHECK: for %{{.*}} = %[[START]] to %[[END]] step %c16
// CHECK-NOT: memref.prefetch
// CHECK-COUNT-4: vector.store {{.*}}nontemporal = true
// CHECK-NEXT: yield
// CHECK: return

// Turns of whole vectors that end within a line of 16-bit outputs have tables
// where stores go past the caches. Of bf16 without its instructions they are put
// in pairs, of as many turns as are whole vectors of them; lanes stay where they
// are then.
// CHECK-LABEL: func.func private @bf16_lines.k0.p0(
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<112xf32>
// CHECK: for %{{.*}} = 0 to 96 step 32 {
// CHECK: vector.shuffle {{.*}} [0, 2, 4,
// CHECK: vector.shuffle {{.*}} [1, 3, 5,
// CHECK-NOT: vector.shuffle {{.*}}xf32>
// CHECK: vector.store {{.*}}nontemporal = true
// CHECK-NOT: vector.shuffle {{.*}}xf32>
// CHECK: return

// Of 499 channels no turn is whole vectors that fits. Even channels, then odd ones,
// then the even ones again: a vector of odd ones is 250 further.
// CHECK-LABEL: func.func private @odd.k0.p0(
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<764xf32>
// CHECK: vector.shuffle {{.*}} [0, 2, 4,
// CHECK: vector.shuffle {{.*}} [1, 3, 5,
// CHECK: arith.select %{{.*}}, %c265, %c0
// CHECK: vector.store %{{.*}}, %{{.*}}[%{{.*}}] : memref<764xf32>, vector<1xf32>
// CHECK-NOT: vector.shuffle {{.*}}xf32>
// CHECK: %[[EVEN:.*]] = arith.divui %{{.*}}, %c2
// CHECK-NEXT: vector.load %{{.*}}[%[[EVEN]]] : memref<764xf32>
// CHECK: %[[HALF:.*]] = arith.divui %{{.*}}, %c2
// CHECK-NEXT: %[[ODD:.*]] = arith.addi %[[HALF]], %c250
// CHECK-NEXT: vector.load %{{.*}}[%[[ODD]]] : memref<764xf32>
// CHECK: return

// Where the count is dynamic, its parity says where they are and how many fit.
// CHECK-LABEL: func.func private @any.k0.p0(
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<1024xf32>
// CHECK: %[[MOST:.*]] = arith.select %{{.*}}, %c671, %c994
// CHECK: %[[PAST:.*]] = arith.addi %[[MOST]], %c1
// CHECK: arith.cmpi slt, %{{.*}}, %[[PAST]]
// CHECK: scf.if
// CHECK: vector.shuffle {{.*}} [0, 2, 4,
// CHECK: vector.shuffle {{.*}} [1, 3, 5,
// CHECK: return

// What a body computes in bf16 has tables of 16 bits.
// CHECK-LABEL: func.func private @of_bf16.k0.p0(
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<2048xi16>
// CHECK: vector.shuffle {{.*}} [0, 2, 4,
// CHECK: vector.store %{{.*}} : memref<2048xi16>, vector<16xi16>
// CHECK: return
