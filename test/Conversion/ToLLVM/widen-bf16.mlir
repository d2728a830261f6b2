// LLVM may narrow a scalar that it widened, and then flush it: the bits are
// moved instead (lib/Conversion/ToLLVM/ConvertToLLVM.cpp).
// RUN: bnc-opt %s --bnc-convert-to-llvm | FileCheck %s

// CHECK-LABEL: llvm.func @scalar
// CHECK: %[[BITS:.*]] = llvm.bitcast %{{.*}} : bf16 to i16
// CHECK: %[[WIDE:.*]] = llvm.zext %[[BITS]] : i16 to i32
// CHECK: %[[MOVED:.*]] = llvm.shl %[[WIDE]], %{{.*}} : i32
// CHECK: llvm.bitcast %[[MOVED]] : i32 to f32
func.func @scalar(%x: bf16) -> f32 {
  %0 = arith.extf %x : bf16 to f32
  return %0 : f32
}

// CHECK-LABEL: llvm.func @to_f64
// CHECK: %[[SINGLE:.*]] = llvm.bitcast %{{.*}} : i32 to f32
// CHECK: llvm.fpext %[[SINGLE]] : f32 to f64
func.func @to_f64(%x: bf16) -> f64 {
  %0 = arith.extf %x : bf16 to f64
  return %0 : f64
}

// CHECK-LABEL: llvm.func @vector
// CHECK: llvm.fpext %{{.*}} : vector<16xbf16> to vector<16xf32>
func.func @vector(%x: vector<16xbf16>) -> vector<16xf32> {
  %0 = arith.extf %x : vector<16xbf16> to vector<16xf32>
  return %0 : vector<16xf32>
}
