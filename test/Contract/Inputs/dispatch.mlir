module attributes {norm.version = 1} {
  norm.func @ln(%x: [r, c] f32, %weight: [c] f32) -> (y: [r, c] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %0 = norm.layer_norm %x over [1] scale %weight eps %eps
        : (tensor<?x?xf32>, tensor<?xf32>, f32) -> tensor<?x?xf32>
    norm.return %0 : tensor<?x?xf32>
  }
  norm.func @bn(%x: [n, c] f32 strided, %run_mean: [c] f32, %run_var: [c] f32,
                %momentum: f32, %eps: f32)
      -> (y: [n, c] f32, new_mean: [c] f32 ties %run_mean,
          new_var: [c] f32 ties %run_var) {
    %0, %1, %2 = norm.batch_norm_training %x feature 1
        running %run_mean, %run_var momentum %momentum eps %eps
        : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, f32, f32)
        -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
    norm.return %0, %1, %2 : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
  }
  norm.func @narrow(%x: [c] f32) -> (y: [c] bf16) {
    %0 = arith.truncf %x : tensor<?xf32> to tensor<?xbf16>
    norm.return %0 : tensor<?xbf16>
  }
}
