// What a decoder layer does between two blocks: add the block's output to the
// residual stream, keep the sum, and hand its RMS norm to the next block. The
// norm sees the sum in f32, before it is rounded for storage.
norm.func @add_rms_norm(%x: [r, c = 4096] bf16, %residual: [r, c] bf16, %weight: [c] f32)
    -> (y: [r, c] bf16, residual_out: [r, c] bf16 ties %residual) {
  %eps = arith.constant 1.0e-06 : f32
  %x32 = arith.extf %x : tensor<?x4096xbf16> to tensor<?x4096xf32>
  %residual32 = arith.extf %residual : tensor<?x4096xbf16> to tensor<?x4096xf32>
  %sum = arith.addf %x32, %residual32 : tensor<?x4096xf32>
  %normed = norm.rms_norm %sum over [1] scale %weight eps %eps
    : (tensor<?x4096xf32>, tensor<4096xf32>, f32) -> tensor<?x4096xf32>
  %y = arith.truncf %normed : tensor<?x4096xf32> to tensor<?x4096xbf16>
  %stored = arith.truncf %sum : tensor<?x4096xf32> to tensor<?x4096xbf16>
  norm.return %y, %stored : tensor<?x4096xbf16>, tensor<?x4096xbf16>
}
