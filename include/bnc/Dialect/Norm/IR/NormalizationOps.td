// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The normalizations a spec is written with.

#ifndef BNC_DIALECT_NORM_IR_NORMALIZATIONOPS_TD
#define BNC_DIALECT_NORM_IR_NORMALIZATIONOPS_TD

include "bnc/Dialect/Norm/IR/NormAttributes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Norm_FloatTensor : RankedTensorOf<[F64, F32, F16, BF16]>;
def Norm_Scalar : AnyTypeOf<[F32, F64]>;

/// A normalization: results are y and the statistics named in `saves`.
class Norm_NormalizationOp<string mnemonic>
    : Norm_Op<mnemonic, [Pure, AttrSizedOperandSegments]> {
  let results = (outs Norm_FloatTensor:$result, Variadic<Norm_FloatTensor>:$saved);
  let hasVerifier = 1;
  code extraNormalizationDeclaration = [{
    /// The names in `saves`, in order.
    ::llvm::SmallVector<::llvm::StringRef> getSavedNames() {
      ::llvm::SmallVector<::llvm::StringRef> names;
      for (::mlir::Attribute name : getSaves())
        names.push_back(::llvm::cast<::mlir::StringAttr>(name).getValue());
      return names;
    }
  }];
  let extraClassDeclaration = extraNormalizationDeclaration;
}

/// Normalization of the dims listed in `axes`.
class Norm_AxesOp<string mnemonic> : Norm_NormalizationOp<mnemonic> {
  let arguments = (ins Norm_FloatTensor:$input,
                       Optional<Norm_FloatTensor>:$scale,
                       Optional<Norm_FloatTensor>:$shift,
                       Norm_Scalar:$eps,
                       DenseI64ArrayAttr:$axes,
                       DefaultValuedAttr<F64Attr, "0.0">:$weight_offset,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$saves);
  let assemblyFormat = [{
    $input `over` $axes (`scale` $scale^)? (`shift` $shift^)? `eps` $eps
    (`saves` custom<NameList>($saves)^)? attr-dict `:` functional-type(operands, results)
  }];
}

/// Normalization with one parameter per element of the dim `feature`.
class Norm_FeatureOp<string mnemonic> : Norm_NormalizationOp<mnemonic>;

def Norm_LayerNormOp : Norm_AxesOp<"layer_norm"> {
  let summary = "Layer normalization";
  let description = [{
    Normalizes over `axes` to mean 0 and variance 1, then scales and shifts.

    ```
    mean   = sum(input over axes) / n
    var    = sum((input - mean)^2 over axes) / n
    rstd   = 1 / sqrt(var + eps)
    result = (input - mean) * rstd * (weight_offset + scale) + shift
    ```

    Numerics: statistics in f64 from a corrected two-pass, the rest in f32
    (f64 for f64 input), one rounding to the result type. n = 0 gives an empty
    result. A row with an infinity or NaN gives NaN in that row alone.

    Constraints:
    * (C1) `axes` are strictly increasing dims of `input`, at least one.
    * (C2) `scale` and `shift` have the shape of the normalized dims, in order.
    * (C3) `result` has the shape of `input`.
    * (C4) `eps` is f64 if and only if `input` is; no parameter or result is
      wider than the compute type (f32, f64 for f64 input).
    * (C5) `saves` are distinct names out of mean, mean_low, rstd, and there is
      one saved result for each, of the compute type and the kept dims.
    * (C6) `weight_offset` other than 0 needs `scale`.
  }];
}

def Norm_RMSNormOp : Norm_AxesOp<"rms_norm"> {
  let summary = "Root-mean-square normalization";
  let description = [{
    Divides by the root of the mean square over `axes`, then scales and shifts.

    ```
    rstd   = 1 / sqrt(sum(input^2 over axes) / n + eps)
    result = input * rstd * (weight_offset + scale) + shift
    ```

    `weight_offset = 1.0` gives the (1 + weight) form.

    Numerics and constraints (C1) to (C6) as `norm.layer_norm`; `saves` may
    name rstd only.
  }];
}

def Norm_L2NormForm : I32EnumAttr<"L2NormForm", "how eps keeps an l2 norm from zero", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">]> {
  let cppNamespace = "::bnc::norm";
  let genSpecializedAttr = 0;
}
def Norm_L2NormFormAttr : EnumAttr<Norm_Dialect, Norm_L2NormForm, "l2_form">;

def Norm_L2NormOp : Norm_NormalizationOp<"l2_norm"> {
  let summary = "Euclidean normalization";
  let description = [{
    Divides by the Euclidean norm over `axes`, then scales and shifts.

    ```
    norm   = sqrt(sum(input^2 over axes))
    rstd   = 1 / sqrt(norm^2 + eps)     form sum
             1 / max(norm, eps)         form max
    result = input * rstd * (weight_offset + scale) + shift
    ```

    Numerics and constraints (C1) to (C6) as `norm.rms_norm`.
  }];
  let arguments = (ins Norm_FloatTensor:$input,
                       Optional<Norm_FloatTensor>:$scale,
                       Optional<Norm_FloatTensor>:$shift,
                       Norm_Scalar:$eps,
                       DenseI64ArrayAttr:$axes,
                       DefaultValuedAttr<Norm_L2NormFormAttr,
                           "::bnc::norm::L2NormForm::Sum">:$form,
                       DefaultValuedAttr<F64Attr, "0.0">:$weight_offset,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$saves);
  let assemblyFormat = [{
    $input `over` $axes (`form` $form^)? (`scale` $scale^)? (`shift` $shift^)? `eps` $eps
    (`saves` custom<NameList>($saves)^)? attr-dict `:` functional-type(operands, results)
  }];
}

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

#endif // BNC_DIALECT_NORM_IR_NORMALIZATIONOPS_TD
