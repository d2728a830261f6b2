// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Kernels: a named iteration space, views, and a body of scalar values.

#ifndef BNC_DIALECT_NORM_IR_KERNELOPS_TD
#define BNC_DIALECT_NORM_IR_KERNELOPS_TD

include "bnc/Dialect/Norm/IR/NormAttributes.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Norm_KernelOp : Norm_Op<"kernel", [
    Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments]> {
  let summary = "one fused loop nest";
  let description = [{
    Iterates over `dims`. Every tensor operand and result has a view: for each
    axis of the tensor, the dims whose row-major index it is (several where a
    spec's dim is split, as group norm's `c` is `g * k`). The body computes one
    point: block arguments are the operands' elements and the scalars, values
    vary over the union of their operands' dims, less what a reduction removes,
    and each SSA value rounds once, to its own type.

    Constraints:
    * (C1) a view names each dim at most once and has one entry per axis.
    * (C2) a yielded value varies over no dim outside its result's view, and
      that view has all dims of the kernel or exactly those its reductions keep.
    * (C3) all reductions of a kernel are over the same dims.
    * (C4) extents of static axes match their dims.
    * (C5) the last dim of the kernel is in no view but as its last axis.
    * (C6) dims have names of their own, at most 63 of them; the extent of a
      dynamic one is that of a dynamic dim of the enclosing `norm.func`.
    * (C7) the body has an argument for every input's element and every scalar,
      holds kernel ops and the elementwise ops that a spec may use, on scalars,
      and yields one element per result.
    * (C8) `schedule`, if given, is a `#norm.cpu_schedule`.

    Example:
    ```mlir
    %y = norm.kernel [r, c = 4096] (%x[r, c], %w[c] scalars %eps)
        : (tensor<?x4096xf32>, tensor<4096xf32>, f32) -> ([r, c] tensor<?x4096xf32>) {
    ^bb0(%a: f32, %g: f32, %e: f32):
      %eps64 = arith.extf %e : f32 to f64
      %n = norm.count [c]
      %s = norm.sum_of_squares %a over [c] eps %eps64 : f32 -> f64
      %ms = arith.divf %s, %n : f64
      %rstd = norm.rstd %ms, %eps64 -> f32
      %t = arith.mulf %a, %rstd : f32
      %0 = arith.mulf %t, %g : f32
      norm.yield %0 : f32
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs,
                       Variadic<AnyFloat>:$scalars,
                       ArrayAttr:$dims, ArrayAttr:$input_views,
                       ArrayAttr:$result_views,
                       OptionalAttr<AnyAttr>:$schedule);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    unsigned getNumDims() { return getDims().size(); }
    ::bnc::norm::DimAttr getDim(unsigned i) {
      return ::llvm::cast<::bnc::norm::DimAttr>(getDims()[i]);
    }
    /// The index of the dim called `name`, or -1.
    int64_t getDimIndex(::llvm::StringRef name);
    /// The view of input `i`: per axis, the indices of its dims.
    ::llvm::ArrayRef<int64_t> getInputAxis(unsigned i, unsigned axis) {
      return ::llvm::cast<::mlir::DenseI64ArrayAttr>(
          ::llvm::cast<::mlir::ArrayAttr>(getInputViews()[i])[axis]).asArrayRef();
    }
    ::llvm::ArrayRef<int64_t> getResultAxis(unsigned i, unsigned axis) {
      return ::llvm::cast<::mlir::DenseI64ArrayAttr>(
          ::llvm::cast<::mlir::ArrayAttr>(getResultViews()[i])[axis]).asArrayRef();
    }
    ::mlir::Block *getBlock() { return &getBody().front(); }
  }];
}

def Norm_YieldOp : Norm_Op<"yield", [Pure, Terminator, HasParent<"KernelOp">]> {
  let summary = "end of a kernel body";
  let description = "Gives the element of every result of the enclosing `norm.kernel`.";
  let arguments = (ins Variadic<AnyFloat>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

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
  }];
  let results = (outs Norm_MomentsType:$result);
  let hasVerifier = 1;
}
def Norm_SumOfSquaresOp : Norm_ReductionOp<"sum_of_squares"> {
  let summary = "sum of squares, in f64";
  let description = [{
    Chunks are summed in the compute type, their sums in f64. `eps`, if given,
    is what a reader adds to the mean square (see `norm.moments`).
  }];
  let results = (outs F64:$result);
}
def Norm_CountOp : Norm_Op<"count", [Pure, ParentOneOf<["KernelOp"]>]> {
  let summary = "number of points of the named dims, as f64";
  let description = "The product of the extents of the dims in `over`.";
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
  let description = "The f64 mean of the record rounded once (NaN for no elements).";
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
  }];
  let arguments = (ins AnyTypeOf<[F32, F64]>:$a, AnyTypeOf<[F32, F64]>:$b,
                       AnyTypeOf<[F32, F64]>:$c);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$a `,` $b `,` $c attr-dict `:` type($result)";
}

#endif // BNC_DIALECT_NORM_IR_KERNELOPS_TD
