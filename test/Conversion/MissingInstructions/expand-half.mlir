// RUN: bnc-opt %s --bnc-expand-half | FileCheck %s --implicit-check-not="f16> to vector<4xf32>" --implicit-check-not="f32> to vector<4xf16>"

// CHECK-LABEL: func.func @widen
// CHECK: %[[BITS:.*]] = arith.bitcast %{{.*}} : vector<4xf16> to vector<4xi16>
// CHECK: arith.extui %[[BITS]] : vector<4xi16> to vector<4xi32>
// CHECK: arith.mulf %{{.*}} : vector<4xf32>
// CHECK: return %{{.*}} : vector<4xf32>
func.func @widen(%x: vector<4xf16>) -> vector<4xf32> {
  %0 = arith.extf %x : vector<4xf16> to vector<4xf32>
  return %0 : vector<4xf32>
}

// By way of f32, which has every f16.
// CHECK-LABEL: func.func @widen_to_f64
// CHECK: %[[WIDE:.*]] = arith.extf %{{.*}} : f32 to f64
// CHECK: return %[[WIDE]] : f64
func.func @widen_to_f64(%x: f16) -> f64 {
  %0 = arith.extf %x : f16 to f64
  return %0 : f64
}

// CHECK-LABEL: func.func @narrow
// CHECK: arith.addf %{{.*}} : vector<4xf32>
// CHECK: %[[BITS:.*]] = arith.trunci %{{.*}} : vector<4xi32> to vector<4xi16>
// CHECK: arith.bitcast %[[BITS]] : vector<4xi16> to vector<4xf16>
func.func @narrow(%x: vector<4xf32>) -> vector<4xf16> {
  %0 = arith.truncf %x : vector<4xf32> to vector<4xf16>
  return %0 : vector<4xf16>
}

// CHECK-LABEL: func.func @others
// CHECK: arith.extf %{{.*}} : bf16 to f32
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @others(%x: bf16) -> bf16 {
  %0 = arith.extf %x : bf16 to f32
  %1 = arith.truncf %0 : f32 to bf16
  return %1 : bf16
}
