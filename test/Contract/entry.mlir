// The checks of the entry, called from C, with bodies written in C in place of
// lowered kernels: what a body is given, and that it is not called on an error.
// mlir-opt does not know the target attribute, which is dropped on the way.

// RUN: bnc-opt %s --bnc-build-entry | sed "1s/attributes {.*} {/{/" > %t.entry.mlir
// RUN: mlir-opt %t.entry.mlir --convert-scf-to-cf --convert-to-llvm --reconcile-unrealized-casts > %t.llvm.mlir
// RUN: mlir-translate --mlir-to-llvmir %t.llvm.mlir -o %t.ll
// RUN: clang -O1 -fPIC -Wno-override-module -c %t.ll -o %t.o
// RUN: %cc -std=gnu99 -Wall -Wextra -Werror -I%runtime_include %S/Inputs/entry.c %t.o -o %t.exe
// RUN: %t.exe

// Only the C functions are exported; only the bodies are missing.
// RUN: llvm-nm %t.o --extern-only | FileCheck %s
// CHECK: T bn
// CHECK-NEXT: U bn.body
// CHECK-NEXT: U bn.workspace_bytes
// CHECK-NEXT: T bn_metadata
// CHECK-NEXT: T bn_workspace_size
// CHECK-NEXT: U getenv
// CHECK-NEXT: T inter
// CHECK-NEXT: U inter.body
// CHECK-NEXT: T inter_metadata
// CHECK-NOT: {{.}}

module attributes {norm.target = #norm.target<name = "x86-64-v3", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16, l1 = 1, l2 = 1, llc_share = 1, fma = true, f16c = true, bf16_convert = false, masks = false>} {
  llvm.func @bn.body(!llvm.ptr) -> i32
  llvm.func @bn.workspace_bytes(!llvm.ptr) -> i64
  norm.func @bn(%x: [n, c] f32 strided, %run: [c] f32, %eps: f32) -> (y: [n, c] f32 strided, run_out: [c] f32 ties %run) {
    %0, %1 = norm.kernel [n, g = c / 2, k = 2] (%x[n, g * k], %run[g * k]) : (tensor<?x?xf32>, tensor<?xf32>) -> ([n, g * k] tensor<?x?xf32>, [g * k] tensor<?xf32>) {
    ^bb0(%a: f32, %b: f32):
      %m = norm.moments %a over [n] : f32 -> !norm.moments<f32>
      %d = norm.center %a, %m : f32, !norm.moments<f32> -> f32
      %v = norm.variance %m correction 1 : !norm.moments<f32>
      %vf = arith.truncf %v : f64 to f32
      norm.yield %d, %vf : f32, f32
    }
    norm.return %0, %1 : tensor<?x?xf32>, tensor<?xf32>
  }
  llvm.func @inter.body(!llvm.ptr) -> i32
  norm.func @inter(%x: [b, h, s, d] f32 strided) -> (y: [b, h, s, d] f32 strided) {
    %0 = norm.kernel [b, h, s, d] (%x[b, h, s, d]) : (tensor<?x?x?x?xf32>) -> ([b, h, s, d] tensor<?x?x?x?xf32>) {
    ^bb0(%v: f32):
      norm.yield %v : f32
    }
    norm.return %0 : tensor<?x?x?x?xf32>
  }
}
