// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The function form of a spec: named arguments, results and dims.

#ifndef BNC_DIALECT_NORM_IR_FUNCOPS_TD
#define BNC_DIALECT_NORM_IR_FUNCOPS_TD

include "bnc/Dialect/Norm/IR/NormAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Norm_FuncOp : Norm_Op<"func", [
    IsolatedFromAbove, Symbol, SingleBlock,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "function that becomes one C function";
  let description = [{
    Keeps the names of arguments, results and dims, because they become the C
    signature. A dim is `name` or, the first time, `name = extent`; a dim that
    never gets an extent is dynamic, and dims that share a name are equal.

    In the body each argument is the builtin tensor. `strided` gives every dim
    but the innermost a run-time stride. `ties %x` makes a result share the
    memory of an argument, which it overwrites.

    Constraints:
    * (C1) the C parameters have names of their own: those of arguments, of
      results, of dynamic dims, and `<name>_stride_<dim>` of what is strided.
    * (C2) a dim has one extent, and every dim has a name.
    * (C3) a tied result has the type, dims and strides of its argument, and
      no two results tie the same argument.
    * (C4) the body returns one value per result, of the result's type.
    * (C5) names are C identifiers that C and C++ do not reserve, and neither
      `ctx`, `workspace`, `workspace_size` nor begin with `bnc_`; a function
      is called like no function of the C library that code links to, nor
      like `<f>_metadata` or `<f>_workspace_size` of another.
    * (C6) element types are f64, f32, f16 or bf16; scalars are f32 or f64 and
      arguments only.
    * (C7) a tensor has a dim once; dims that ops take for one another have the
      same name, or the same static extent.
    * (C8) a tensor has at most 32 dims and fewer than 2^63 bytes.
    * (C9) there is a result.
    * (C10) the body holds spec ops and the elementwise ops of docs/Spec.md, on
      tensors of the types of (C6) or of i1 and on scalars of f32 and f64.

    Example:
    ```mlir
    norm.func @rms(%x: [r, c = 4096] bf16, %w: [c] f32, %eps: f32) -> (y: [r, c] bf16) {
      %0 = arith.extf %x : tensor<?x4096xbf16> to tensor<?x4096xf32>
      %1 = norm.rms_norm %0 over [1] scale %w eps %eps
        : (tensor<?x4096xf32>, tensor<4096xf32>, f32) -> tensor<?x4096xf32>
      %2 = arith.truncf %1 : tensor<?x4096xf32> to tensor<?x4096xbf16>
      norm.return %2 : tensor<?x4096xbf16>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, ArrayAttr:$arguments,
                       ArrayAttr:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::bnc::norm::PortAttr getArgumentPort(unsigned i) {
      return ::llvm::cast<::bnc::norm::PortAttr>(getArguments()[i]);
    }
    ::bnc::norm::PortAttr getResultPort(unsigned i) {
      return ::llvm::cast<::bnc::norm::PortAttr>(getResults()[i]);
    }
    unsigned getNumArgumentPorts() { return getArguments().size(); }
    unsigned getNumResultPorts() { return getResults().size(); }
    /// Names of the dynamic dims, in the order of their first use: arguments
    /// first, then results.
    ::llvm::SmallVector<::mlir::StringAttr> getDynamicDims();
  }];
}

def Norm_ReturnOp : Norm_Op<"return", [Pure, Terminator, HasParent<"FuncOp">]> {
  let summary = "end of a norm.func";
  let description = [{
    Gives the results of the enclosing `norm.func`, in order.

    Example:
    ```mlir
    norm.func @copy_and_square(%x: [n] f32) -> (y: [n] f32, z: [n] f32) {
      %0 = arith.mulf %x, %x : tensor<?xf32>
      norm.return %x, %0 : tensor<?xf32>, tensor<?xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

#endif // BNC_DIALECT_NORM_IR_FUNCOPS_TD
