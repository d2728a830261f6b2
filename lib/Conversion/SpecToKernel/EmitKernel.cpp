// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Turns the ops of one planned kernel into scalars over its dims.

#include "EmitKernel.h"

#include "NormFormulas.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

namespace {

class KernelEmitter {
public:
  KernelEmitter(OpBuilder &b, FuncOp func, const Partition &partition,
                const DimIdentity &identity, unsigned k,
                const llvm::DenseMap<Value, Value> &stored)
      : b(b), func(func), partition(partition), identity(identity), k(k),
        kernel(partition.getKernels()[k]), stored(stored) {}

  KernelOp emit();

  /// The roots in the order of the kernel's results.
  ArrayRef<KernelRoot> getRoots() const { return roots; }

private:
  void nameDims();
  ArrayAttr getView(ArrayRef<DimIdentity::Dim> axes) const;
  Value readInput(Value tensor, ArrayAttr view);
  Value readScalar(BlockArgument scalar);
  Value read(OpOperand &use);
  void emitOp(Operation *op);
  void dropUnused();

  OpBuilder &b;
  FuncOp func;
  const Partition &partition;
  const DimIdentity &identity;
  unsigned k;
  const PlannedKernel &kernel;
  const llvm::DenseMap<Value, Value> &stored;

  SmallVector<KernelRoot> roots;
  SmallVector<Attribute> dims;
  Block *body = nullptr;
  SmallVector<Value> inputs, scalars;
  SmallVector<Attribute> views;
  /// The element of each value of the spec.
  IRMapping elements;
};

} // namespace

/// Gives every dim of the kernel a name of its own.
void KernelEmitter::nameDims() {
  llvm::StringSet<> taken;
  for (DimIdentity::Dim dim : kernel.dims) {
    DimAttr attr = identity.getAttr(dim);
    std::string name = attr.getName().getValue().str();
    for (unsigned i = 1; !taken.insert(name).second; ++i)
      name = (attr.getName().getValue() + "_" + Twine(i)).str();
    dims.push_back(DimAttr::get(b.getContext(), b.getStringAttr(name),
                                attr.getSize(), attr.getSymbol(),
                                attr.getDivisor()));
  }
}

ArrayAttr KernelEmitter::getView(ArrayRef<DimIdentity::Dim> axes) const {
  SmallVector<Attribute> view;
  for (DimIdentity::Dim axis : axes) {
    SmallVector<int64_t> indices;
    for (DimIdentity::Dim dim : kernel.expand(axis))
      indices.push_back(llvm::find(kernel.dims, dim) - kernel.dims.begin());
    view.push_back(b.getDenseI64ArrayAttr(indices));
  }
  return b.getArrayAttr(view);
}

Value KernelEmitter::readInput(Value tensor, ArrayAttr view) {
  for (auto [i, input] : llvm::enumerate(inputs))
    if (input == tensor && views[i] == view)
      return body->getArgument(i);
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  Value argument =
      body->insertArgument(inputs.size(), element, tensor.getLoc());
  inputs.push_back(tensor);
  views.push_back(view);
  return argument;
}

Value KernelEmitter::readScalar(BlockArgument scalar) {
  if (Value element = elements.lookupOrNull(scalar))
    return element;
  scalars.push_back(scalar);
  Value argument = body->addArgument(scalar.getType(), scalar.getLoc());
  elements.map(scalar, argument);
  return argument;
}

Value KernelEmitter::read(OpOperand &use) {
  Value value = use.get();
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<RankedTensorType>(value.getType())
               ? readInput(value, getView(identity.getDims(use)))
               : readScalar(argument);
  if (partition.isComputedIn(value.getDefiningOp(), k))
    return elements.lookup(value);
  return readInput(stored.lookup(value), getView(identity.getDims(value)));
}

/// Emits the scalar form of `op`, whose reads are emitted.
void KernelEmitter::emitOp(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    TypedAttr value = constant.getValue();
    if (auto splat = dyn_cast<SplatElementsAttr>(value))
      value = splat.getSplatValue<TypedAttr>();
    elements.map(constant.getResult(),
                 arith::ConstantOp::create(b, op->getLoc(), value).getResult());
    return;
  }
  SmallVector<Value> operands;
  for (OpOperand *use : Partition::getReads(op))
    operands.push_back(read(*use));
  if (std::optional<NormSpace> space = getNormSpace(op)) {
    SmallVector<StringRef> over;
    for (DimIdentity::Dim dim : kernel.reduced) {
      unsigned i = llvm::find(kernel.dims, dim) - kernel.dims.begin();
      over.push_back(cast<DimAttr>(dims[i]).getName().getValue());
    }
    elements.map(op->getResults(),
                 emitNorm(b, op, operands, b.getStrArrayAttr(over)));
  } else if (isa<BroadcastOp>(op)) {
    elements.map(op->getResult(0), operands.front());
  } else if (Value y = emitActivation(b, op, operands.front())) {
    elements.map(op->getResult(0), y);
  } else {
    IRMapping mapping;
    mapping.map(op->getOperands(), operands);
    Operation *scalar = b.clone(*op, mapping);
    for (auto [result, from] :
         llvm::zip_equal(scalar->getResults(), op->getResults()))
      result.setType(getElementTypeOrSelf(from.getType()));
    elements.map(op->getResults(), scalar->getResults());
  }
}

/// Erases what no result needs: statistics nobody saves, and their inputs.
void KernelEmitter::dropUnused() {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*body)))
    if (op.use_empty() && !op.hasTrait<OpTrait::IsTerminator>())
      op.erase();
  for (unsigned i = body->getNumArguments(); i-- > 0;) {
    if (!body->getArgument(i).use_empty())
      continue;
    body->eraseArgument(i);
    if (i >= inputs.size()) {
      scalars.erase(scalars.begin() + (i - inputs.size()));
      continue;
    }
    inputs.erase(inputs.begin() + i);
    views.erase(views.begin() + i);
  }
}

KernelOp KernelEmitter::emit() {
  roots = kernel.roots;
  // What the caller gets first, in its order, then intermediates.
  llvm::sort(roots, [](const KernelRoot &a, const KernelRoot &b) {
    if (a.returned && b.returned)
      return a.returned->getOperandNumber() < b.returned->getOperandNumber();
    if (a.returned || b.returned)
      return a.returned != nullptr;
    auto first = cast<OpResult>(a.value), second = cast<OpResult>(b.value);
    if (first.getOwner() != second.getOwner())
      return first.getOwner()->isBeforeInBlock(second.getOwner());
    return first.getResultNumber() < second.getResultNumber();
  });
  nameDims();

  OpBuilder::InsertPoint place = b.saveInsertionPoint();
  Region region;
  body = &region.emplaceBlock();
  b.setInsertionPointToEnd(body);
  SmallVector<Operation *> ops =
      llvm::to_vector(partition.getDemand(k).ops.getArrayRef());
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : ops)
    emitOp(op);
  SmallVector<Value> yielded;
  SmallVector<Attribute> resultViews;
  SmallVector<Type> types;
  for (const KernelRoot &root : roots) {
    Value value = root.value;
    ArrayAttr view = getView(root.returned ? identity.getDims(*root.returned)
                                           : identity.getDims(value));
    Operation *op = value.getDefiningOp();
    if (op && partition.isComputedIn(op, k))
      yielded.push_back(elements.lookup(value));
    else
      yielded.push_back(readInput(op ? stored.lookup(value) : value, view));
    resultViews.push_back(view);
    types.push_back(value.getType());
  }
  YieldOp::create(b, func.getLoc(), yielded);
  dropUnused();

  b.restoreInsertionPoint(place);
  auto op = KernelOp::create(b, func.getLoc(), types, inputs, scalars,
                             b.getArrayAttr(dims), b.getArrayAttr(views),
                             b.getArrayAttr(resultViews), Attribute());
  op.getBody().takeBody(region);
  return op;
}

void bnc::emitKernel(OpBuilder &b, FuncOp func, const Partition &partition,
                     const DimIdentity &identity, unsigned k,
                     llvm::DenseMap<Value, Value> &stored,
                     MutableArrayRef<Value> returned) {
  KernelEmitter emitter(b, func, partition, identity, k, stored);
  KernelOp kernel = emitter.emit();
  for (auto [root, result] :
       llvm::zip_equal(emitter.getRoots(), kernel.getResults())) {
    // Of a value stored twice the first copy is read.
    stored.try_emplace(root.value, result);
    if (root.returned)
      returned[root.returned->getOperandNumber()] = result;
  }
}
