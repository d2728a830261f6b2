// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Elementwise ops of a spec: activations and broadcast.

#ifndef BNC_DIALECT_NORM_IR_ACTIVATIONOPS_TD
#define BNC_DIALECT_NORM_IR_ACTIVATIONOPS_TD

include "bnc/Dialect/Norm/IR/NormAttributes.td"
include "bnc/Dialect/Norm/IR/NormalizationOps.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Norm_ActivationOp<string mnemonic>
    : Norm_Op<mnemonic, [Pure, SameOperandsAndResultType]> {
  let arguments = (ins Norm_FloatTensor:$input);
  let results = (outs Norm_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

def Norm_ReluOp : Norm_ActivationOp<"relu"> {
  let summary = "Rectified linear unit";
  let description = [{
    `max(input, 0)`; NaN stays NaN and -0 gives +0.

    Example:
    ```mlir
    norm.func @relu_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.relu %0 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
  let hasFolder = 1;
}
def Norm_LeakyReluOp : Norm_ActivationOp<"leaky_relu"> {
  let summary = "Leaky rectified linear unit";
  let description = [{
    `input >= 0 ? input : slope * input`, the product in the compute type.

    Example:
    ```mlir
    norm.func @leaky_relu_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.leaky_relu %0 slope 0.01 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins Norm_FloatTensor:$input, F64Attr:$slope);
  let assemblyFormat = "$input `slope` $slope attr-dict `:` type($result)";
}
def Norm_SiluOp : Norm_ActivationOp<"silu"> {
  let summary = "Sigmoid linear unit";
  let description = [{
    `input / (1 + exp(-input))`, computed in f32.

    Example:
    ```mlir
    norm.func @silu_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.silu %0 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
}
def Norm_GeluOp : Norm_ActivationOp<"gelu"> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `input / 2 * (1 + erf(input / sqrt(2)))`, computed in f32.

    Example:
    ```mlir
    norm.func @gelu_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.gelu %0 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
}
def Norm_GeluTanhOp : Norm_ActivationOp<"gelu_tanh"> {
  let summary = "Gaussian error linear unit, tanh form";
  let description = [{
    `input / 2 * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input^3)))`,
    computed in f32.

    Example:
    ```mlir
    norm.func @gelu_tanh_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.gelu_tanh %0 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
}
def Norm_SigmoidOp : Norm_ActivationOp<"sigmoid"> {
  let summary = "Logistic function";
  let description = [{
    `1 / (1 + exp(-input))`, computed in f32.

    Example:
    ```mlir
    norm.func @sigmoid_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.sigmoid %0 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
}
def Norm_TanhOp : Norm_ActivationOp<"tanh"> {
  let summary = "Hyperbolic tangent";
  let description = [{
    `tanh(input)`, computed in f32.

    Example:
    ```mlir
    norm.func @tanh_of_sum(%a: [n] f32, %b: [n] f32) -> (y: [n] f32) {
      %0 = arith.addf %a, %b : tensor<?xf32>
      %1 = norm.tanh %0 : tensor<?xf32>
      norm.return %1 : tensor<?xf32>
    }
    ```
  }];
}

def Norm_BroadcastOp : Norm_Op<"broadcast", [Pure]> {
  let summary = "Tensor or scalar repeated along dims";
  let description = [{
    Repeats `input` to the shape of `like`: dim i of `input` is dim `dims[i]`
    of the result. A scalar input has no dims. Only the shape of `like` is
    read.

    Constraints:
    * (C1) `dims` are strictly increasing dims of `like`, one per dim of `input`.
    * (C2) dims that `input` keeps have equal extents in `input` and `like`.
    * (C3) the result has the shape of `like` and the element type of `input`.

    Example:
    ```mlir
    norm.func @bias(%x: [r, c] f32, %b: [c] f32) -> (y: [r, c] f32) {
      %0 = norm.broadcast %b like %x dims [1] : tensor<?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>
      %1 = arith.addf %x, %0 : tensor<?x?xf32>
      norm.return %1 : tensor<?x?xf32>
    }
    ```
  }];
  let arguments = (ins AnyTypeOf<[Norm_FloatTensor, Norm_Scalar]>:$input,
                       Norm_FloatTensor:$like, DenseI64ArrayAttr:$dims);
  let results = (outs Norm_FloatTensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = [{
    $input `like` $like `dims` $dims attr-dict `:` type($input) `,` type($like) `->` type($result)
  }];
}

#endif // BNC_DIALECT_NORM_IR_ACTIVATIONOPS_TD
