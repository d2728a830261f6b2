// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Inputs to check a function on: random ones, and those that break somebody.

#ifndef BNC_CHECK_INPUTS_H
#define BNC_CHECK_INPUTS_H

#include "bnc/Check/Invocation.h"
#include "bnc/Reference/Tensor.h"

namespace bnc {

/// What an argument is to the function, which decides what it may hold.
enum class Role {
  Data,      ///< what a normalization's input comes from first
  OtherData, ///< any other tensor
  Parameter, ///< scale or shift
  Mean,      ///< a mean, given or running
  Variance,  ///< a variance, given or running: not negative
  Eps,
  Momentum,
  Scalar ///< any other scalar
};

/// The role of every argument of `func`, a spec.
llvm::SmallVector<Role> getRoles(norm::FuncOp func);

/// A recipe for the arguments of a function.
struct InputKind {
  llvm::StringLiteral name;
  /// Element `position` of a row of `count` elements. `normal()` draws from
  /// the normal distribution.
  double (*element)(int64_t position, int64_t count,
                    llvm::function_ref<double()> normal);
  /// The value of an eps argument.
  double eps = 1e-5;
  /// What one element of one row of the data is replaced with, if not 0.
  double intruder = 0;
  /// Whether it is one of the random inputs, on which everything else varies
  /// too; on the others the tensors beside the data are zero.
  bool random = false;
};

/// All recipes, random ones first.
llvm::ArrayRef<InputKind> getInputKinds();

/// Whether all that `kind` gives is finite in the types of the data of `func`.
/// A recipe with an eps needs an eps argument.
bool fits(const InputKind &kind, norm::FuncOp func);

/// The arguments of `func` after `kind` for dynamic dims of `extents`, each
/// value one of its argument's type. Equal seeds give equal arguments.
llvm::SmallVector<reference::Tensor> makeInputs(const InputKind &kind,
                                                norm::FuncOp func,
                                                const Extents &extents,
                                                uint64_t seed);

/// The first argument, of the rank of the input of `norm`, that this input is
/// computed from; -1 if there is none.
int64_t getDataArgument(mlir::Operation *norm);

} // namespace bnc

#endif // BNC_CHECK_INPUTS_H
