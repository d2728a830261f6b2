// RUN: bnc check %s --extent=c=4 | FileCheck %s

// The map repeats over [c, h, w] while weight varies over c alone: a table of it
// would be no contiguous run.
// CHECK: passed

norm.func @f(%x: [n = 4, c, h = 16, w = 1] f64, %weight: [c] f64)
    -> (y: [n, c, h, w] f64) {
  %eps = arith.constant 1.0e-6 : f64
  %0 = norm.layer_norm %x over [0] eps %eps : (tensor<4x?x16x1xf64>, f64) -> tensor<4x?x16x1xf64>
  %1 = norm.broadcast %weight like %0 dims [1] : tensor<?xf64>, tensor<4x?x16x1xf64> -> tensor<4x?x16x1xf64>
  %2 = arith.mulf %0, %1 : tensor<4x?x16x1xf64>
  norm.return %2 : tensor<4x?x16x1xf64>
}
