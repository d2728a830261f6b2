// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The `norm` dialect: normalization specs and the kernels they become.

#ifndef BNC_DIALECT_NORM_IR_NORMDIALECT_TD
#define BNC_DIALECT_NORM_IR_NORMDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/DialectBase.td"

def Norm_Dialect : Dialect {
  let name = "norm";
  let cppNamespace = "::bnc::norm";
  let summary = "Normalization specs over tensors and the fused kernels they lower to";
  let description = [{
    The dialect has two levels. The *spec* level is what a user writes:
    `norm.func` with normalization ops on tensors, mixed with elementwise ops
    of `arith` and `math`. The *kernel* level is what a spec becomes:
    `norm.kernel` ops with a named iteration space, operands that are views,
    and a body of scalar values.

    A module may carry `norm.version`, the version of the spec language it was
    written for (a newer one than the compiler's is refused), and carries
    `norm.target`, a `#norm.target`, once the machine is known.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
  let hasOperationAttrVerify = 1;
  let extraClassDeclaration = [{
    /// The newest version of the spec language that this compiler reads; a
    /// module says with `norm.version` which one it was written for.
    static constexpr int64_t currentVersion = 1;

    /// Reports an op that the dialect does not have.
    std::optional<ParseOpHook>
    getParseOperationHook(::llvm::StringRef opName) const override;

    void registerAttributes();
  }];
}

class Norm_Op<string mnemonic, list<Trait> traits = []>
    : Op<Norm_Dialect, mnemonic, traits>;

#endif // BNC_DIALECT_NORM_IR_NORMDIALECT_TD
