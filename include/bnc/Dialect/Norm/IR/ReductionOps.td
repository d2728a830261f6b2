// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Reductions of a kernel, and what reads their records.

#ifndef BNC_DIALECT_NORM_IR_REDUCTIONOPS_TD
#define BNC_DIALECT_NORM_IR_REDUCTIONOPS_TD

include "bnc/Dialect/Norm/IR/NormAttributes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// A reduction over the kernel dims named in `over`.
class Norm_ReductionOp<string mnemonic, list<Trait> traits = []>
    : Norm_Op<mnemonic, [Pure, ParentOneOf<["KernelOp"]>] # traits> {
  let arguments = (ins AnyTypeOf<[F32, F64]>:$input, Optional<F64>:$eps,
                       StrArrayAttr:$over, OptionalAttr<Norm_PlanAttr>:$plan);
  let assemblyFormat = [{
    $input `over` custom<NameList>($over) (`eps` $eps^)? (`plan` $plan^)? attr-dict
    `:` type($input) `->` type($result)
  }];
}

def Norm_MomentsOp : Norm_ReductionOp<"moments"> {
  let summary = "count, mean and centred sum of squares";
  let description = [{
    `eps` is what a reader adds to the variance: where it dwarfs the variance,
    an underflow of the squares need not be computed again.

    Constraints:
    * (C1) the record is of the input's type.

    Example:
    ```mlir
    norm.func @row_mean(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %m = norm.moments %a over [c] : f32 -> !norm.moments<f32>
        %0 = norm.mean %m : !norm.moments<f32> -> f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let results = (outs Norm_MomentsType:$result);
  let hasVerifier = 1;
}
def Norm_SumOfSquaresOp : Norm_ReductionOp<"sum_of_squares"> {
  let summary = "sum of squares, in f64";
  let description = [{
    Chunks are summed in the compute type, their sums in f64. `eps`, if given,
    is what a reader adds to the mean square (see `norm.moments`).

    Example:
    ```mlir
    norm.func @row_energy(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %q = norm.sum_of_squares %a over [c] : f32 -> f64
        %0 = arith.truncf %q : f64 to f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let results = (outs F64:$result);
}
def Norm_CountOp : Norm_Op<"count", [Pure, ParentOneOf<["KernelOp"]>]> {
  let summary = "number of points of the named dims, as f64";
  let description = [{
    The product of the extents of the dims in `over`.

    Example:
    ```mlir
    norm.func @mean_square(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %q = norm.sum_of_squares %a over [c] : f32 -> f64
        %n = norm.count [c]
        %ms = arith.divf %q, %n : f64
        %0 = arith.truncf %ms : f64 to f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins StrArrayAttr:$over);
  let results = (outs F64:$result);
  let assemblyFormat = "custom<NameList>($over) attr-dict";
}

//===----------------------------------------------------------------------===//
// Readers of a moments record
//===----------------------------------------------------------------------===//

class Norm_MomentsReaderOp<string mnemonic>
    : Norm_Op<mnemonic, [Pure, ParentOneOf<["KernelOp"]>]>;

def Norm_MeanOp : Norm_MomentsReaderOp<"mean"> {
  let summary = "mean, rounded to the result type";
  let description = [{
    The f64 mean of the record rounded once (NaN for no elements).

    Example:
    ```mlir
    norm.func @row_mean(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %m = norm.moments %a over [c] : f32 -> !norm.moments<f32>
        %0 = norm.mean %m : !norm.moments<f32> -> f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins Norm_MomentsType:$moments);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$moments attr-dict `:` type($moments) `->` type($result)";
}
def Norm_MeanLowOp : Norm_MomentsReaderOp<"mean_low"> {
  let summary = "what rounding the mean to the compute type lost";
  let description = [{
    `mean - round(mean)`, rounded to the compute type.

    Constraints:
    * (C1) the result is of the record's type.

    Example:
    ```mlir
    norm.func @row_mean_low(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %m = norm.moments %a over [c] : f32 -> !norm.moments<f32>
        %0 = norm.mean_low %m : !norm.moments<f32> -> f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins Norm_MomentsType:$moments);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$moments attr-dict `:` type($moments) `->` type($result)";
  let hasVerifier = 1;
}
def Norm_VarianceOp : Norm_MomentsReaderOp<"variance"> {
  let summary = "variance, in f64";
  let description = [{
    `M2 / (n - correction)`.

    Constraints:
    * (C1) `correction` is 0 (biased) or 1 (unbiased).

    Example:
    ```mlir
    norm.func @unbiased_variance(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %m = norm.moments %a over [c] : f32 -> !norm.moments<f32>
        %v = norm.variance %m correction 1 : !norm.moments<f32>
        %0 = arith.truncf %v : f64 to f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins Norm_MomentsType:$moments,
                       DefaultValuedAttr<I64Attr, "0">:$correction);
  let results = (outs F64:$result);
  let assemblyFormat = "$moments (`correction` $correction^)? attr-dict `:` type($moments)";
  let hasVerifier = 1;
}
def Norm_RstdOp : Norm_MomentsReaderOp<"rstd"> {
  let summary = "reciprocal standard deviation, rounded to the compute type";
  let description = [{
    `1 / sqrt(variance + eps)`, in f64, rounded once. A negative sum gives NaN
    and a zero sum gives 0, so that constant input gives exactly the shift.

    Example:
    ```mlir
    norm.func @row_rstd(%x: [r, c] f32) -> (y: [r] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r] tensor<?xf32>) {
      ^bb0(%a: f32):
        %eps = arith.constant 1.0e-5 : f64
        %m = norm.moments %a over [c] : f32 -> !norm.moments<f32>
        %v = norm.variance %m : !norm.moments<f32>
        %0 = norm.rstd %v, %eps -> f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins F64:$variance, F64:$eps);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$variance `,` $eps attr-dict `->` type($result)";
}
def Norm_CenterOp : Norm_MomentsReaderOp<"center"> {
  let summary = "distance from the mean";
  let description = [{
    `(input - mean) - mean_low` in the compute type: the two halves are
    subtracted one after the other and never folded into an fma.

    Constraints:
    * (C1) input and result are of the record's type.

    Example:
    ```mlir
    norm.func @centre(%x: [r, c] f32) -> (y: [r, c] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r, c] tensor<?x?xf32>) {
      ^bb0(%a: f32):
        %m = norm.moments %a over [c] : f32 -> !norm.moments<f32>
        %0 = norm.center %a, %m : f32, !norm.moments<f32> -> f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?x?xf32>
    }
    ```
  }];
  let arguments = (ins AnyTypeOf<[F32, F64]>:$input, Norm_MomentsType:$moments);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$input `,` $moments attr-dict `:` type($input) `,` type($moments) `->` type($result)";
  let hasVerifier = 1;
}

def Norm_MultiplyAddOp : Norm_Op<"multiply_add", [
    Pure, SameOperandsAndResultType, ParentOneOf<["KernelOp"]>]> {
  let summary = "a * b + c, fused where the target fuses";
  let description = [{
    One rounding on a target with fma, two elsewhere: what the formulas of the
    norms use, so that no target needs a library call for them. A `math.fma` in
    a spec always rounds once.

    Example:
    ```mlir
    norm.func @square_and_add(%x: [r, c] f32) -> (y: [r, c] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r, c] tensor<?x?xf32>) {
      ^bb0(%a: f32):
        %0 = norm.multiply_add %a, %a, %a : f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?x?xf32>
    }
    ```
  }];
  let arguments = (ins AnyTypeOf<[F32, F64]>:$a, AnyTypeOf<[F32, F64]>:$b,
                       AnyTypeOf<[F32, F64]>:$c);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$a `,` $b `,` $c attr-dict `:` type($result)";
}

#endif // BNC_DIALECT_NORM_IR_REDUCTIONOPS_TD
