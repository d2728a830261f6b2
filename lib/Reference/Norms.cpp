// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Normalizations: the formulas of their op descriptions, with the bounds of
// docs/Numerics.md.

#include "Bounds.h"
#include "Evaluation.h"
#include "Interval.h"
#include "Statistics.h"

#include "bnc/Reference/Rounding.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace bnc;
using namespace bnc::norm;
using namespace bnc::reference;
using namespace mlir;

namespace {

/// One normalization: what all of them have in common.
template <typename Real> class Normalization {
public:
  Normalization(Operation *op, Operands operands)
      : op(op), operands(operands), input(*operands[0]),
        compute(input.element.isF64() ? input.element
                                      : Float32Type::get(op->getContext())),
        bounds(getBounds(compute)),
        map(*IndexMap::get(op, operands[0]->shape)) {}

  /// The tensor of one of the op's operands, null for none.
  const Tensor *get(Value value) const {
    for (auto [operand, tensor] : llvm::zip(op->getOperands(), operands))
      if (operand == value)
        return tensor;
    return nullptr;
  }

  /// Reads what every normalization has: scale, shift, weight_offset and eps.
  template <typename NormOp> void read(NormOp norm) {
    scale = get(norm.getScale());
    shift = get(norm.getShift());
    weightOffset = roundTo(norm.getWeightOffset().convertToDouble(), compute);
    eps = get(norm.getEps());
  }

  /// Statistics of the input itself.
  void computeRows(Scaling rowScaling) {
    scaling = rowScaling;
    rows = computeStatistics<Real>(input, map, scaling, eps->get<Real>(0),
                                   eps->getError(0));
  }

  /// Statistics given as operands, one per element of the feature.
  void readRows(const Tensor &mean, const Tensor &variance) {
    ownMean = false;
    rows.resize(map.getRows());
    for (auto [i, row] : llvm::enumerate(rows)) {
      row.mean = mean.get<Real>(i);
      row.meanError = mean.getError(i);
      row.variance = variance.get<Real>(i);
      row.varianceError = variance.getError(i);
      setRstd(row, Scaling::Variance, eps->get<Real>(0), eps->getError(0));
    }
  }

  Tensor getResult() const;
  Tensor getSaved(StringRef name) const;
  /// The running mean, or the running variance, after this batch.
  Tensor update(const Tensor &running, const Tensor &momentum, bool ofVariance,
                bool biased) const;

private:
  Tensor makeSaved(
      llvm::function_ref<Bounded<Real>(const RowStatistics<Real> &)> get) const;

  /// Bound of a mean that was not rounded to the compute type.
  double getMeanBound(const RowStatistics<Real> &row) const {
    return toDouble(Real(bounds.meanRelative) * magnitude(row.mean) +
                    Real(bounds.meanSpread) * squareRoot(row.variance)) +
           row.meanError;
  }

  static double toDouble(Real x) { return static_cast<double>(x); }

  Operation *op;
  Operands operands;
  const Tensor &input;
  Type compute;
  const Bounds &bounds;
  IndexMap map;
  const Tensor *scale = nullptr, *shift = nullptr, *eps = nullptr;
  double weightOffset = 0;
  bool ownMean = true;
  Scaling scaling = Scaling::Variance;
  std::vector<RowStatistics<Real>> rows;
};

} // namespace

template <typename Real> Tensor Normalization<Real>::getResult() const {
  Type element = getElementTypeOrSelf(op->getResult(0));
  bool narrows = element != compute;
  bool spreads = ownMean && scaling == Scaling::Variance;
  Tensor result(input.shape, element);
  map.forEach([&](int64_t i, int64_t r, int64_t parameter) {
    const RowStatistics<Real> &row = rows[r];
    Real d = input.get<Real>(i) - row.mean;
    // rstd is a value of the compute type: what overflows it is infinite.
    Real rstd = settle(row.rstd, row.rstdError, compute, false).value;
    Real xhat = d * rstd;
    Real g = scale ? Real(weightOffset) + scale->get<Real>(parameter) : Real(1);
    Real b = shift ? shift->get<Real>(parameter) : Real(0);
    Real y = xhat * g + b;

    // How far y moves with what it is computed from.
    double moved = 0;
    if (input.getError(i) != 0 || row.meanError != 0 || row.rstdError != 0)
      moved = (input.getError(i) + row.meanError) * row.rstdHigh +
              toDouble(magnitude(d)) * row.rstdError;
    double error = moved == 0 ? 0 : toDouble(magnitude(g)) * moved;
    if (double e = scale ? scale->getError(parameter) : 0; e != 0)
      error += (toDouble(magnitude(xhat)) + moved) * e;
    if (shift)
      error += shift->getError(parameter);

    // What the kernel's arithmetic adds. Equal elements are 0 away from their
    // mean, and give exactly beta.
    bool exact = spreads && row.constant && xhat == 0;
    if (!exact && isFinite(y) && isFinite(Real(error))) {
      Real largest =
          std::max({magnitude(xhat * g), magnitude(b), magnitude(y)});
      error += bounds.resultUlp * ulp(toDouble(largest) + error, compute);
      if (spreads)
        error += bounds.resultSpread * toDouble(magnitude(g));
    }
    Bounded<Real> settled = settle(y, error, element, narrows);
    result.set(i, settled.value, settled.error);
  });
  return result;
}

template <typename Real>
Tensor Normalization<Real>::makeSaved(
    llvm::function_ref<Bounded<Real>(const RowStatistics<Real> &)> get) const {
  Tensor result(map.getRowShape(), compute);
  for (auto [i, row] : llvm::enumerate(rows)) {
    Bounded<Real> value = get(row);
    if (!isFinite(value.value))
      value.error = value.error == infinity ? infinity : 0;
    Bounded<Real> settled = settle(value.value, value.error, compute, false);
    result.set(i, settled.value, settled.error);
  }
  return result;
}

template <typename Real>
Tensor Normalization<Real>::getSaved(StringRef name) const {
  if (name == "mean")
    return makeSaved([&](const RowStatistics<Real> &row) -> Bounded<Real> {
      return {row.mean,
              bounds.meanUlp * ulp(toDouble(row.mean), compute) +
                  bounds.meanSpread * toDouble(squareRoot(row.variance)) +
                  row.meanError};
    });
  if (name == "rstd")
    return makeSaved([&](const RowStatistics<Real> &row) -> Bounded<Real> {
      return {row.rstd, bounds.rstdUlp * ulp(toDouble(row.rstd), compute) +
                            row.rstdError};
    });
  assert(name == "mean_low" && "no name of a saved statistic");
  return makeSaved([&](const RowStatistics<Real> &row) -> Bounded<Real> {
    double bound = getMeanBound(row);
    auto round = [&](Real x) { return roundTo(toDouble(x), compute); };
    Real low = row.mean - Real(round(row.mean));
    // Where the bound reaches over a tie, the mean may have rounded to the
    // other side, and the low half belongs to that.
    double flip = round(row.mean + Real(bound)) - round(row.mean - Real(bound));
    return {low, bound + flip + ulp(toDouble(low), compute)};
  });
}

template <typename Real>
Tensor Normalization<Real>::update(const Tensor &running,
                                   const Tensor &momentum, bool ofVariance,
                                   bool biased) const {
  Tensor result = running;
  Real n = map.getCount(), m = momentum.get<Real>(0);
  if (map.getCount() == 0)
    return result; // no batch, no update
  bool narrows = !running.element.isF64();
  for (auto [i, row] : llvm::enumerate(rows)) {
    Real statistic = row.mean;
    double error = getMeanBound(row);
    if (ofVariance) {
      Real unbias = biased ? Real(1) : n / (n - 1);
      statistic = row.variance * unbias;
      error =
          toDouble(unbias) * (bounds.varianceRelative * toDouble(row.variance) +
                              row.varianceError);
    }
    Real kept = (1 - m) * running.get<Real>(i);
    Real added = m * statistic;
    Real value = kept + added;
    error =
        toDouble(magnitude(m)) * error +
        toDouble(magnitude(1 - m)) * running.getError(i) +
        bounds.updateRelative * toDouble(magnitude(kept) + magnitude(added));
    if (!isFinite(value))
      error = 0;
    Bounded<Real> settled = settle(value, error, running.element, narrows);
    result.set(i, settled.value, settled.error);
  }
  return result;
}

template <typename Real>
FailureOr<SmallVector<Tensor>>
reference::evaluateNormalization(Operation *op, Operands operands) {
  using Result = FailureOr<SmallVector<Tensor>>;
  auto evaluate = [&](auto norm, Scaling scaling) -> Result {
    Normalization<Real> normalization(op, operands);
    normalization.read(norm);
    normalization.computeRows(scaling);
    SmallVector<Tensor> results = {normalization.getResult()};
    for (StringRef name : norm.getSavedNames())
      results.push_back(normalization.getSaved(name));
    if constexpr (std::is_same_v<decltype(norm), BatchNormTrainingOp>)
      if (Value running = norm.getRunningMean()) {
        const Tensor &momentum = *normalization.get(norm.getMomentum());
        bool biased = norm.getBiasedRunningVariance();
        results.push_back(normalization.update(*normalization.get(running),
                                               momentum, false, biased));
        results.push_back(
            normalization.update(*normalization.get(norm.getRunningVariance()),
                                 momentum, true, biased));
      }
    return results;
  };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .template Case<LayerNormOp, GroupNormOp, InstanceNormOp,
                     BatchNormTrainingOp>(
          [&](auto norm) { return evaluate(norm, Scaling::Variance); })
      .Case([&](RMSNormOp norm) { return evaluate(norm, Scaling::MeanSquare); })
      .Case([&](L2NormOp norm) {
        return evaluate(norm, norm.getForm() == L2NormForm::Max
                                  ? Scaling::MaxEps
                                  : Scaling::SumEps);
      })
      .Case([&](BatchNormInferenceOp norm) -> Result {
        Normalization<Real> normalization(op, operands);
        normalization.read(norm);
        normalization.readRows(*normalization.get(norm.getMean()),
                               *normalization.get(norm.getVariance()));
        SmallVector<Tensor> results = {normalization.getResult()};
        return results;
      })
      .Default([](Operation *) -> Result { return failure(); });
}

template FailureOr<SmallVector<Tensor>>
reference::evaluateNormalization<double>(Operation *, Operands);
template FailureOr<SmallVector<Tensor>>
reference::evaluateNormalization<Wide>(Operation *, Operands);
