// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Writes the text of a spec value by value.

#ifndef BNC_TEST_PROPERTY_SPECWRITER_H
#define BNC_TEST_PROPERTY_SPECWRITER_H

#include "Draw.h"

namespace bnc {

/// A tensor or scalar of the spec being written.
struct SpecValue {
  /// With the leading '%'.
  std::string name;
  /// Indices into SpecWriter::dims; unused by a scalar.
  std::vector<unsigned> dims;
  /// As MLIR spells it.
  std::string element;
  bool scalar = false;
  /// Of an argument.
  bool strided = false;
};

/// Collects ports and body of one norm.func.
class SpecWriter {
public:
  std::vector<DrawnDim> dims;
  std::vector<DrawnArgument> arguments;

  /// The builtin type of a value.
  std::string type(const SpecValue &value) const;

  /// A tensor argument called `name`.
  SpecValue argument(llvm::StringRef name, std::vector<unsigned> valueDims,
                     llvm::StringRef element, bool strided,
                     DrawnArgument contents);
  /// A scalar argument of value `value`.
  SpecValue scalar(llvm::StringRef name, llvm::StringRef element, double value);
  /// A result `name` that returns `value`. It shares memory and strides with
  /// the argument `tied` unless that is null.
  void result(llvm::StringRef name, const SpecValue &value, bool strided,
              const SpecValue *tied = nullptr);

  /// A new value of the dims and element given; its op is added by op().
  SpecValue fresh(std::vector<unsigned> valueDims, llvm::StringRef element);
  /// Adds "`value` = `text`" to the body.
  void op(const SpecValue &value, const std::string &text);
  /// Adds "`text`", an op of several results.
  void line(const std::string &text);

  /// `value` with element type `element`, by arith.extf or arith.truncf.
  SpecValue cast(const SpecValue &value, llvm::StringRef element);
  /// A tensor of dims and element of `like` that holds `number` everywhere.
  SpecValue splat(const SpecValue &like, const std::string &number);
  /// `lhs` and `rhs` through a binary op; both of one type.
  SpecValue binary(llvm::StringRef name, const SpecValue &lhs,
                   const SpecValue &rhs);
  /// `value` through an op that keeps its type; `extra` follows the operand.
  SpecValue unary(llvm::StringRef name, const SpecValue &value,
                  llvm::StringRef extra = "");

  /// The whole function, called @f.
  std::string finish();

private:
  std::string port(const SpecValue &value, bool strided);

  std::string inputs, outputs, body, returned, returnedTypes;
  std::vector<bool> extentWritten;
  unsigned counter = 0;
};

} // namespace bnc

#endif // BNC_TEST_PROPERTY_SPECWRITER_H
