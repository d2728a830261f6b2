// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The C parameters of a norm.func, in the order docs/Abi.md fixes.

#ifndef BNC_EMIT_SIGNATURE_H
#define BNC_EMIT_SIGNATURE_H

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

namespace bnc {

/// One C parameter after `ctx`.
struct Parameter {
  enum class Kind {
    Extent,       ///< int64_t, a dynamic dim
    Input,        ///< const pointer
    Output,       ///< pointer of an untied result
    InOut,        ///< pointer of a tied pair
    Stride,       ///< int64_t, in elements, of the pointer before it
    Scalar,       ///< float or double by value
    Workspace,    ///< void *
    WorkspaceSize ///< size_t
  };
  Kind kind;
  std::string name;
  /// Element type of a pointer, type of a scalar, i8 of the workspace, i64 of
  /// the rest.
  mlir::Type element;
  /// The argument port (Input, InOut, Scalar), or result port (Output) it
  /// belongs to; of a Stride, the port of its pointer. -1 otherwise.
  int64_t port = -1;
  /// Whether `port` counts results.
  bool isResult = false;
  /// The dim that a Stride steps along.
  unsigned axis = 0;

  bool isPointer() const {
    return kind == Kind::Input || kind == Kind::Output || kind == Kind::InOut;
  }
};

/// The name of `kind` in bnc_argument_info and the JSON sidecar.
llvm::StringRef getKindName(Parameter::Kind kind);
/// The element type of a pointer or type of a value: "f32", "bf16", "i64"; ""
/// for the workspace.
std::string getTypeName(const Parameter &parameter);
/// The port that `parameter`, not an extent or of the workspace, belongs to.
norm::PortAttr getPort(norm::FuncOp func, const Parameter &parameter);

/// The parameters of a C function and where the compiler finds them: the
/// entry copies them into a frame, a struct whose field 0 is ctx and whose
/// field i + 1 is parameter i, and hands `<f>.body` its address. The workspace
/// in the frame is aligned to 64 bytes.
class Signature {
public:
  /// The signature of `func` after kernel formation (the workspace pair
  /// depends on the kernels).
  static Signature get(norm::FuncOp func);

  llvm::ArrayRef<Parameter> getParameters() const { return parameters; }

  /// Index of the extent parameter of the dynamic dim `name`.
  unsigned getExtentIndex(llvm::StringRef name) const;
  /// Index of the pointer of an argument (tied or not) or of a result (its
  /// own or, if tied, its argument's).
  unsigned getPointerIndex(int64_t port, bool isResult) const;
  /// Index of the stride of dim `axis` of that pointer.
  unsigned getStrideIndex(int64_t port, bool isResult, unsigned axis) const;
  /// Index of a scalar argument.
  unsigned getScalarIndex(int64_t port) const;
  /// Index of the workspace pointer, if there is one.
  std::optional<unsigned> getWorkspaceIndex() const;

  /// ctx and the parameters: pointers as !llvm.ptr, extents, strides and sizes
  /// as i64.
  llvm::SmallVector<mlir::Type>
  getParameterTypes(mlir::MLIRContext *context) const;
  /// The frame: ctx, the parameters, and the scratch memory of `f.body`.
  mlir::LLVM::LLVMStructType getFrameType(mlir::MLIRContext *context) const;
  /// Index of the scratch memory in the frame.
  unsigned getScratchField() const { return parameters.size() + 1; }

private:
  unsigned find(llvm::function_ref<bool(const Parameter &)> matches) const;

  llvm::SmallVector<Parameter> parameters;
  /// Per result, the argument it ties or -1.
  llvm::SmallVector<int64_t> ties;
};

} // namespace bnc

#endif // BNC_EMIT_SIGNATURE_H
