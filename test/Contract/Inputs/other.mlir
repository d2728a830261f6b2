module attributes {norm.version = 1} {
  norm.func @rms(%x: [r, c = 100] bf16, %weight: [c] f32) -> (y: [r, c] bf16) {
    %wide = arith.extf %x : tensor<?x100xbf16> to tensor<?x100xf32>
    %eps = arith.constant 1.0e-6 : f32
    %0 = norm.rms_norm %wide over [1] scale %weight eps %eps
        : (tensor<?x100xf32>, tensor<100xf32>, f32) -> tensor<?x100xbf16>
    norm.return %0 : tensor<?x100xbf16>
  }
}
