// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Attributes of the `norm` dialect: ports, dims and reduction plans.

#ifndef BNC_DIALECT_NORM_IR_NORMATTRIBUTES_TD
#define BNC_DIALECT_NORM_IR_NORMATTRIBUTES_TD

include "bnc/Dialect/Norm/IR/NormDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Norm_Attr<string name, string attrMnemonic>
    : AttrDef<Norm_Dialect, name> {
  let mnemonic = attrMnemonic;
}

class Norm_Type<string name, string typeMnemonic>
    : TypeDef<Norm_Dialect, name> {
  let mnemonic = typeMnemonic;
}

//===----------------------------------------------------------------------===//
// Spec level
//===----------------------------------------------------------------------===//

def Norm_PortAttr : Norm_Attr<"Port", "port"> {
  let summary = "one argument or result of a norm.func";
  let description = [{
    `name` becomes the C parameter. `dims` are the names of the tensor's dims,
    outermost first (empty for a scalar); dims that share a name share their
    extent. `type` is the builtin type in the body. `strided`: every dim but
    the innermost has a run-time stride. `tied` is the index of the argument
    that a result shares its memory with, -1 if none.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::ArrayAttr":$dims,
                        "::mlir::Type":$type,
                        DefaultValuedParameter<"bool", "false">:$strided,
                        DefaultValuedParameter<"int64_t", "-1">:$tied);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// The name of dim `i`.
    ::llvm::StringRef getDimName(unsigned i) const {
      return ::llvm::cast<::mlir::StringAttr>(getDims()[i]).getValue();
    }
    /// True for a scalar passed by value.
    bool isScalar() const {
      return !::llvm::isa<::mlir::RankedTensorType>(getType());
    }
    bool isTied() const { return getTied() >= 0; }
  }];
}

//===----------------------------------------------------------------------===//
// Kernel level
//===----------------------------------------------------------------------===//

def Norm_DimAttr : Norm_Attr<"Dim", "dim"> {
  let summary = "one dim of a kernel's iteration space";
  let description = [{
    `size` is the extent, or dynamic (printed `?`). A dynamic extent is
    `symbol` / `divisor`, where `symbol` names a dynamic dim of the enclosing
    norm.func; the division is exact (the C entry checks it).
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "int64_t":$size,
                        "::mlir::StringAttr":$symbol, "int64_t":$divisor);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    bool isDynamic() const { return ::mlir::ShapedType::isDynamic(getSize()); }
  }];
  let genVerifyDecl = 1;
}

def Norm_PlanForm : I32EnumAttr<"PlanForm", "where the lanes of a reduction lie", [
    I32EnumAttrCase<"Rows", 0, "rows">,
    I32EnumAttrCase<"Columns", 1, "columns">,
    I32EnumAttrCase<"ColumnsThenMerge", 2, "columns_then_merge">]> {
  let cppNamespace = "::bnc::norm";
  let genSpecializedAttr = 0;
}
def Norm_PlanFormAttr : EnumAttr<Norm_Dialect, Norm_PlanForm, "form">;

def Norm_PlanAttr : Norm_Attr<"Plan", "plan"> {
  let summary = "the order of summation of one reduction";
  let description = [{
    All that decides the bits of a reduction, and nothing that decides only
    its speed (see docs/Numerics.md).

    * `rows`: the innermost dim of the operand is reduced. Lanes run along
      it; a chunk is `chunk` elements of a contiguous run, or as many whole runs
      as fit.
    * `columns`: the innermost dim is kept. Every lane is one kept element;
      a chunk is `chunk` steps of the reduced dims.
    * `columns_then_merge`: the innermost dim is the inner part of a split axis
      (group norm, channels-last). As `columns` with that dim taken as kept;
      its records are merged afterwards.

    `lanes` is the vector width W of the compute type, `accumulators` the
    independent accumulators, `fma` whether products are fused into the sum.
    After `block` elements (steps) the accumulators are summed into one and
    start again; the blocks of a chunk are summed in order. Chunks merge in one
    left-complete binary tree. `pairs`: the terms come from bf16 alone, and a lane
    takes two neighbouring elements at a time.
  }];
  let parameters = (ins EnumParameter<Norm_PlanForm>:$form, "int64_t":$lanes,
                        "int64_t":$accumulators, "int64_t":$block,
                        "int64_t":$chunk, "bool":$fma,
                        DefaultValuedParameter<"bool", "false">:$pairs);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Target and schedule
//===----------------------------------------------------------------------===//

def Norm_TargetAttr : Norm_Attr<"Target", "target"> {
  let summary = "what the code generator may assume of a CPU";
  let description = [{
    One row of the target table (lib/Target/CPU). `cpu` and `features` are
    LLVM's; `vector_bits` is the width to generate, `registers` the number of
    vector registers. `l1`, `l2` and `llc_share` are bytes: per core, per core,
    and the part of the last level that one call may expect to keep; stores of
    calls that move more are non-temporal. `prefetch`: the hardware prefetcher
    falls behind at the ends of rows, so that loads of the next one pay.
  }];
  let parameters = (ins StringRefParameter<>:$name, StringRefParameter<>:$cpu,
                        StringRefParameter<>:$features,
                        "int64_t":$vector_bits, "int64_t":$registers,
                        "int64_t":$l1, "int64_t":$l2, "int64_t":$llc_share,
                        "bool":$fma, "bool":$f16c, "bool":$bf16_convert,
                        "bool":$masks,
                        DefaultValuedParameter<"bool", "false">:$prefetch);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Norm_CPUCaseAttr : Norm_Attr<"CPUCase", "cpu_case"> {
  let summary = "one way to run a kernel on a CPU";
  let description = [{
    Decides speed only, never a bit of the result.

    * `min_bytes`: the case is for calls that move at least this many bytes;
      the last case of a schedule whose bound is reached is taken.
    * `rows`: rows (of `rows` kernels) or pixels (otherwise) computed at once,
      1, 2, 4, 8, 16 or 32; more than 4 only with `batch`. They are
      neighbours; with `nontemporal` pixels or planes are one of each of so many
      equal parts.
    * `prefetch`: rows (of `rows` kernels) or blocks of steps (of statistics
      otherwise) ahead of the one in work whose loads are prefetched, 0 for
      none.
    * `nontemporal`: whole lines of the outputs bypass the caches.
    * `batch`: what `rows` kernels compute once a row is computed for as many
      rows as there are lanes, a row a lane, where rows are short enough. Past
      the caches, of `rows` rows of several short runs that follow each other,
      such as channels of small planes: their runs are stored together.
    * `read_ahead`: bytes before which what the first sweep over the inputs
      reads is fetched into L2, 0 for none: the statistics of `rows` kernels,
      and outputs that bypass the caches otherwise.
    * `map_ahead`: the same for the outputs of `rows` kernels that bypass the
      caches, of rows that are no longer: what follows them in memory.
    * `write_ahead`: bytes before which lines of outputs are fetched into L2
      where `nontemporal` stores are wanted but runs are too short for them, 0
      for none.
    * `turn`: steps of statistics over the channels of pixels that are added up
      before the next channels have theirs: 1, if all channels fit the stack, or
      a multiple of the plan's accumulators, to which it is rounded up; 0 for
      the whole block. With 1 `prefetch` fetches 8 KiB ahead.
    * `tables`: what is the same all over a plane, channels first, is put down
      for every element of a part of a sample, which all samples then share. Of
      `rows` kernels `rows` channels are a group, with `batch`: the statistics
      of all, then their outputs.
  }];
  let parameters = (ins "int64_t":$min_bytes, "int64_t":$rows,
                        "int64_t":$prefetch, "bool":$nontemporal,
                        DefaultValuedParameter<"bool", "false">:$batch,
                        DefaultValuedParameter<"int64_t", "0">:$read_ahead,
                        DefaultValuedParameter<"int64_t", "0">:$map_ahead,
                        DefaultValuedParameter<"int64_t", "0">:$write_ahead,
                        DefaultValuedParameter<"int64_t", "0">:$turn,
                        DefaultValuedParameter<"bool", "false">:$tables);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Norm_CPUScheduleAttr : Norm_Attr<"CPUSchedule", "cpu_schedule"> {
  let summary = "how a kernel runs on a CPU: cases by size";
  let description = [{
    Cases with increasing `min_bytes`, the first of which is 0.

    `split`, of a `rows` kernel: calls that move at least this many bytes and
    have fewer rows than threads can share evenly cut each row into pieces. 0
    for never.
  }];
  let parameters = (ins ArrayRefParameter<"CPUCaseAttr">:$cases,
                        DefaultValuedParameter<"int64_t", "0">:$split);
  let assemblyFormat = "`<` $cases (`split` $split^)? `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The number of the case for a call that moves `bytes`.
    unsigned selectCase(int64_t bytes) const;
  }];
}

def Norm_MomentsType : Norm_Type<"Moments", "moments"> {
  let summary = "count, mean and centred sum of squares of a reduction";
  let description = [{
    An opaque record. Only `norm.mean`, `norm.mean_low`, `norm.variance`,
    `norm.rstd` and `norm.center` read it, so the algorithm
    that makes it is chosen in the lowering and the low half of the mean is
    never lost on the way. `element` is the compute type, f32 or f64.
  }];
  let parameters = (ins "::mlir::FloatType":$element);
  let assemblyFormat = "`<` $element `>`";
  let genVerifyDecl = 1;
}

#endif // BNC_DIALECT_NORM_IR_NORMATTRIBUTES_TD
