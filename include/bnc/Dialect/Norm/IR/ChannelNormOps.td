// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Normalizations with one parameter per channel, in any layout.

#ifndef BNC_DIALECT_NORM_IR_CHANNELNORMOPS_TD
#define BNC_DIALECT_NORM_IR_CHANNELNORMOPS_TD

include "bnc/Dialect/Norm/IR/NormalizationOps.td"

/// Normalization with one parameter per element of the dim `feature`.
class Norm_FeatureOp<string mnemonic> : Norm_NormalizationOp<mnemonic>;

def Norm_GroupNormOp : Norm_FeatureOp<"group_norm"> {
  let summary = "Group normalization";
  let description = [{
    Cuts the dim `feature` into `groups` runs of neighbouring channels and
    normalizes every group of every sample (dim 0) over the group's channels
    and all remaining dims, in any layout. `scale` and `shift` have one element
    per channel.

    ```
    mean, var over the channels of the group and all dims but 0 and feature
    rstd   = 1 / sqrt(var + eps)
    result = (input - mean) * rstd * (weight_offset + scale) + shift
    ```

    Numerics as `norm.layer_norm`. Constraints:
    * (C1) `feature` is a dim of `input` other than 0.
    * (C2) `scale` and `shift` have one element per channel.
    * (C3) `result` has the shape of `input`.
    * (C4), (C5), (C6) as `norm.layer_norm`; saved statistics have shape
      (samples, groups).
    * (C7) `groups` is positive and divides a static feature extent.

    Example:
    ```mlir
    norm.func @gn(%x: [n, h, w, c = 320] f16, %g: [c] f32, %b: [c] f32, %eps: f32)
        -> (y: [n, h, w, c] f16) {
      %y = norm.group_norm %x feature 3 groups 32 scale %g shift %b eps %eps
        : (tensor<?x?x?x320xf16>, tensor<320xf32>, tensor<320xf32>, f32) -> tensor<?x?x?x320xf16>
      norm.return %y : tensor<?x?x?x320xf16>
    }
    ```
  }];
  let arguments = (ins Norm_FloatTensor:$input,
                       Optional<Norm_FloatTensor>:$scale,
                       Optional<Norm_FloatTensor>:$shift,
                       Norm_Scalar:$eps,
                       I64Attr:$feature, I64Attr:$groups,
                       DefaultValuedAttr<F64Attr, "0.0">:$weight_offset,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$saves);
  let assemblyFormat = [{
    $input `feature` $feature `groups` $groups (`scale` $scale^)? (`shift` $shift^)?
    `eps` $eps (`saves` custom<NameList>($saves)^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Norm_InstanceNormOp : Norm_FeatureOp<"instance_norm"> {
  let summary = "Instance normalization";
  let description = [{
    Normalizes every channel (dim `feature`) of every sample (dim 0) over all
    remaining dims, in any layout.

    Numerics and constraints as `norm.group_norm` with one channel per group;
    saved statistics have shape (samples, channels). There is no (C7).

    Example:
    ```mlir
    norm.func @in3d(%x: [n, c = 32, d, h, w] f32, %eps: f32) -> (y: [n, c, d, h, w] f32) {
      %y = norm.instance_norm %x feature 1 eps %eps
        : (tensor<?x32x?x?x?xf32>, f32) -> tensor<?x32x?x?x?xf32>
      norm.return %y : tensor<?x32x?x?x?xf32>
    }
    ```
  }];
  let arguments = (ins Norm_FloatTensor:$input,
                       Optional<Norm_FloatTensor>:$scale,
                       Optional<Norm_FloatTensor>:$shift,
                       Norm_Scalar:$eps, I64Attr:$feature,
                       DefaultValuedAttr<F64Attr, "0.0">:$weight_offset,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$saves);
  let assemblyFormat = [{
    $input `feature` $feature (`scale` $scale^)? (`shift` $shift^)? `eps` $eps
    (`saves` custom<NameList>($saves)^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Norm_BatchNormInferenceOp : Norm_Op<"batch_norm_inference", [
    Pure, AttrSizedOperandSegments]> {
  let summary = "Batch normalization with given statistics";
  let description = [{
    ```
    rstd   = 1 / sqrt(variance + eps)
    result = (input - mean) * rstd * (weight_offset + scale) + shift
    ```

    with one element of each parameter per element of the dim `feature`.

    Numerics: rstd in f64, the rest in f32 (f64 for f64 input), one rounding
    to the result type. Constraints:
    * (C1) `feature` is a dim of `input`.
    * (C2) `mean`, `variance`, `scale` and `shift` have one element per channel.
    * (C3), (C4), (C6) as `norm.layer_norm`.

    Example:
    ```mlir
    norm.func @bn(%x: [n, c = 64, h, w] f32, %m: [c] f32, %v: [c] f32, %g: [c] f32, %b: [c] f32,
                  %eps: f32) -> (y: [n, c, h, w] f32) {
      %y = norm.batch_norm_inference %x feature 1 mean %m variance %v scale %g shift %b eps %eps
        : (tensor<?x64x?x?xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, f32)
        -> tensor<?x64x?x?xf32>
      norm.return %y : tensor<?x64x?x?xf32>
    }
    ```
  }];
  let arguments = (ins Norm_FloatTensor:$input,
                       Norm_FloatTensor:$mean, Norm_FloatTensor:$variance,
                       Optional<Norm_FloatTensor>:$scale,
                       Optional<Norm_FloatTensor>:$shift,
                       Norm_Scalar:$eps, I64Attr:$feature,
                       DefaultValuedAttr<F64Attr, "0.0">:$weight_offset);
  let results = (outs Norm_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `feature` $feature `mean` $mean `variance` $variance (`scale` $scale^)?
    (`shift` $shift^)? `eps` $eps attr-dict `:` functional-type(operands, results)
  }];
}

def Norm_BatchNormTrainingOp : Norm_NormalizationOp<"batch_norm_training"> {
  let summary = "Batch normalization with the statistics of the batch";
  let description = [{
    Normalizes every channel (dim `feature`) over all other dims. With
    `running` given it also gives the updated running statistics, as the last
    two results.

    ```
    mean, var over all dims but feature; n elements each
    rstd             = 1 / sqrt(var + eps)
    result           = (input - mean) * rstd * (weight_offset + scale) + shift
    new_running_mean = (1 - momentum) * running_mean + momentum * mean
    new_running_var  = (1 - momentum) * running_var + momentum * var * n / (n - 1)
    ```

    `biased_running_variance` leaves n / (n - 1) out.

    Numerics as `norm.layer_norm`; the running statistics are computed in f64
    and rounded once. n = 0 leaves them as they are and gives saved statistics
    NaN; n = 1 with an unbiased running variance is an error of the call.
    Constraints:
    * (C1) to (C3) and (C6) as `norm.group_norm`, any `feature`.
    * (C4), (C5) as `norm.layer_norm`; saved statistics have shape (channels).
    * (C7) running mean, running variance and `momentum` come together, the
      first two with one element per channel, and with them two more results
      of the same types.

    Example:
    ```mlir
    norm.func @bn_train(%x: [p, c = 64] f32, %rm: [c] f32, %rv: [c] f32, %momentum: f32, %eps: f32)
        -> (y: [p, c] f32, new_rm: [c] f32 ties %rm, new_rv: [c] f32 ties %rv) {
      %y, %running:2 = norm.batch_norm_training %x feature 1 running %rm, %rv momentum %momentum
        eps %eps : (tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>, f32, f32)
        -> (tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>)
      norm.return %y, %running#0, %running#1 : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins Norm_FloatTensor:$input,
                       Optional<Norm_FloatTensor>:$scale,
                       Optional<Norm_FloatTensor>:$shift,
                       Optional<Norm_FloatTensor>:$running_mean,
                       Optional<Norm_FloatTensor>:$running_variance,
                       Optional<Norm_Scalar>:$momentum,
                       Norm_Scalar:$eps, I64Attr:$feature,
                       UnitAttr:$biased_running_variance,
                       DefaultValuedAttr<F64Attr, "0.0">:$weight_offset,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$saves);
  let assemblyFormat = [{
    $input `feature` $feature (`scale` $scale^)? (`shift` $shift^)?
    (`running` $running_mean^ `,` $running_variance `momentum` $momentum)?
    (`biased_running_variance` $biased_running_variance^)?
    `eps` $eps (`saves` custom<NameList>($saves)^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = extraNormalizationDeclaration # [{
    /// The updated running mean and variance, null when there are none.
    ::mlir::Value getNewRunningMean() {
      return getRunningMean() ? getSaved()[getSaved().size() - 2] : ::mlir::Value();
    }
    ::mlir::Value getNewRunningVariance() {
      return getRunningMean() ? getSaved()[getSaved().size() - 1] : ::mlir::Value();
    }
  }];
}

#endif // BNC_DIALECT_NORM_IR_CHANNELNORMOPS_TD
