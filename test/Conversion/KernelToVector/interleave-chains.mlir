// RUN: bnc-opt %s --bnc-expand-math | FileCheck %s
// RUN: sed 's/registers = 16/registers = 5/' %s | bnc-opt --bnc-expand-math | FileCheck %s --check-prefix=FEW

// Long chains go side by side, as many as there are registers for.

#t = #norm.target<name = "t", cpu = "x86-64-v3", features = "", vector_bits = 256, registers = 16, l1 = 32768, l2 = 1048576, llc_share = 5000000, fma = true, f16c = true, bf16_convert = false, masks = false>

module attributes {norm.target = #t} {
  // CHECK-LABEL: @elementwise
  // CHECK: vector.load
  // CHECK: memref.prefetch
  // CHECK: vector.load
  // CHECK: %[[A:.*]] = math.fma
  // CHECK-NEXT: %[[B:.*]] = math.fma
  // CHECK-NEXT: arith.subf %[[A]],
  // CHECK-NOT: math.fma
  // CHECK: arith.subf %[[B]],
  // CHECK: arith.mulf
  // CHECK-COUNT-2: vector.store
  // CHECK-NEXT: return
  // FEW-LABEL: @elementwise
  // FEW: vector.store
  // FEW: math.fma
  // FEW: vector.store
  func.func @elementwise(%x: memref<16xf32>, %y: memref<16xf32>) {
    %zero = arith.constant 0 : index
    %eight = arith.constant 8 : index
    %a = vector.load %x[%zero] : memref<16xf32>, vector<8xf32>
    %b = math.exp %a : vector<8xf32>
    vector.store %b, %y[%zero] : memref<16xf32>, vector<8xf32>
    memref.prefetch %x[%eight], read, locality<3>, data : memref<16xf32>
    %c = vector.load %x[%eight] : memref<16xf32>, vector<8xf32>
    %d = math.exp %c : vector<8xf32>
    vector.store %d, %y[%eight] : memref<16xf32>, vector<8xf32>
    return
  }

  // %y may be the memory of %x: its elements are read before they are written.
  // FEW-LABEL: @tied
  // FEW: vector.load
  // FEW: vector.load
  // FEW: vector.store
  // FEW: math.fma
  // FEW: vector.store
  func.func @tied(%x: memref<8xf32>, %r: memref<8xf32>, %y: memref<8xf32>, %z: memref<8xf32>) {
    %zero = arith.constant 0 : index
    %a = vector.load %r[%zero] : memref<8xf32>, vector<8xf32>
    %b = vector.load %x[%zero] : memref<8xf32>, vector<8xf32>
    %c = math.exp %a : vector<8xf32>
    %d = math.exp %b : vector<8xf32>
    vector.store %c, %y[%zero] : memref<8xf32>, vector<8xf32>
    vector.store %d, %z[%zero] : memref<8xf32>, vector<8xf32>
    return
  }

  // What was written is not read before.
  // CHECK-LABEL: @dependent
  // CHECK: vector.load
  // CHECK: vector.store
  // CHECK: vector.load
  // CHECK: vector.store
  func.func @dependent(%x: memref<16xf32>) {
    %zero = arith.constant 0 : index
    %eight = arith.constant 8 : index
    %a = vector.load %x[%zero] : memref<16xf32>, vector<8xf32>
    %b = math.exp %a : vector<8xf32>
    vector.store %b, %x[%eight] : memref<16xf32>, vector<8xf32>
    %c = vector.load %x[%eight] : memref<16xf32>, vector<8xf32>
    %d = math.exp %c : vector<8xf32>
    vector.store %d, %x[%zero] : memref<16xf32>, vector<8xf32>
    return
  }
}
