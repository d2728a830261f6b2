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

    Numerics: statistics in f64 (docs/Numerics.md), the rest in f32 (f64 for
    f64 input), one rounding to the result type. n = 0 gives an empty
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

    Example:
    ```mlir
    norm.func @ln(%x: [r, c = 768] f32, %g: [c] f32, %b: [c] f32, %eps: f32)
        -> (y: [r, c] f32, mean: [r] f32, rstd: [r] f32) {
      %y, %stats:2 = norm.layer_norm %x over [1] scale %g shift %b eps %eps saves [mean, rstd]
        : (tensor<?x768xf32>, tensor<768xf32>, tensor<768xf32>, f32)
        -> (tensor<?x768xf32>, tensor<?xf32>, tensor<?xf32>)
      norm.return %y, %stats#0, %stats#1 : tensor<?x768xf32>, tensor<?xf32>, tensor<?xf32>
    }
    ```
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

    Example:
    ```mlir
    norm.func @gemma_rms(%x: [r, c] bf16, %w: [c] bf16, %eps: f32) -> (y: [r, c] bf16) {
      %y = norm.rms_norm %x over [1] scale %w eps %eps {weight_offset = 1.0}
        : (tensor<?x?xbf16>, tensor<?xbf16>, f32) -> tensor<?x?xbf16>
      norm.return %y : tensor<?x?xbf16>
    }
    ```
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

    Example:
    ```mlir
    norm.func @unit_rows(%x: [r, c] f32, %eps: f32) -> (y: [r, c] f32) {
      %y = norm.l2_norm %x over [1] form max eps %eps : (tensor<?x?xf32>, f32) -> tensor<?x?xf32>
      norm.return %y : tensor<?x?xf32>
    }
    ```
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

#endif // BNC_DIALECT_NORM_IR_NORMALIZATIONOPS_TD
