// RUN: bnc-opt %s --split-input-file --verify-diagnostics

// Constraints of NormalizationOps.td and ChannelNormOps.td, in their order.

norm.func @layer_norm_no_axes_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got []}}
  %0 = norm.layer_norm %x over [] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @rms_norm_no_axes_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got []}}
  %0 = norm.rms_norm %x over [] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @l2_norm_no_axes_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got []}}
  %0 = norm.l2_norm %x over [] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_axes_out_of_range_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got [2]}}
  %0 = norm.layer_norm %x over [2] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_negative_axis_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got [-1]}}
  %0 = norm.layer_norm %x over [-1] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_axes_out_of_order_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got [1, 0]}}
  %0 = norm.layer_norm %x over [1, 0] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_axis_twice_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected strictly increasing dims of 'input' after 'over', out of 0 to 1, but got [1, 1]}}
  %0 = norm.layer_norm %x over [1, 1] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_scale_shape_c2(%x: [r, c = 8] f32, %g: [d = 9] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'scale' to have shape [8], but got [9]}}
  %0 = norm.layer_norm %x over [1] scale %g eps %e : (tensor<?x8xf32>, tensor<9xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @rms_norm_shift_shape_c2(%x: [r, c = 8] f32, %g: [r] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'shift' to have shape [8], but got [?]}}
  %0 = norm.rms_norm %x over [1] shift %g eps %e : (tensor<?x8xf32>, tensor<?xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_scale_order_c2(%x: [r, c = 8] f32, %g: [c, r] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'scale' to have shape [?, 8], but got [8, ?]}}
  %0 = norm.layer_norm %x over [0, 1] scale %g eps %e : (tensor<?x8xf32>, tensor<8x?xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_result_shape_c3(%x: [r, c = 8] f32, %e: f32) -> (y: [c] f32) {
  // expected-error @below {{expected 'result' to have shape [?, 8], but got [8]}}
  %0 = norm.layer_norm %x over [1] eps %e : (tensor<?x8xf32>, f32) -> tensor<8xf32>
  norm.return %0 : tensor<8xf32>
}

// -----

norm.func @layer_norm_wide_result_c4(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f64) {
  // expected-error @below {{expected 'result' to be no wider than 'f32', the compute type of 'f32' input, but got 'f64'}}
  %0 = norm.layer_norm %x over [1] eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf64>
  norm.return %0 : tensor<?x8xf64>
}

// -----

norm.func @layer_norm_wide_scale_c4(%x: [r, c = 8] bf16, %g: [c] f64, %e: f32) -> (y: [r, c] bf16) {
  // expected-error @below {{expected 'scale' to be no wider than 'f32', the compute type of 'bf16' input, but got 'f64'}}
  %0 = norm.layer_norm %x over [1] scale %g eps %e : (tensor<?x8xbf16>, tensor<8xf64>, f32) -> tensor<?x8xbf16>
  norm.return %0 : tensor<?x8xbf16>
}

// -----

norm.func @layer_norm_wide_shift_c4(%x: [r, c = 8] f32, %g: [c] f64, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'shift' to be no wider than 'f32'}}
  %0 = norm.layer_norm %x over [1] shift %g eps %e : (tensor<?x8xf32>, tensor<8xf64>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_f32_eps_of_f64_c4(%x: [r] f64, %e: f32) -> (y: [r] f64) {
  // expected-error @below {{expected 'eps' to be 'f64', the compute type of 'f64' input, but got 'f32'}}
  %0 = norm.layer_norm %x over [0] eps %e : (tensor<?xf64>, f32) -> tensor<?xf64>
  norm.return %0 : tensor<?xf64>
}

// -----

norm.func @layer_norm_f64_eps_of_f16_c4(%x: [r] f16, %e: f64) -> (y: [r] f16) {
  // expected-error @below {{expected 'eps' to be 'f32', the compute type of 'f16' input, but got 'f64'}}
  %0 = norm.layer_norm %x over [0] eps %e : (tensor<?xf16>, f64) -> tensor<?xf16>
  norm.return %0 : tensor<?xf16>
}

// -----

norm.func @layer_norm_saves_unknown_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{cannot save 'rstdd', only mean, mean_low, rstd; did you mean 'rstd'?}}
  %0 = norm.layer_norm %x over [1] eps %e saves [rstdd] : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @rms_norm_saves_mean_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{cannot save 'mean', only rstd}}
  %0 = norm.rms_norm %x over [1] eps %e saves [mean] : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_saves_twice_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{saves 'rstd' twice}}
  %0 = norm.layer_norm %x over [1] eps %e saves [rstd, rstd] : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_saved_missing_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 1 saved results, one for each name in 'saves', but got 0}}
  %0 = norm.layer_norm %x over [1] eps %e saves [rstd] : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @layer_norm_saved_type_c5(%x: [r, c = 8] bf16, %e: f32) -> (y: [r, c] bf16, s: [r] bf16) {
  // expected-error @below {{expected saved 'rstd' to be 'tensor<?xf32>', but got 'tensor<?xbf16>'}}
  %0:2 = norm.layer_norm %x over [1] eps %e saves [rstd] : (tensor<?x8xbf16>, f32) -> (tensor<?x8xbf16>, tensor<?xbf16>)
  norm.return %0#0, %0#1 : tensor<?x8xbf16>, tensor<?xbf16>
}

// -----

norm.func @layer_norm_saved_shape_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32, s: [c] f32) {
  // expected-error @below {{expected saved 'mean' to be 'tensor<?xf32>', but got 'tensor<8xf32>'}}
  %0:2 = norm.layer_norm %x over [1] eps %e saves [mean] : (tensor<?x8xf32>, f32) -> (tensor<?x8xf32>, tensor<8xf32>)
  norm.return %0#0, %0#1 : tensor<?x8xf32>, tensor<8xf32>
}

// -----

norm.func @rms_norm_offset_without_scale_c6(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{has 'weight_offset' 1.000000e+00 but no 'scale' that it could be added to}}
  %0 = norm.rms_norm %x over [1] eps %e {weight_offset = 1.0} : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @group_norm_feature_is_samples_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'feature' to be a dim of 'input' from 1 to 1, but got 0}}
  %0 = norm.group_norm %x feature 0 groups 2 eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @instance_norm_feature_is_samples_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'feature' to be a dim of 'input' from 1 to 1, but got 0}}
  %0 = norm.instance_norm %x feature 0 eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_feature_c1(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'feature' to be a dim of 'input' from 0 to 1, but got 2}}
  %0 = norm.batch_norm_training %x feature 2 eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_inference_feature_c1(%x: [r, c = 8] f32, %m: [c] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'feature' to be a dim of 'input' from 0 to 1, but got -1}}
  %0 = norm.batch_norm_inference %x feature -1 mean %m variance %m eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @group_norm_scale_per_group_c2(%x: [r, c = 8] f32, %g: [g = 2] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'scale' to have shape [8], but got [2]}}
  %0 = norm.group_norm %x feature 1 groups 2 scale %g eps %e : (tensor<?x8xf32>, tensor<2xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @instance_norm_shift_shape_c2(%x: [r, c = 8] f32, %g: [g = 2] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'shift' to have shape [8], but got [2]}}
  %0 = norm.instance_norm %x feature 1 shift %g eps %e : (tensor<?x8xf32>, tensor<2xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_inference_mean_shape_c2(%x: [r, c = 8] f32, %m: [d = 4] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'mean' to have shape [8], but got [4]}}
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %m eps %e : (tensor<?x8xf32>, tensor<4xf32>, tensor<4xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_inference_variance_shape_c2(%x: [r, c = 8] f32, %m: [c] f32, %v: [d = 4] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'variance' to have shape [8], but got [4]}}
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %v eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<4xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_inference_wide_mean_c4(%x: [r, c = 8] f32, %m: [c] f64, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'mean' to be no wider than 'f32'}}
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %m eps %e : (tensor<?x8xf32>, tensor<8xf64>, tensor<8xf64>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_inference_result_shape_c3(%x: [r, c = 8] f32, %m: [c] f32, %e: f32) -> (y: [c] f32) {
  // expected-error @below {{expected 'result' to have shape [?, 8], but got [8]}}
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %m eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, f32) -> tensor<8xf32>
  norm.return %0 : tensor<8xf32>
}

// -----

norm.func @batch_norm_inference_offset_without_scale_c6(%x: [r, c = 8] f32, %m: [c] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{has 'weight_offset' 1.000000e+00 but no 'scale'}}
  %0 = norm.batch_norm_inference %x feature 1 mean %m variance %m eps %e {weight_offset = 1.0} : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @group_norm_saved_per_channel_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32, s: [r, c] f32) {
  // expected-error @below {{expected saved 'rstd' to be 'tensor<?x2xf32>', but got 'tensor<?x8xf32>'}}
  %0:2 = norm.group_norm %x feature 1 groups 2 eps %e saves [rstd] : (tensor<?x8xf32>, f32) -> (tensor<?x8xf32>, tensor<?x8xf32>)
  norm.return %0#0, %0#1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

norm.func @instance_norm_saved_per_channel_only_c5(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32, s: [c] f32) {
  // expected-error @below {{expected saved 'rstd' to be 'tensor<?x8xf32>', but got 'tensor<8xf32>'}}
  %0:2 = norm.instance_norm %x feature 1 eps %e saves [rstd] : (tensor<?x8xf32>, f32) -> (tensor<?x8xf32>, tensor<8xf32>)
  norm.return %0#0, %0#1 : tensor<?x8xf32>, tensor<8xf32>
}

// -----

norm.func @group_norm_no_groups_c7(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'groups' to be positive, but got 0}}
  %0 = norm.group_norm %x feature 1 groups 0 eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @group_norm_uneven_groups_c7(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'groups' to divide the 8 channels of dim 1, but got 3}}
  %0 = norm.group_norm %x feature 1 groups 3 eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_running_results_c7(%x: [r, c = 8] f32, %m: [c] f32, %v: [c] f32, %a: f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected the last two results to be the updated running statistics, 'tensor<8xf32>' and 'tensor<8xf32>'}}
  %0 = norm.batch_norm_training %x feature 1 running %m, %v momentum %a eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, f32, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_running_result_type_c7(%x: [r, c = 8] f32, %m: [c] f32, %v: [c] bf16, %a: f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected the last two results to be the updated running statistics, 'tensor<8xf32>' and 'tensor<8xbf16>'}}
  %0:3 = norm.batch_norm_training %x feature 1 running %m, %v momentum %a eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xbf16>, f32, f32) -> (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>)
  norm.return %0#0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_running_mean_shape_c7(%x: [r, c = 8] f32, %m: [d = 4] f32, %v: [c] f32, %a: f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'running_mean' to have shape [8], but got [4]}}
  %0:3 = norm.batch_norm_training %x feature 1 running %m, %v momentum %a eps %e : (tensor<?x8xf32>, tensor<4xf32>, tensor<8xf32>, f32, f32) -> (tensor<?x8xf32>, tensor<4xf32>, tensor<8xf32>)
  norm.return %0#0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_wide_running_variance_c4(%x: [r, c = 8] f32, %m: [c] f32, %v: [c] f64, %a: f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'running_variance' to be no wider than 'f32'}}
  %0:3 = norm.batch_norm_training %x feature 1 running %m, %v momentum %a eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf64>, f32, f32) -> (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf64>)
  norm.return %0#0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_wide_momentum_c4(%x: [r, c = 8] f32, %m: [c] f32, %v: [c] f32, %a: f64, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'momentum' to be 'f32', the compute type of 'f32' input, but got 'f64'}}
  %0:3 = norm.batch_norm_training %x feature 1 running %m, %v momentum %a eps %e : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, f64, f32) -> (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>)
  norm.return %0#0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_biased_without_running_c7(%x: [r, c = 8] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{has 'biased_running_variance' but no running statistics}}
  %0 = norm.batch_norm_training %x feature 1 biased_running_variance eps %e : (tensor<?x8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}

// -----

norm.func @batch_norm_training_running_mean_alone_c7(%x: [r, c = 8] f32, %m: [c] f32, %e: f32) -> (y: [r, c] f32) {
  // expected-error @below {{expected 'running_mean', 'running_variance' and 'momentum' together or none of them}}
  %0 = "norm.batch_norm_training"(%x, %m, %e) <{feature = 1 : i64,
      operandSegmentSizes = array<i32: 1, 0, 0, 1, 0, 0, 1>}>
    : (tensor<?x8xf32>, tensor<8xf32>, f32) -> tensor<?x8xf32>
  norm.return %0 : tensor<?x8xf32>
}
