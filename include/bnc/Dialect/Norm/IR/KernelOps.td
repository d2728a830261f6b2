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
    norm.func @rms(%x: [r, c = 4096] f32, %w: [c] f32, %eps: f32) -> (y: [r, c] f32) {
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
      norm.return %y : tensor<?x4096xf32>
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
  let description = [{
    Gives the element of every result of the enclosing `norm.kernel`.

    Example:
    ```mlir
    norm.func @square(%x: [r, c] f32) -> (y: [r, c] f32) {
      %0 = norm.kernel [r, c] (%x[r, c]) : (tensor<?x?xf32>) -> ([r, c] tensor<?x?xf32>) {
      ^bb0(%a: f32):
        %0 = arith.mulf %a, %a : f32
        norm.yield %0 : f32
      }
      norm.return %0 : tensor<?x?xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyFloat>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

#endif // BNC_DIALECT_NORM_IR_KERNELOPS_TD
