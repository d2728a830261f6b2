// RUN: bnc-opt %s --bnc-expand-bf16 | FileCheck %s --implicit-check-not="arith.extf %{{.*}} : vector<4xbf16>" --implicit-check-not=arith.truncf

// CHECK-LABEL: func.func @widen
// CHECK: %[[BITS:.*]] = arith.bitcast %{{.*}} : vector<4xbf16> to vector<4xi16>
// CHECK: %[[WIDE:.*]] = arith.extui %[[BITS]] : vector<4xi16> to vector<4xi32>
// CHECK: arith.shli %[[WIDE]], %{{.*}} : vector<4xi32>
// CHECK: return %{{.*}} : vector<4xf32>
func.func @widen(%x: vector<4xbf16>) -> vector<4xf32> {
  %0 = arith.extf %x : vector<4xbf16> to vector<4xf32>
  return %0 : vector<4xf32>
}

// By way of f32, which has every bf16.
// CHECK-LABEL: func.func @widen_to_f64
// CHECK: %[[WIDE:.*]] = arith.extf %{{.*}} : f32 to f64
// CHECK: return %[[WIDE]] : f64
func.func @widen_to_f64(%x: bf16) -> f64 {
  %0 = arith.extf %x : bf16 to f64
  return %0 : f64
}

// A NaN has all bits set before the upper half is taken.
// CHECK-LABEL: func.func @narrow
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X:.*]], %[[X]] : vector<4xf32>
// CHECK: %[[SUM:.*]] = arith.select %[[NAN]], %{{.*}}, %{{.*}} : vector<4xi1>, vector<4xi32>
// CHECK: %[[UPPER:.*]] = arith.shrui %[[SUM]], %{{.*}} : vector<4xi32>
// CHECK: arith.trunci %[[UPPER]] : vector<4xi32> to vector<4xi16>
func.func @narrow(%x: vector<4xf32>) -> vector<4xbf16> {
  %0 = arith.truncf %x : vector<4xf32> to vector<4xbf16>
  return %0 : vector<4xbf16>
}
