// bnc /tmp/o/m.mlir 
module attributes {norm.version = 1} {
  norm.func @instance_norm(%x: [n = 2, h = 5, w = 7, c = 6] f64,
                           %weight: [c] f64,
                           %bias: [c] f64,
                           %eps: f64)
      -> (y: [n, h, w, c] f64) {
    %normalized = norm.instance_norm %x feature 3 scale %weight shift %bias eps %eps
        : (tensor<2x5x7x6xf64>, tensor<6xf64>, tensor<6xf64>, f64) -> tensor<2x5x7x6xf64>
    norm.return %normalized : tensor<2x5x7x6xf64>
  }
}
