// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Passes that turn one level into the next.

#ifndef BNC_CONVERSION_PASSES_TD
#define BNC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def BuildEntryPass : Pass<"bnc-build-entry", "::mlir::ModuleOp"> {
  let summary = "Make the exported C functions of every norm.func";
  let description = [{
    For each `norm.func @f` it adds the exported functions of docs/Abi.md: `f`,
    which checks its arguments, fills the frame and calls `f.body`,
    `f_workspace_size` if the signature has a workspace, and `f_metadata`.
    No `norm` op remains. With a module attribute `norm.target`, `f` also asks
    the processor and BNC_MAX_ISA once whether the target may run. With
    `norm.targets`, a list, `f` calls the best that may run of the functions
    `f.body.<target>`, which it declares.
  }];
  let options = [
    Option<"bodiesOnly", "bodies-only", "bool", "false",
           "the module is one variant of several: only drop every norm.func">];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::scf::SCFDialect"];
}

def ConvertToLLVMPass : Pass<"bnc-convert-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Convert branches, vectors and memrefs to the LLVM dialect";
  let description = [{
    What MLIR's `convert-vector-to-llvm` and `convert-to-llvm` do in turn, in one
    conversion with the patterns for the ops that kernels are lowered to.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ExpandFmaPass : Pass<"bnc-expand-fma", "::mlir::ModuleOp"> {
  let summary = "Replace math.fma of f32 by f64 arithmetic";
  let description = [{
    For targets without the instruction. No `math.fma` of f32 remains. Exactly,
    the sum is rounded to odd in f64 and once more to f32; otherwise to nearest
    twice, which differs where the f64 sum is within 2^-29 ulp of a tie.
  }];
  let options = [
    Option<"exact", "exact", "bool", "true",
           "round as the instruction does, in every case">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandHalfPass : Pass<"bnc-expand-half", "::mlir::ModuleOp"> {
  let summary = "Replace conversions of f16 by integer and f32 arithmetic";
  let description = [{
    For targets without the instructions. No `arith.extf` of f16 and no
    `arith.truncf` of f32 to f16 remains.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandBF16Pass : Pass<"bnc-expand-bf16", "::mlir::ModuleOp"> {
  let summary = "Replace conversions of bf16 by integer arithmetic";
  let description = [{
    For targets without the instructions. No `arith.extf` of bf16 and no
    `arith.truncf` of f32 to bf16 remains.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandMathPass : Pass<"bnc-expand-math", "::mlir::ModuleOp"> {
  let summary = "Replace transcendental functions by polynomials";
  let description = [{
    No `math.exp`, `expm1`, `log`, `log1p`, `tanh`, `erf` or `rsqrt` of f32
    remains: what is left needs no library. Vectors of a block that take long
    chains of instructions then take them side by side.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def FormKernelsPass : Pass<"bnc-form-kernels", "::mlir::ModuleOp"> {
  let summary = "Turn the ops of every norm.func into fused kernels";
  let description = [{
    Cuts the body of a `norm.func` into as few `norm.kernel` ops as possible: a
    new one starts only where a value must be read again in an iteration space
    that is no view of the current one. Every norm becomes its formula over
    scalars. Only `norm.kernel` and `norm.return` remain in the body.
  }];
  let dependentDialects = ["::bnc::norm::NormDialect"];
}

def LowerKernelsPass : Pass<"bnc-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "Lower kernels to affine loops over vectors, by plan and schedule";
  let description = [{
    For each `norm.func @f` it adds `f.body`, which runs the phases of every
    kernel in order, and one function per phase (docs/Lowering.md). The
    `norm.func` stays, for `bnc-build-entry` reads the signature off it.
  }];
  let options = [
    Option<"forceCase", "force-case", "int64_t", "-1",
           "index of the schedule case to take whatever its guard (-1: by guard)">,
    Option<"forceSplit", "force-split", "bool", "false",
           "cut up to 32 rows into pieces whatever their size">];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def LowerKernelsNaivePass : Pass<"bnc-lower-kernels-naive", "::mlir::ModuleOp"> {
  let summary = "Lower kernels to scalar affine loops that accumulate in f64";
  let description = [{
    The same `f.body` as `bnc-lower-kernels`, written for being right rather
    than fast: tests hold both against the reference.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"];
}

#endif // BNC_CONVERSION_PASSES_TD
