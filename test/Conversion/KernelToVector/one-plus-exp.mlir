// RUN: bnc-opt %s --bnc-expand-math | FileCheck %s
// RUN: sed 's/vector_bits = 256/vector_bits = 128/' %s | bnc-opt --bnc-expand-math | FileCheck %s --check-prefix=NARROW

// 1 + exp(x) takes powers of 2^(1/8) from a table, where vectors are permuted.

#t = #norm.target<name = "t", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16, l1 = 32768, l2 = 1048576, llc_share = 5000000, fma = true, f16c = true, bf16_convert = false, masks = false>

module attributes {norm.target = #t} {
  // CHECK-LABEL: @vector
  // CHECK-COUNT-2: math.fma
  // CHECK: llvm.call_intrinsic "llvm.x86.avx2.permd"(%{{.*}}, %[[COUNTED:.*]]) :
  // CHECK: arith.shli %[[COUNTED]]
  // CHECK-COUNT-4: math.fma
  // CHECK-NEXT: return
  // NARROW-LABEL: @vector
  // NARROW-NOT: permd
  // NARROW-COUNT-6: math.fma
  // NARROW: arith.addf
  func.func @vector(%x: vector<8xf32>) -> vector<8xf32> {
    %one = arith.constant dense<1.0> : vector<8xf32>
    %negated = arith.negf %x : vector<8xf32>
    %exp = math.exp %negated : vector<8xf32>
    %sum = arith.addf %exp, %one : vector<8xf32>
    return %sum : vector<8xf32>
  }

  // A scalar has the bits of a vector: it is a lane of one.
  // CHECK-LABEL: @scalar
  // CHECK: vector.broadcast %{{.*}} : f32 to vector<8xf32>
  // CHECK: permd
  // CHECK: vector.extract %{{.*}}[0] : f32 from vector<8xf32>
  func.func @scalar(%x: f32) -> f32 {
    %one = arith.constant 1.0 : f32
    %exp = math.exp %x : f32
    %sum = arith.addf %exp, %one : f32
    return %sum : f32
  }

  // CHECK-LABEL: @part
  // CHECK: vector.shuffle %{{.*}} [0, 1, 2, 3, 3, 3, 3, 3]
  // CHECK: permd
  // CHECK: vector.shuffle %{{.*}} [0, 1, 2, 3]
  func.func @part(%x: vector<4xf32>) -> vector<4xf32> {
    %scalar = arith.constant 1.0 : f32
    %one = vector.broadcast %scalar : f32 to vector<4xf32>
    %exp = math.exp %x : vector<4xf32>
    %sum = arith.addf %exp, %one : vector<4xf32>
    return %sum : vector<4xf32>
  }

  // Where exp is needed itself, or 2 is added, the sum is one of two numbers.
  // CHECK-LABEL: @apart
  // CHECK-NOT: permd
  // CHECK: return
  func.func @apart(%x: vector<8xf32>) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
    %one = arith.constant dense<1.0> : vector<8xf32>
    %two = arith.constant dense<2.0> : vector<8xf32>
    %exp = math.exp %x : vector<8xf32>
    %sum = arith.addf %exp, %one : vector<8xf32>
    %other = math.exp %sum : vector<8xf32>
    %more = arith.addf %other, %two : vector<8xf32>
    return %exp, %sum, %more : vector<8xf32>, vector<8xf32>, vector<8xf32>
  }
}
