// RUN: bnc-opt %s --canonicalize | FileCheck %s

// Folds that leave every bit of the results as it was.

// CHECK-LABEL: norm.func @relu_of_relu_is_relu(
// CHECK-NEXT: %[[Y:.*]] = norm.relu %x : tensor<?xf32>
// CHECK-NEXT: norm.return %[[Y]]
norm.func @relu_of_relu_is_relu(%x: [r] f32) -> (y: [r] f32) {
  %0 = norm.relu %x : tensor<?xf32>
  %1 = norm.relu %0 : tensor<?xf32>
  norm.return %1 : tensor<?xf32>
}

// CHECK-LABEL: norm.func @broadcast_along_all_dims_is_its_input(
// CHECK-NEXT: norm.return %b
norm.func @broadcast_along_all_dims_is_its_input(%x: [r, c] bf16, %b: [r, c] f32) -> (y: [r, c] f32) {
  %0 = norm.broadcast %b like %x dims [0, 1] : tensor<?x?xf32>, tensor<?x?xbf16> -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: norm.func @keeps_broadcast_that_repeats(
// CHECK-NEXT: norm.broadcast
norm.func @keeps_broadcast_that_repeats(%x: [r, c] f32, %b: [c] f32) -> (y: [r, c] f32) {
  %0 = norm.broadcast %b like %x dims [1] : tensor<?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
  norm.return %0 : tensor<?x?xf32>
}

// A leaky relu of slope 1 may give another NaN than it takes.
// CHECK-LABEL: norm.func @keeps_leaky_relu_of_slope_one(
// CHECK-NEXT: norm.leaky_relu
norm.func @keeps_leaky_relu_of_slope_one(%x: [r] f32) -> (y: [r] f32) {
  %0 = norm.leaky_relu %x slope 1.0 : tensor<?xf32>
  norm.return %0 : tensor<?xf32>
}

// The narrowing is a rounding that the spec asks for.
// CHECK-LABEL: norm.func @keeps_narrowing_and_widening(
// CHECK: arith.truncf
// CHECK: arith.extf
norm.func @keeps_narrowing_and_widening(%x: [r] f32) -> (y: [r] f32) {
  %0 = arith.truncf %x : tensor<?xf32> to tensor<?xbf16>
  %1 = arith.extf %0 : tensor<?xbf16> to tensor<?xf32>
  norm.return %1 : tensor<?xf32>
}

// CHECK-LABEL: norm.func @drops_unused_norm(
// CHECK-NEXT: norm.return %x
norm.func @drops_unused_norm(%x: [r] f32, %eps: f32) -> (y: [r] f32) {
  %0 = norm.rms_norm %x over [0] eps %eps : (tensor<?xf32>, f32) -> tensor<?xf32>
  norm.return %x : tensor<?xf32>
}
