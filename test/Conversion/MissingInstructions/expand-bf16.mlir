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

// A NaN keeps its upper half, and is one there.
// CHECK-LABEL: func.func @narrow(
// CHECK: %[[BITS:.*]] = arith.bitcast %[[X:.*]] : vector<4xf32> to vector<4xi32>
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]] : vector<4xf32>
// CHECK: %[[QUIET:.*]] = arith.ori %[[BITS]], %{{.*}} : vector<4xi32>
// CHECK: %[[SUM:.*]] = arith.select %[[NAN]], %[[QUIET]], %{{.*}} : vector<4xi1>, vector<4xi32>
// CHECK: %[[UPPER:.*]] = arith.shrui %[[SUM]], %{{.*}} : vector<4xi32>
// CHECK: arith.trunci %[[UPPER]] : vector<4xi32> to vector<4xi16>
func.func @narrow(%x: vector<4xf32>) -> vector<4xbf16> {
  %0 = arith.truncf %x : vector<4xf32> to vector<4xbf16>
  return %0 : vector<4xbf16>
}

// What arithmetic gives is one there already.
// CHECK-LABEL: func.func @narrow_sum(
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: %[[BITS:.*]] = arith.bitcast %[[SUM]] : vector<4xf32> to vector<4xi32>
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[SUM]], %[[SUM]] : vector<4xf32>
// CHECK: arith.select %[[NAN]], %[[BITS]], %{{.*}} : vector<4xi1>, vector<4xi32>
func.func @narrow_sum(%x: vector<4xf32>, %y: vector<4xf32>) -> vector<4xbf16> {
  %0 = arith.addf %x, %y : vector<4xf32>
  %1 = arith.truncf %0 : vector<4xf32> to vector<4xbf16>
  return %1 : vector<4xbf16>
}
