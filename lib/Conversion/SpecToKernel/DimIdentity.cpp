// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Union-find over the axes of a spec's tensors.

#include "DimIdentity.h"

#include "NormFormulas.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

bool DimIdentity::isLeaf(Value value) {
  return isa<BlockArgument>(value) || value.getDefiningOp<arith::ConstantOp>();
}

unsigned DimIdentity::find(unsigned node) const {
  while (nodes[node].parent != node)
    node = nodes[node].parent;
  return node;
}

unsigned DimIdentity::addNode(int64_t size) {
  Node &node = nodes.emplace_back();
  node.parent = nodes.size() - 1;
  node.size = size;
  return node.parent;
}

SmallVector<unsigned> DimIdentity::addTensor(Value value) {
  SmallVector<unsigned> axes;
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    for (int64_t size : type.getShape())
      axes.push_back(addNode(size));
  tensors.push_back(axes);
  return axes;
}

void DimIdentity::unify(unsigned a, unsigned b) {
  a = find(a);
  b = find(b);
  if (a == b)
    return;
  if (nodes[b].order < nodes[a].order)
    std::swap(a, b);
  Node &kept = nodes[a], &merged = nodes[b];
  if (kept.whole < 0) {
    kept.whole = merged.whole;
    kept.groups = merged.groups;
    kept.isGroup = merged.isGroup;
  }
  if (ShapedType::isDynamic(kept.size))
    kept.size = merged.size;
  merged.parent = a;
}

void DimIdentity::nameAxes(ArrayRef<unsigned> axes, PortAttr port,
                           unsigned firstOrder) {
  for (auto [i, axis] : llvm::enumerate(axes)) {
    nodes[axis].name = cast<StringAttr>(port.getDims()[i]);
    nodes[axis].order = firstOrder + i;
  }
}

/// Unifies by a norm's space; only its group parts are dims of their own.
void DimIdentity::addNorm(Operation &op) {
  std::optional<NormSpace> space = getNormSpace(&op);
  SmallVector<unsigned> input = uses[&op.getOpOperand(0)];
  if (space->groupAxis >= 0) {
    unsigned whole = input[space->groupAxis];
    unsigned group = addNode(space->groups);
    int64_t size = nodes[whole].size;
    unsigned inGroup =
        addNode(ShapedType::isDynamic(size) ? size : size / space->groups);
    for (unsigned part : {group, inGroup}) {
      nodes[part].whole = whole;
      nodes[part].groups = space->groups;
      nodes[part].isGroup = part == group;
    }
    splits[&op] = {whole, group, inGroup};
  }
  auto unifyAxes = [&](ArrayRef<unsigned> axes, ArrayRef<int64_t> inputAxes,
                       bool grouped) {
    for (auto [axis, inputAxis] : llvm::zip_equal(axes, inputAxes)) {
      bool isGroup = grouped && inputAxis == space->groupAxis;
      unify(axis, isGroup ? splits[&op].group : input[inputAxis]);
    }
  };
  for (OpOperand &operand : op.getOpOperands())
    unifyAxes(uses[&operand], space->operandAxes[operand.getOperandNumber()],
              false);
  for (OpResult result : op.getResults())
    unifyAxes(results[result], space->resultAxes[result.getResultNumber()],
              result.getResultNumber() > 0);
}

void DimIdentity::addReturn(FuncOp func, ReturnOp op) {
  unsigned order = 0;
  for (unsigned i = 0, e = func.getNumArgumentPorts(); i < e; ++i)
    order += func.getArgumentPort(i).getDims().size();
  for (OpOperand &operand : op->getOpOperands()) {
    PortAttr port = func.getResultPort(operand.getOperandNumber());
    SmallVector<unsigned> axes = addTensor(operand.get());
    nameAxes(axes, port, order);
    order += axes.size();
    for (auto [axis, value] : llvm::zip_equal(axes, uses[&operand]))
      unify(axis, value);
  }
}

void DimIdentity::addOp(Operation &op) {
  for (OpOperand &operand : op.getOpOperands()) {
    Value value = operand.get();
    if (!isLeaf(value)) {
      uses[&operand] = results[value];
      continue;
    }
    uses[&operand] = addTensor(value);
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      unsigned i = argument.getArgNumber();
      nameAxes(uses[&operand],
               cast<FuncOp>(op.getParentOp()).getArgumentPort(i),
               argumentOrder[i]);
    }
  }
  for (Value result : op.getResults())
    results[result] = addTensor(result);

  if (getNormSpace(&op))
    return addNorm(op);
  if (isa<ReturnOp>(op))
    return addReturn(cast<FuncOp>(op.getParentOp()), cast<ReturnOp>(op));
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    SmallVector<unsigned> like = uses[&broadcast.getLikeMutable()];
    for (auto [result, axis] :
         llvm::zip_equal(results[broadcast.getResult()], like))
      unify(result, axis);
    for (auto [axis, dim] : llvm::zip_equal(uses[&broadcast.getInputMutable()],
                                            broadcast.getDims()))
      unify(axis, like[dim]);
    return;
  }
  // Elementwise: every tensor has the axes of the result.
  for (OpOperand &operand : op.getOpOperands())
    for (auto [axis, result] :
         llvm::zip(uses[&operand], results[op.getResult(0)]))
      unify(axis, result);
}

bool DimIdentity::shareTensor(unsigned a, unsigned b) const {
  return llvm::any_of(tensors, [&](ArrayRef<unsigned> axes) {
    auto has = [&](unsigned dim) {
      return llvm::any_of(axes,
                          [&](unsigned axis) { return find(axis) == dim; });
    };
    return has(a) && has(b);
  });
}

/// Joins dims of one name, first come first served.
void DimIdentity::joinNames() {
  SmallVector<unsigned> named;
  for (unsigned i = 0, e = nodes.size(); i < e; ++i)
    if (nodes[i].name)
      named.push_back(i);
  llvm::sort(named, [&](unsigned a, unsigned b) {
    return std::pair(nodes[a].order, a) < std::pair(nodes[b].order, b);
  });
  llvm::DenseMap<StringAttr, SmallVector<unsigned>> dims;
  for (unsigned node : named) {
    SmallVector<unsigned> &sameName = dims[nodes[node].name];
    bool joined = false;
    for (unsigned other : sameName) {
      joined = find(node) == find(other);
      if (!joined && !shareTensor(find(node), find(other))) {
        unify(node, other);
        joined = true;
      }
      if (joined)
        break;
    }
    if (!joined)
      sameName.push_back(node);
  }
}

/// Group norms that cut one dim alike cut it into the same parts.
void DimIdentity::joinSplits() {
  for (auto &[op, split] : splits)
    for (auto &[other, otherSplit] : splits) {
      if (op == other || find(split.whole) != find(otherSplit.whole) ||
          nodes[split.inGroup].groups != nodes[otherSplit.inGroup].groups)
        continue;
      unify(split.group, otherSplit.group);
      unify(split.inGroup, otherSplit.inGroup);
    }
}

FailureOr<DimIdentity> DimIdentity::compute(FuncOp func) {
  DimIdentity identity;
  identity.context = func.getContext();
  unsigned order = 0;
  for (unsigned i = 0, e = func.getNumArgumentPorts(); i < e; ++i) {
    identity.argumentOrder.push_back(order);
    order += func.getArgumentPort(i).getDims().size();
  }
  for (Operation &op : func.getBody().front())
    if (!isa<arith::ConstantOp>(op))
      identity.addOp(op);
  identity.joinNames();
  identity.joinSplits();
  for (ArrayRef<unsigned> axes : identity.tensors)
    for (unsigned i = 0, e = axes.size(); i < e; ++i)
      for (unsigned j = 0; j < i; ++j)
        if (identity.find(axes[i]) == identity.find(axes[j]))
          return func.emitError("cannot tell dims ")
                 << j << " and " << i
                 << " of a tensor apart: a computed value lies along both";
  return identity;
}

SmallVector<DimIdentity::Dim> DimIdentity::getDims(OpOperand &use) const {
  SmallVector<Dim> dims;
  auto it = uses.find(&use);
  if (it != uses.end())
    for (unsigned axis : it->second)
      dims.push_back(find(axis));
  return dims;
}

SmallVector<DimIdentity::Dim> DimIdentity::getDims(Value result) const {
  SmallVector<Dim> dims;
  auto it = results.find(result);
  if (it != results.end())
    for (unsigned axis : it->second)
      dims.push_back(find(axis));
  return dims;
}

DimIdentity::Split DimIdentity::getSplit(Operation *groupNorm) const {
  Split split = splits.find(groupNorm)->second;
  return {find(split.whole), find(split.group), find(split.inGroup)};
}

DimAttr DimIdentity::getAttr(Dim dim) const {
  const Node &node = nodes[find(dim)];
  StringAttr name = node.name, symbol = node.name;
  int64_t divisor = 1;
  // A dim of constants alone has no name of the user's.
  if (!name)
    name = StringAttr::get(context, "d" + Twine(find(dim)));
  if (node.whole >= 0) {
    DimAttr whole = getAttr(node.whole);
    name =
        StringAttr::get(context, whole.getName().getValue() +
                                     (node.isGroup ? "_group" : "_in_group"));
    symbol = whole.getSymbol();
    divisor = node.groups;
  }
  if (!ShapedType::isDynamic(node.size)) {
    symbol = StringAttr::get(context, "");
    divisor = 1;
  }
  return DimAttr::get(context, name, node.size, symbol, divisor);
}
