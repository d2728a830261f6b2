// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Arguments of a function after a recipe.

#include "bnc/Check/Inputs.h"

#include "bnc/Reference/IndexMap.h"
#include "bnc/Reference/Rounding.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace bnc;
using namespace bnc::norm;
using namespace bnc::reference;
using namespace mlir;

namespace {

/// SplitMix64 and the polar-free Box-Muller transform: small, and the same on
/// every machine.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t bits() {
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  /// In (0, 1].
  double uniform() { return ((bits() >> 11) + 1) * 0x1p-53; }
  double normal() {
    double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * M_PI * uniform());
  }

private:
  uint64_t state;
};

} // namespace

int64_t bnc::getDataArgument(Operation *norm) {
  Value input = norm->getOperand(0);
  int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
  llvm::SetVector<Value> seen;
  seen.insert(input);
  for (size_t i = 0; i < seen.size(); ++i) {
    auto type = dyn_cast<RankedTensorType>(seen[i].getType());
    if (auto argument = dyn_cast<BlockArgument>(seen[i])) {
      if (type && type.getRank() == rank)
        return argument.getArgNumber();
      continue;
    }
    for (Value operand : seen[i].getDefiningOp()->getOperands())
      seen.insert(operand);
  }
  return -1;
}

/// The argument that `value` is, behind conversions and broadcasts.
static std::optional<unsigned> getArgument(Value value) {
  while (value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return argument.getArgNumber();
    Operation *op = value.getDefiningOp();
    if (!isa<arith::ExtFOp, arith::TruncFOp, BroadcastOp>(op))
      break;
    value = op->getOperand(0);
  }
  return std::nullopt;
}

SmallVector<Role> bnc::getRoles(FuncOp func) {
  SmallVector<Role> roles;
  for (unsigned i = 0; i < func.getNumArgumentPorts(); ++i)
    roles.push_back(func.getArgumentPort(i).isScalar() ? Role::Scalar
                                                       : Role::OtherData);
  auto assign = [&](Value value, Role role) {
    if (std::optional<unsigned> argument = getArgument(value))
      roles[*argument] = role;
  };
  func.walk([&](Operation *op) {
    if (int64_t data = -1;
        isa<LayerNormOp, RMSNormOp, L2NormOp, GroupNormOp, InstanceNormOp,
            BatchNormTrainingOp, BatchNormInferenceOp>(op) &&
        (data = getDataArgument(op)) >= 0)
      roles[data] = Role::Data;
    llvm::TypeSwitch<Operation *>(op)
        .Case<LayerNormOp, RMSNormOp, L2NormOp, GroupNormOp, InstanceNormOp,
              BatchNormTrainingOp, BatchNormInferenceOp>([&](auto norm) {
          assign(norm.getScale(), Role::Parameter);
          assign(norm.getShift(), Role::Parameter);
          assign(norm.getEps(), Role::Eps);
        });
    if (auto norm = dyn_cast<BatchNormInferenceOp>(op)) {
      assign(norm.getMean(), Role::Mean);
      assign(norm.getVariance(), Role::Variance);
    }
    if (auto norm = dyn_cast<BatchNormTrainingOp>(op)) {
      assign(norm.getRunningMean(), Role::Mean);
      assign(norm.getRunningVariance(), Role::Variance);
      assign(norm.getMomentum(), Role::Momentum);
    }
  });
  return roles;
}

static Type getElement(PortAttr port) {
  auto tensor = dyn_cast<RankedTensorType>(port.getType());
  return tensor ? tensor.getElementType() : port.getType();
}

bool bnc::fits(const InputKind &kind, FuncOp func) {
  SmallVector<Role> roles = getRoles(func);
  if (kind.eps != 1e-5 && !llvm::is_contained(roles, Role::Eps))
    return false;
  bool hasData = llvm::is_contained(roles, Role::Data);
  for (auto [i, role] : llvm::enumerate(roles)) {
    if (role != Role::Data && role != Role::Mean &&
        (hasData || role != Role::OtherData))
      continue;
    Random random(1);
    for (int64_t position : {0, 1, 2, 3, 1000, 4095})
      if (double value =
              kind.element(position, 4096, [&] { return 4 * random.normal(); });
          !std::isfinite(roundTo(value, getElement(func.getArgumentPort(i)))))
        return false;
  }
  return true;
}

/// Fills the data of `norm` row by row, so that the recipe means the same in
/// every layout.
static void fillRows(Tensor &tensor, const InputKind &kind, Operation *norm,
                     Random &random) {
  auto normal = [&] { return random.normal(); };
  std::optional<IndexMap> map;
  if (norm)
    map = IndexMap::get(norm, tensor.shape);
  if (!map) {
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.values[i] = kind.element(i, tensor.size(), normal);
    return;
  }
  std::vector<int64_t> positions(map->getRows(), 0);
  int64_t intruded = map->getRows() / 2;
  map->forEach([&](int64_t i, int64_t row, int64_t) {
    int64_t position = positions[row]++;
    tensor.values[i] = kind.element(position, map->getCount(), normal);
    if (kind.intruder != 0 && row == intruded &&
        position == map->getCount() / 2)
      tensor.values[i] = kind.intruder;
  });
}

SmallVector<Tensor> bnc::makeInputs(const InputKind &kind, FuncOp func,
                                    const Extents &extents, uint64_t seed) {
  SmallVector<Role> roles = getRoles(func);
  bool hasData = llvm::is_contained(roles, Role::Data);
  llvm::SmallDenseMap<int64_t, Operation *> normOf;
  func.walk([&](Operation *op) {
    if (isa<LayerNormOp, RMSNormOp, L2NormOp, GroupNormOp, InstanceNormOp,
            BatchNormTrainingOp, BatchNormInferenceOp>(op))
      normOf.try_emplace(getDataArgument(op), op);
  });

  SmallVector<Tensor> tensors;
  for (auto [i, role] : llvm::enumerate(roles)) {
    PortAttr port = func.getArgumentPort(i);
    Tensor &tensor =
        tensors.emplace_back(getShape(port, extents), getElement(port));
    // Arguments draw from streams of their own: adding one moves no other.
    Random random(seed * 0x9E3779B97F4A7C15 + i);
    auto normal = [&] { return random.normal(); };
    auto fill = [&](auto get) {
      for (double &value : tensor.values)
        value = get();
    };
    switch (role) {
    case Role::Data:
      fillRows(tensor, kind, normOf.lookup(i), random);
      break;
    case Role::OtherData:
      if (!hasData)
        fillRows(tensor, kind, nullptr, random);
      else if (kind.random)
        fill(normal);
      break;
    case Role::Parameter:
      fill([&] { return 1 + 0.5 * normal(); });
      break;
    case Role::Mean:
      for (auto [k, value] : llvm::enumerate(tensor.values))
        value = kind.element(k, tensor.size(), normal);
      break;
    case Role::Variance:
      fill([&] { return std::exp(normal()); });
      break;
    case Role::Eps:
      fill([&] { return kind.eps; });
      break;
    case Role::Momentum:
      fill([] { return 0.1; });
      break;
    case Role::Scalar:
      fill([] { return 0.75; });
      break;
    }
    for (double &value : tensor.values)
      value = roundTo(value, tensor.element);
  }
  return tensors;
}
