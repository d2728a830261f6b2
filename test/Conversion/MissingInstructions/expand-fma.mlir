// RUN: bnc-opt %s --bnc-expand-fma | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: bnc-opt %s --bnc-expand-fma=exact=false | FileCheck %s --check-prefixes=CHECK,NEAR

// The sum is of exact operands; exactly, its last bit becomes odd where it is
// even and the sum lost something.
// CHECK-LABEL: func.func @vector
// CHECK-SAME: %[[A:.*]]: vector<4xf32>, %[[B:.*]]: vector<4xf32>, %[[C:.*]]: vector<4xf32>
// CHECK: %[[WIDE_A:.*]] = arith.extf %[[A]] : vector<4xf32> to vector<4xf64>
// CHECK: %[[WIDE_B:.*]] = arith.extf %[[B]] : vector<4xf32> to vector<4xf64>
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[WIDE_A]], %[[WIDE_B]] : vector<4xf64>
// CHECK: %[[WIDE_C:.*]] = arith.extf %[[C]] : vector<4xf32> to vector<4xf64>
// CHECK: %[[SUM:.*]] = arith.addf %[[PRODUCT]], %[[WIDE_C]] : vector<4xf64>
// NEAR-NEXT: arith.truncf %[[SUM]]
// EXACT: %[[BITS:.*]] = arith.bitcast %[[SUM]] : vector<4xf64> to vector<4xi64>
// EXACT: %[[MOVED:.*]] = arith.addi %[[BITS]]
// EXACT: %[[ODD:.*]] = arith.select %{{.*}}, %[[MOVED]], %[[BITS]]
// EXACT: %[[RESULT:.*]] = arith.bitcast %[[ODD]]
// EXACT: arith.truncf %[[RESULT]] : vector<4xf64> to vector<4xf32>
func.func @vector(%a: vector<4xf32>, %b: vector<4xf32>, %c: vector<4xf32>) -> vector<4xf32> {
  %0 = math.fma %a, %b, %c : vector<4xf32>
  return %0 : vector<4xf32>
}

// CHECK-LABEL: func.func @of_f64
// CHECK: math.fma
func.func @of_f64(%a: f64) -> f64 {
  %0 = math.fma %a, %a, %a : f64
  return %0 : f64
}

// What the user wrote stays.
// CHECK-LABEL: norm.func @spec
// CHECK: math.fma
norm.func @spec(%x: [n] f32) -> (y: [n] f32) {
  %0 = math.fma %x, %x, %x : tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}
