norm.func @layer_norm_rows(%x: [r, c] f32 strided, %weight: [c] f32) -> (y: [r, c] bf16) {
  %eps = arith.constant 1.0e-5 : f32
  %n = norm.layer_norm %x over [1] scale %weight eps %eps
    : (tensor<?x?xf32>, tensor<?xf32>, f32) -> tensor<?x?xf32>
  %y = arith.truncf %n : tensor<?x?xf32> to tensor<?x?xbf16>
  norm.return %y : tensor<?x?xbf16>
}

norm.func @batch_norm_columns(%x: [r, c] bf16) -> (y: [r, c] bf16, mean: [c] f32) {
  %eps = arith.constant 1.0e-5 : f32
  %y, %mean = norm.batch_norm_training %x feature 1 eps %eps saves [mean]
    : (tensor<?x?xbf16>, f32) -> (tensor<?x?xbf16>, tensor<?xf32>)
  norm.return %y, %mean : tensor<?x?xbf16>, tensor<?xf32>
}
