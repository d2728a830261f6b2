module attributes {norm.version = 1} {
  norm.func @layer_norm_rows(%x: [r = 37, c = 1000] f32, %weight: [c] f32,
                             %bias: [c] f32) -> (y: [r, c] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %y = norm.layer_norm %x over [1] scale %weight shift %bias eps %eps
      : (tensor<37x1000xf32>, tensor<1000xf32>, tensor<1000xf32>, f32) -> tensor<37x1000xf32>
    norm.return %y : tensor<37x1000xf32>
  }

  norm.func @short_rows(%x: [r = 40, c = 12] f32) -> (y: [r, c] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %y = norm.layer_norm %x over [1] eps %eps
      : (tensor<40x12xf32>, f32) -> tensor<40x12xf32>
    norm.return %y : tensor<40x12xf32>
  }

  norm.func @shortest_rows(%x: [r = 48, c = 6] f32) -> (y: [r, c] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %y = norm.layer_norm %x over [1] eps %eps
      : (tensor<48x6xf32>, f32) -> tensor<48x6xf32>
    norm.return %y : tensor<48x6xf32>
  }

  norm.func @add_rms_norm(%x: [r = 9, c = 4099] bf16, %residual: [r, c] bf16,
                          %weight: [c] f32) -> (y: [r, c] bf16, sum: [r, c] bf16) {
    %eps = arith.constant 1.0e-5 : f32
    %xf = arith.extf %x : tensor<9x4099xbf16> to tensor<9x4099xf32>
    %rf = arith.extf %residual : tensor<9x4099xbf16> to tensor<9x4099xf32>
    %s = arith.addf %xf, %rf : tensor<9x4099xf32>
    %n = norm.rms_norm %s over [1] scale %weight eps %eps
      : (tensor<9x4099xf32>, tensor<4099xf32>, f32) -> tensor<9x4099xf32>
    %y = arith.truncf %n : tensor<9x4099xf32> to tensor<9x4099xbf16>
    %sum = arith.truncf %s : tensor<9x4099xf32> to tensor<9x4099xbf16>
    norm.return %y, %sum : tensor<9x4099xbf16>, tensor<9x4099xbf16>
  }

  norm.func @batch_norm_first(%x: [n = 3, c = 5, h = 17, w = 15] f32)
      -> (y: [n, c, h, w] f32, mean: [c] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %y, %mean = norm.batch_norm_training %x feature 1 eps %eps saves [mean]
      : (tensor<3x5x17x15xf32>, f32) -> (tensor<3x5x17x15xf32>, tensor<5xf32>)
    norm.return %y, %mean : tensor<3x5x17x15xf32>, tensor<5xf32>
  }

  norm.func @batch_norm_last(%x: [n = 2, h = 17, w = 15, c = 40] f32,
                             %weight: [c] f32, %bias: [c] f32)
      -> (y: [n, h, w, c] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %y = norm.batch_norm_training %x feature 3 scale %weight shift %bias eps %eps
      : (tensor<2x17x15x40xf32>, tensor<40xf32>, tensor<40xf32>, f32) -> tensor<2x17x15x40xf32>
    norm.return %y : tensor<2x17x15x40xf32>
  }

  norm.func @batch_norm_scales(%x: [n = 2, h = 9, w = 7, c = 24] f16,
                               %mean: [c] f32, %variance: [c] f32)
      -> (y: [n, h, w, c] f16) {
    %eps = arith.constant 1.0e-5 : f32
    %xf = arith.extf %x : tensor<2x9x7x24xf16> to tensor<2x9x7x24xf32>
    %n = norm.batch_norm_inference %xf feature 3 mean %mean variance %variance eps %eps
      : (tensor<2x9x7x24xf32>, tensor<24xf32>, tensor<24xf32>, f32) -> tensor<2x9x7x24xf32>
    %y = arith.truncf %n : tensor<2x9x7x24xf32> to tensor<2x9x7x24xf16>
    norm.return %y : tensor<2x9x7x24xf16>
  }

  norm.func @group_norm_last(%x: [n = 2, h = 16, w = 16, c = 24] bf16)
      -> (y: [n, h, w, c] bf16) {
    %eps = arith.constant 1.0e-5 : f32
    %xf = arith.extf %x : tensor<2x16x16x24xbf16> to tensor<2x16x16x24xf32>
    %n = norm.group_norm %xf feature 3 groups 4 eps %eps
      : (tensor<2x16x16x24xf32>, f32) -> tensor<2x16x16x24xf32>
    %y = arith.truncf %n : tensor<2x16x16x24xf32> to tensor<2x16x16x24xbf16>
    norm.return %y : tensor<2x16x16x24xbf16>
  }

  norm.func @layer_norm_double(%x: [r = 5, c = 300] f64) -> (y: [r, c] f64) {
    %eps = arith.constant 1.0e-5 : f64
    %y = norm.layer_norm %x over [1] eps %eps
      : (tensor<5x300xf64>, f64) -> tensor<5x300xf64>
    norm.return %y : tensor<5x300xf64>
  }

  norm.func @short_planes_scale(%x: [n = 16, c = 32, h = 7, w = 7] bf16,
                                %mean: [c] f32, %variance: [c] f32)
      -> (y: [n, c, h, w] bf16) {
    %eps = arith.constant 1.0e-5 : f32
    %xf = arith.extf %x : tensor<16x32x7x7xbf16> to tensor<16x32x7x7xf32>
    %n = norm.batch_norm_inference %xf feature 1 mean %mean variance %variance eps %eps
      : (tensor<16x32x7x7xf32>, tensor<32xf32>, tensor<32xf32>, f32) -> tensor<16x32x7x7xf32>
    %y = arith.truncf %n : tensor<16x32x7x7xf32> to tensor<16x32x7x7xbf16>
    norm.return %y : tensor<16x32x7x7xbf16>
  }

  norm.func @short_planes(%x: [n = 16, c = 32, h = 6, w = 6] f32,
                          %weight: [c] f32, %bias: [c] f32)
      -> (y: [n, c, h, w] f32) {
    %eps = arith.constant 1.0e-5 : f32
    %y = norm.batch_norm_training %x feature 1 scale %weight shift %bias eps %eps
      : (tensor<16x32x6x6xf32>, tensor<32xf32>, tensor<32xf32>, f32) -> tensor<16x32x6x6xf32>
    norm.return %y : tensor<16x32x6x6xf32>
  }
}
