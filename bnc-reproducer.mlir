// bnc /tmp/t/ln.mlir --emit=obj -o /tmp/o/ln 
norm.func @ln(%x: [r, c = 1000] f32, %w: [c] f32, %b: [c] f32, %eps: f32) -> (y: [r, c] f32, mean: [r] f32, rstd: [r] f32) {
  %1:3 = norm.layer_norm %x over [1] scale %w shift %b eps %eps saves [mean, rstd]
    : (tensor<?x1000xf32>, tensor<1000xf32>, tensor<1000xf32>, f32) -> (tensor<?x1000xf32>, tensor<?xf32>, tensor<?xf32>)
  norm.return %1#0, %1#1, %1#2 : tensor<?x1000xf32>, tensor<?xf32>, tensor<?xf32>
}
