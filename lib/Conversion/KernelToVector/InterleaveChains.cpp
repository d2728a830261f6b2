// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Vectors whose elements take long chains of instructions, step by step side
// by side.

#include "bnc/Conversion/KernelToVector/InterleaveChains.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace bnc;

/// Steps from which on the order is worth it: of a norm alone, chains are
/// shorter.
static constexpr unsigned longChain = 12;

namespace {

/// Ops that follow each other, none of which has to stay where it is.
class Section {
public:
  explicit Section(unsigned registers) : registers(registers) {}
  /// Adds `op`; false if it has to stay.
  bool add(Operation *op);
  /// Puts them in order in front of `end`.
  void order(Operation *end);

private:
  struct Place {
    /// Steps before it.
    unsigned depth = 0;
    /// Number of the first chain that needs it.
    unsigned chain = 0;
    bool reads = false;
  };

  const Place *find(Value value) const {
    auto it = places.find(value.getDefiningOp());
    return it == places.end() ? nullptr : &it->second;
  }
  bool isUsed(Operation *op) const {
    return llvm::any_of(op->getUsers(),
                        [&](Operation *user) { return places.contains(user); });
  }
  /// Sets the chains of all ops; returns how many there are.
  unsigned findChains();
  /// The ops of as many chains as `abreast`, by depth, then those of the next.
  SmallVector<Operation *> getOrder(unsigned abreast) const;
  /// The most vectors in registers at once.
  unsigned countInUse(ArrayRef<Operation *> order) const;

  unsigned registers;
  SmallVector<Operation *> ops;
  DenseMap<Operation *, Place> places;
  DenseSet<Value> read;
  /// How deep arrays were last written.
  DenseMap<Value, unsigned> written;
  unsigned depth = 0;
};

} // namespace

/// The array that `view` is of.
static Value getArray(Value view) {
  while (auto op = view.getDefiningOp<ViewLikeOpInterface>())
    view = op.getViewSource();
  return view;
}

/// An instruction that no op stands for; those with a result do nothing else.
static bool isIntrinsicOfValues(Operation *op) {
  return isa<LLVM::CallIntrinsicOp>(op) && op->getNumResults() == 1;
}

static bool isArithmetic(Operation *op) {
  return isMemoryEffectFree(op) || isIntrinsicOfValues(op);
}

static bool isOfVector(Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  return type && !type.getElementType().isInteger(1);
}

/// Whether a vector takes a register: constants, and what is loaded for one
/// use, are operands in memory.
static bool isInRegister(Value value) {
  Operation *op = value.getDefiningOp();
  if (!isOfVector(value) || isa_and_nonnull<arith::ConstantOp>(op))
    return false;
  return !op || isArithmetic(op) || !value.hasOneUse();
}

bool Section::add(Operation *op) {
  if (op->getNumRegions() != 0 || op->hasTrait<OpTrait::IsTerminator>())
    return false;
  SmallVector<MemoryEffects::EffectInstance> effects;
  if (!isArithmetic(op) && !isa<memref::PrefetchOp>(op)) {
    auto interface = dyn_cast<MemoryEffectOpInterface>(op);
    if (!interface)
      return false;
    interface.getEffects(effects);
  }
  // Loads and the like are there when they are needed.
  bool isStep = isArithmetic(op) && llvm::any_of(op->getResults(), isOfVector);
  Place place;
  for (Value operand : op->getOperands())
    if (const Place *before = find(operand))
      place.depth = std::max(place.depth, before->depth + isStep);
  for (const MemoryEffects::EffectInstance &effect : effects) {
    Value array = effect.getValue();
    if (!array)
      return false;
    array = getArray(array);
    if (isa<MemoryEffects::Read>(effect.getEffect())) {
      if (written.contains(array))
        return false;
      read.insert(array);
      place.reads = true;
      continue;
    }
    if (!isa<MemoryEffects::Write>(effect.getEffect()) || read.contains(array))
      return false;
    unsigned &last = written[array];
    last = place.depth = std::max(place.depth, last);
  }
  depth = std::max(depth, place.depth);
  places[op] = place;
  ops.push_back(op);
  return true;
}

unsigned Section::findChains() {
  unsigned chains = 0;
  for (Operation *op : ops) {
    Place &place = places[op];
    place.chain = chains;
    chains += place.depth >= longChain && !isUsed(op);
  }
  // Users come after what they use. Where an array shares memory with one that
  // is written, nothing may be read later than it was.
  for (Operation *op : llvm::reverse(ops)) {
    Place &place = places[op];
    if (!isUsed(op) || place.reads)
      continue;
    place.chain = chains;
    for (Operation *user : op->getUsers())
      if (const auto it = places.find(user); it != places.end())
        place.chain = std::min(place.chain, it->second.chain);
  }
  return chains;
}

SmallVector<Operation *> Section::getOrder(unsigned abreast) const {
  SmallVector<std::tuple<unsigned, unsigned, unsigned>> keys;
  for (auto [i, op] : llvm::enumerate(ops)) {
    const Place &place = places.find(op)->second;
    keys.emplace_back(place.chain / abreast, place.depth, i);
  }
  llvm::sort(keys);
  return llvm::map_to_vector(
      keys, [&](const auto &key) { return ops[std::get<2>(key)]; });
}

unsigned Section::countInUse(ArrayRef<Operation *> order) const {
  DenseMap<Value, unsigned> lastUses;
  unsigned inUse = 0;
  for (auto [i, op] : llvm::enumerate(order))
    for (Value operand : op->getOperands())
      if (isInRegister(operand)) {
        bool isFirst = lastUses.insert_or_assign(operand, i).second;
        // What comes from outside stays in use: blocks repeat.
        inUse += isFirst && !find(operand);
      }
  unsigned most = inUse;
  for (auto [i, op] : llvm::enumerate(order)) {
    llvm::SmallDenseSet<Value> operands(op->operand_begin(), op->operand_end());
    inUse -= llvm::count_if(operands, [&, i = i](Value operand) {
      return isInRegister(operand) && find(operand) &&
             lastUses.lookup(operand) == i;
    });
    inUse += llvm::count_if(op->getResults(), isInRegister);
    most = std::max(most, inUse);
  }
  return most;
}

void Section::order(Operation *end) {
  if (depth >= longChain) {
    unsigned chains = findChains();
    SmallVector<Operation *> order;
    for (unsigned parts = 1; parts <= chains; ++parts) {
      order = getOrder(llvm::divideCeil(chains, parts));
      if (countInUse(order) <= registers)
        break;
    }
    for (Operation *op : order)
      op->moveBefore(end);
  }
  *this = Section(registers);
}

void bnc::interleaveChains(Block &block, unsigned registers) {
  Section section(registers);
  for (Operation &op : llvm::make_early_inc_range(block))
    if (!section.add(&op))
      section.order(&op);
}
