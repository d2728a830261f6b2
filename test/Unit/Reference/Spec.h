// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A spec as text, evaluated on a few numbers.

#ifndef BNC_TEST_UNIT_REFERENCE_SPEC_H
#define BNC_TEST_UNIT_REFERENCE_SPEC_H

#include "bnc/Reference/Reference.h"
#include "bnc/Reference/Rounding.h"

#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <cmath>

namespace bnc::reference {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

/// Holds the one function of a module.
class Spec {
public:
  explicit Spec(llvm::StringRef text) {
    context.loadDialect<norm::NormDialect, mlir::arith::ArithDialect,
                        mlir::math::MathDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text.str();
  }

  norm::FuncOp getFunc() { return *module->getOps<norm::FuncOp>().begin(); }

  /// A tensor of the type of argument `i`; its dynamic dims have `extents`.
  Tensor argument(unsigned i, std::vector<double> values,
                  std::vector<double> errors = {},
                  llvm::ArrayRef<int64_t> extents = {}) {
    mlir::Type type = getFunc().getArgumentPort(i).getType();
    Tensor tensor;
    tensor.element = type;
    if (auto ranked = mlir::dyn_cast<mlir::RankedTensorType>(type)) {
      tensor.element = ranked.getElementType();
      for (int64_t extent : ranked.getShape()) {
        if (mlir::ShapedType::isDynamic(extent)) {
          extent = extents.front();
          extents = extents.drop_front();
        }
        tensor.shape.push_back(extent);
      }
    }
    EXPECT_EQ(Tensor::countElements(tensor.shape), int64_t(values.size()));
    tensor.values = std::move(values);
    tensor.errors = std::move(errors);
    return tensor;
  }

  /// All results.
  llvm::SmallVector<Tensor> run(llvm::ArrayRef<Tensor> arguments) {
    auto results = evaluate(getFunc(), arguments);
    EXPECT_TRUE(mlir::succeeded(results));
    return mlir::succeeded(results) ? *results : llvm::SmallVector<Tensor>();
  }

  mlir::MLIRContext context;

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// The one element of a one-element function of tensors, `body` computing %0
/// from %a, %b, %c of type `tensor<1x(type)>`.
inline Tensor evaluateOne(llvm::StringRef type, llvm::StringRef body,
                          std::vector<double> values,
                          std::vector<double> errors = {},
                          llvm::StringRef resultType = "") {
  const char *names[] = {"%a", "%b", "%c"};
  if (resultType.empty())
    resultType = type;
  std::string text = "norm.func @f(";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::string(names[i]) + ": [n = 1] " + type.str();
  text += ") -> (y: [n] " + resultType.str() + ") {\n" + body.str() +
          "\nnorm.return %0 : tensor<1x" + resultType.str() + ">\n}";
  Spec spec(text);
  llvm::SmallVector<Tensor> arguments;
  for (size_t i = 0; i < values.size(); ++i)
    arguments.push_back(spec.argument(i, {values[i]},
                                      errors.empty() ? std::vector<double>()
                                                     : std::vector{errors[i]}));
  Tensor result = spec.run(arguments)[0];
  result.element = nullptr; // its context ends here
  return result;
}

} // namespace bnc::reference

#endif // BNC_TEST_UNIT_REFERENCE_SPEC_H
