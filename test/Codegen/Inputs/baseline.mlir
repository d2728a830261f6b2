module attributes {norm.version = 1} {
  norm.func @widen(%x: [n] f16) -> (y: [n] f32) {
    %0 = arith.extf %x : tensor<?xf16> to tensor<?xf32>
    norm.return %0 : tensor<?xf32>
  }
  norm.func @narrow(%x: [n] f32) -> (y: [n] f16) {
    %0 = arith.truncf %x : tensor<?xf32> to tensor<?xf16>
    norm.return %0 : tensor<?xf16>
  }
  norm.func @fused(%a: [n] f32, %b: [n] f32, %c: [n] f32) -> (y: [n] f32) {
    %0 = math.fma %a, %b, %c : tensor<?xf32>
    norm.return %0 : tensor<?xf32>
  }
}
