// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Elementwise ops: exact operands give the one right answer, operands with
// errors an interval.

#include "Evaluation.h"
#include "Interval.h"

#include "bnc/Dialect/Norm/IR/ElementwiseTable.h"
#include "bnc/Reference/Rounding.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringSwitch.h"

using namespace bnc;
using namespace bnc::norm;
using namespace bnc::reference;
using namespace mlir;

namespace {

/// The functions that the table's ops compute.
enum class Function {
  None,
  Identity,
  Add,
  Subtract,
  Multiply,
  Divide,
  Negate,
  Absolute,
  Fma,
  Maximum,
  Minimum,
  MaxNum,
  MinNum,
  Sqrt,
  Rsqrt,
  Exp,
  Expm1,
  Log,
  Log1p,
  Erf,
  Tanh,
  Floor,
  Ceil,
  Relu,
  LeakyRelu,
  Silu,
  Sigmoid,
  Gelu,
  GeluTanh
};

} // namespace

static Function getFunction(StringRef name) {
  return llvm::StringSwitch<Function>(name)
      .Cases({"arith.extf", "arith.truncf"}, Function::Identity)
      .Case("arith.addf", Function::Add)
      .Case("arith.subf", Function::Subtract)
      .Case("arith.mulf", Function::Multiply)
      .Case("arith.divf", Function::Divide)
      .Case("arith.negf", Function::Negate)
      .Case("arith.maximumf", Function::Maximum)
      .Case("arith.minimumf", Function::Minimum)
      .Case("arith.maxnumf", Function::MaxNum)
      .Case("arith.minnumf", Function::MinNum)
      .Case("math.absf", Function::Absolute)
      .Case("math.fma", Function::Fma)
      .Case("math.sqrt", Function::Sqrt)
      .Case("math.rsqrt", Function::Rsqrt)
      .Case("math.exp", Function::Exp)
      .Case("math.expm1", Function::Expm1)
      .Case("math.log", Function::Log)
      .Case("math.log1p", Function::Log1p)
      .Case("math.erf", Function::Erf)
      .Cases({"math.tanh", "norm.tanh"}, Function::Tanh)
      .Case("math.floor", Function::Floor)
      .Case("math.ceil", Function::Ceil)
      .Case("norm.relu", Function::Relu)
      .Case("norm.leaky_relu", Function::LeakyRelu)
      .Case("norm.silu", Function::Silu)
      .Case("norm.sigmoid", Function::Sigmoid)
      .Case("norm.gelu", Function::Gelu)
      .Case("norm.gelu_tanh", Function::GeluTanh)
      .Default(Function::None);
}

/// The function in double, for those that f64 tensors are refused.
static double transcendental(Function function, double x) {
  switch (function) {
  case Function::Exp:
    return std::exp(x);
  case Function::Expm1:
    return std::expm1(x);
  case Function::Log:
    return std::log(x);
  case Function::Log1p:
    return std::log1p(x);
  case Function::Erf:
    return std::erf(x);
  case Function::Tanh:
    return std::tanh(x);
  case Function::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Function::Silu:
    return x / (1 + std::exp(-x));
  case Function::Gelu: // 1 + erf(t) without its cancellation
    return x / 2 * std::erfc(-x * std::sqrt(0.5));
  case Function::GeluTanh: {
    // (1 + tanh(t)) / 2 = 1 / (1 + exp(-2t)), without its cancellation
    double t = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
    return x / (1 + std::exp(-2 * t));
  }
  default:
    llvm_unreachable("computed by apply");
  }
}

/// The function of at most three operands, in Real. `slope` is leaky_relu's.
template <typename Real>
static Real apply(Function function, const Real *x, double slope) {
  Real a = x[0], b = x[1];
  switch (function) {
  case Function::Identity:
    return a;
  case Function::Add:
    return a + b;
  case Function::Subtract:
    return a - b;
  case Function::Multiply:
    return a * b;
  case Function::Divide:
    return a / b;
  case Function::Negate:
    return -a;
  case Function::Absolute:
    return magnitude(a);
  case Function::Fma:
    return a * b + x[2];
  case Function::Maximum:
    return isNaN(a) || isNaN(b) ? a + b : a > b ? a : b;
  case Function::Minimum:
    return isNaN(a) || isNaN(b) ? a + b : a < b ? a : b;
  case Function::MaxNum:
    return isNaN(a) ? b : isNaN(b) ? a : a > b ? a : b;
  case Function::MinNum:
    return isNaN(a) ? b : isNaN(b) ? a : a < b ? a : b;
  case Function::Sqrt:
    return squareRoot(a);
  case Function::Rsqrt:
    return 1 / squareRoot(a);
  case Function::Floor:
  case Function::Ceil: {
    double high = static_cast<double>(a);
    double whole =
        function == Function::Floor ? std::floor(high) : std::ceil(high);
    // Beyond double's precision the sign of what is left decides.
    Real rest = a - Real(whole);
    if (function == Function::Floor)
      return rest < 0 ? Real(whole - 1) : Real(whole);
    return rest > 0 ? Real(whole + 1) : Real(whole);
  }
  case Function::Relu:
    return a < 0 ? Real(0) : a;
  case Function::LeakyRelu:
    return a < 0 ? Real(slope) * a : a;
  default:
    return transcendental(function, static_cast<double>(a));
  }
}

/// a * b + c of exact operands, rounded once to `element`: the one function
/// whose result in double, rounded again, may differ.
static double fusedMultiplyAdd(const double *x, Type element) {
  if (element.isF64())
    return std::fma(x[0], x[1], x[2]);
  if (element.isF32())
    return std::fma(static_cast<float>(x[0]), static_cast<float>(x[1]),
                    static_cast<float>(x[2]));
  const llvm::fltSemantics &semantics =
      cast<FloatType>(element).getFloatSemantics();
  auto convert = [&](double value) {
    llvm::APFloat result(value);
    bool losesInfo;
    result.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    return result;
  };
  llvm::APFloat result = convert(x[0]);
  result.fusedMultiplyAdd(convert(x[1]), convert(x[2]),
                          llvm::APFloat::rmNearestTiesToEven);
  return result.convertToDouble();
}

/// Largest distance of the function at the corners of the box of the operands
/// from its value in the middle. Every function here is monotonic in each
/// operand, or (silu, gelu, |x|) has a minimum next to which it is steeper on
/// both sides than inside, so that no inner point is farther.
template <typename Real>
static double propagate(Function function, unsigned arity, const Real *x,
                        const double *errors, double slope, Real value) {
  if (function == Function::Divide && errors[1] > 0 &&
      magnitude(x[1]) <= Real(errors[1]))
    return infinity; // the divisor may be 0
  double error = 0;
  for (unsigned corner = 0; corner < 1u << arity; ++corner) {
    Real at[3] = {x[0], x[1], x[2]};
    for (unsigned i = 0; i < arity; ++i)
      if (errors[i] != 0)
        at[i] += corner >> i & 1 ? Real(errors[i]) : -Real(errors[i]);
    error = std::max(error, distance(apply(function, at, slope), value));
  }
  return error;
}

/// Whether `function` is the exponential or made with it.
static bool hasExponential(Function function) {
  switch (function) {
  case Function::Exp:
  case Function::Sigmoid:
  case Function::Silu:
  case Function::Gelu:
  case Function::GeluTanh:
    return true;
  default:
    return false;
  }
}

template <typename Real>
static Tensor evaluateFunction(Operation *op, Function function,
                               Operands operands, Type element) {
  const ElementwiseOp *entry = lookupElementwise(op->getName().getStringRef());
  Type compute = element.isF64() ? element : Float32Type::get(op->getContext());
  double tableUlp = element.isF64() ? entry->ulpF64 : entry->ulpF32;
  bool approximate = tableUlp > 0.5;
  // What the result is rounded from: an approximation has rounded to the
  // compute type already, and a sign or a choice needs no rounding.
  bool rounds = approximate ? element != compute : tableUlp > 0;
  double slope = 0;
  if (auto leaky = dyn_cast<LeakyReluOp>(op))
    slope = roundTo(leaky.getSlope().convertToDouble(), compute);
  // Its product is rounded to the compute type before the result type.
  bool roundsTwice = function == Function::LeakyRelu && element != compute;

  unsigned arity = operands.size();
  Tensor result(operands[0]->shape, element);
  for (int64_t i = 0, n = result.size(); i < n; ++i) {
    double errors[3] = {0, 0, 0};
    double exact[3] = {0, 0, 0};
    bool isExact = true;
    for (unsigned k = 0; k < arity; ++k) {
      errors[k] = operands[k]->getError(i);
      exact[k] = operands[k]->values[i];
      isExact &= errors[k] == 0;
    }
    if (isExact && !approximate) {
      // Operands of at most 53 bits, and a narrower result of at most 24: to
      // round the double result is to round the exact one.
      double value = function == Function::Fma
                         ? fusedMultiplyAdd(exact, element)
                         : apply(function, exact, slope);
      if (roundsTwice)
        value = roundTo(value, compute);
      Bounded<double> settled = settle(value, 0, element, rounds);
      result.set(i, settled.value, settled.error);
      continue;
    }
    Real x[3] = {0, 0, 0};
    for (unsigned k = 0; k < arity; ++k)
      x[k] = operands[k]->get<Real>(i);
    Real value = apply(function, x, slope);
    double error =
        isExact ? 0 : propagate(function, arity, x, errors, slope, value);
    double at = static_cast<double>(magnitude(value)) + error;
    if (approximate && std::isfinite(at)) {
      error += tableUlp * ulp(at, compute);
      // What is below the normal numbers on the way may be zero.
      if (hasExponential(function))
        error += smallestNormal(compute) *
                 std::max(1.0, static_cast<double>(magnitude(x[0])));
    }
    if (roundsTwice && std::isfinite(at))
      error += 0.5 * ulp(at, compute);
    Bounded<Real> settled = settle(value, error, element, rounds);
    result.set(i, settled.value, settled.error);
  }
  return result;
}

static bool compare(arith::CmpFPredicate predicate, double order, bool nan) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::ORD:
    return !nan;
  case P::UNO:
    return nan;
  case P::OEQ:
    return !nan && order == 0;
  case P::OGT:
    return !nan && order > 0;
  case P::OGE:
    return !nan && order >= 0;
  case P::OLT:
    return !nan && order < 0;
  case P::OLE:
    return !nan && order <= 0;
  case P::ONE:
    return !nan && order != 0;
  case P::UEQ:
    return nan || order == 0;
  case P::UGT:
    return nan || order > 0;
  case P::UGE:
    return nan || order >= 0;
  case P::ULT:
    return nan || order < 0;
  case P::ULE:
    return nan || order <= 0;
  case P::UNE:
    return nan || order != 0;
  }
  llvm_unreachable("all predicates are above");
}

template <typename Real>
static Tensor evaluateCompare(arith::CmpFOp op, Operands operands) {
  Tensor result(operands[0]->shape, IntegerType::get(op.getContext(), 1));
  for (int64_t i = 0, n = result.size(); i < n; ++i) {
    Real a = operands[0]->get<Real>(i), b = operands[1]->get<Real>(i);
    double slack = operands[0]->getError(i) + operands[1]->getError(i);
    bool nan = isNaN(a) || isNaN(b);
    double order = a < b ? -1 : a > b ? 1 : 0;
    bool uncertain =
        slack > 0 && (slack == infinity || (!nan && distance(a, b) <= slack));
    result.set<double>(i, compare(op.getPredicate(), order, nan), uncertain);
  }
  return result;
}

template <typename Real> static Tensor evaluateSelect(Operands operands) {
  const Tensor &condition = *operands[0];
  Tensor result(operands[1]->shape, operands[1]->element);
  for (int64_t i = 0, n = result.size(); i < n; ++i) {
    // A condition of rank 0 chooses for the whole tensor.
    int64_t c = condition.shape.empty() ? 0 : i;
    const Tensor &chosen = *operands[condition.values[c] != 0 ? 1 : 2];
    const Tensor &other = *operands[condition.values[c] != 0 ? 2 : 1];
    Real value = chosen.get<Real>(i);
    double error = chosen.getError(i);
    if (condition.getError(c) != 0)
      error = std::max(error,
                       distance(value, other.get<Real>(i)) + other.getError(i));
    result.set(i, value, error);
  }
  return result;
}

static Tensor evaluateBroadcast(BroadcastOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result(operands[1]->shape, input.element);
  ArrayRef<int64_t> dims = op.getDims();
  SmallVector<int64_t> index(result.shape.size(), 0);
  for (int64_t i = 0, n = result.size(); i < n; ++i) {
    int64_t from = 0;
    for (auto [k, dim] : llvm::enumerate(dims))
      from = from * input.shape[k] + index[dim];
    result.set(i, input.get<Wide>(from), input.getError(from));
    for (size_t axis = index.size();
         axis > 0 && ++index[axis - 1] == result.shape[axis - 1]; --axis)
      index[axis - 1] = 0;
  }
  return result;
}

static FailureOr<Tensor> evaluateConstant(arith::ConstantOp op) {
  if (auto scalar = dyn_cast<FloatAttr>(op.getValue())) {
    Tensor result({}, scalar.getType());
    result.values[0] = scalar.getValueAsDouble();
    return result;
  }
  auto dense = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!dense || !isa<FloatType>(dense.getElementType()))
    return failure();
  Tensor result(dense.getType().getShape(), dense.getElementType());
  for (auto [i, value] : llvm::enumerate(dense.getValues<APFloat>()))
    result.values[i] = value.convertToDouble();
  return result;
}

template <typename Real>
FailureOr<Tensor> reference::evaluateElementwise(Operation *op,
                                                 Operands operands) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return evaluateConstant(constant);
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return evaluateCompare<Real>(compare, operands);
  if (isa<arith::SelectOp>(op))
    return evaluateSelect<Real>(operands);
  if (auto broadcast = dyn_cast<BroadcastOp>(op))
    return evaluateBroadcast(broadcast, operands);
  Function function = getFunction(op->getName().getStringRef());
  if (function == Function::None)
    return failure();
  return evaluateFunction<Real>(op, function, operands,
                                getElementTypeOrSelf(op->getResult(0)));
}

template FailureOr<Tensor> reference::evaluateElementwise<double>(Operation *,
                                                                  Operands);
template FailureOr<Tensor> reference::evaluateElementwise<Wide>(Operation *,
                                                                Operands);
