// RUN: bnc-opt %s --bnc-build-entry | FileCheck %s --implicit-check-not=norm.func
// RUN: bnc-opt %s --bnc-build-entry=bodies-only | FileCheck %s --check-prefix=BODIES

// One entry over the bodies of all targets, which are elsewhere.
// CHECK: llvm.func @getenv(!llvm.ptr) -> !llvm.ptr
// CHECK: llvm.mlir.global internal @bnc.cpu(0 : i32)
// CHECK: llvm.func internal @bnc.runnable() -> i32 attributes {passthrough = ["optsize"], target_cpu = "x86-64"}
// CHECK-DAG: llvm.func @id.body.old(!llvm.ptr) -> i32
// CHECK-DAG: llvm.func @id.body.new(!llvm.ptr) -> i32
// CHECK-DAG: llvm.mlir.global private constant @{{.*}}("old,new\00")
// CHECK-DAG: llvm.mlir.global private constant @{{.*}}("all of it\00")

// The best that may run: level 3 is bit 8, below it nothing is left to ask.
// CHECK: llvm.func @id(
// CHECK: %[[RUNNABLE:.*]] = llvm.call @bnc.runnable()
// CHECK: %[[BOTH:.*]] = llvm.and %[[RUNNABLE]], %{{.*}} : i32
// CHECK: %[[LEVELS:.*]] = llvm.mlir.constant(12 : i32)
// CHECK: %[[VARIANTS:.*]] = llvm.and %[[BOTH]], %[[LEVELS]] : i32
// CHECK: %[[BIT:.*]] = llvm.mlir.constant(8 : i32)
// CHECK: %[[IS_NEW:.*]] = llvm.and %[[VARIANTS]], %[[BIT]] : i32
// CHECK: llvm.call @id.body.old
// CHECK: llvm.call @id.body.new

// A variant has no entry.
// BODIES-NOT: norm.func
// BODIES: llvm.func @id.body
// BODIES-NOT: llvm.func

#old = #norm.target<name = "old", cpu = "x86-64-v2", features = "", vector_bits = 128, registers = 16, l1 = 1, l2 = 1, llc_share = 1, fma = false, f16c = false, bf16_convert = false, masks = false>
#new = #norm.target<name = "new", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16, l1 = 1, l2 = 1, llc_share = 1, fma = true, f16c = true, bf16_convert = false, masks = false>
module attributes {norm.targets = [#old, #new]} {
  llvm.func @id.body(!llvm.ptr) -> i32
  norm.func @id(%x: [n] f32) -> (y: [n] f32) attributes {norm.description = "all of it"} {
    %0 = norm.kernel [n] (%x[n]) : (tensor<?xf32>) -> ([n] tensor<?xf32>) {
    ^bb0(%v: f32):
      norm.yield %v : f32
    }
    norm.return %0 : tensor<?xf32>
  }
}
