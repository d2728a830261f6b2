// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Assigns the ops of a spec to kernels.

#include "Partition.h"

#include "NormFormulas.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

using Dim = DimIdentity::Dim;

//===----------------------------------------------------------------------===//
// PlannedKernel
//===----------------------------------------------------------------------===//

SmallVector<Dim> PlannedKernel::expand(ArrayRef<Dim> axes) const {
  SmallVector<Dim> expanded;
  for (Dim axis : axes) {
    const DimIdentity::Split *cut = nullptr;
    for (const DimIdentity::Split &split : splits)
      if (split.whole == axis)
        cut = &split;
    if (cut)
      expanded.append({cut->group, cut->inGroup});
    else
      expanded.push_back(axis);
  }
  return expanded;
}

SmallVector<Dim> PlannedKernel::getKept() const {
  SmallVector<Dim> kept = dims;
  llvm::erase_if(kept, [&](Dim dim) { return isReduced(dim); });
  return kept;
}

bool PlannedKernel::canStore(ArrayRef<Dim> expanded) const {
  return expanded == ArrayRef<Dim>(dims) ||
         (!reduced.empty() && expanded == ArrayRef<Dim>(getKept()));
}

/// Whether `part` is `whole` with some elements left out.
static bool isSubsequence(ArrayRef<Dim> part, ArrayRef<Dim> whole) {
  for (Dim dim : whole)
    if (!part.empty() && part.front() == dim)
      part = part.drop_front();
  return part.empty();
}

//===----------------------------------------------------------------------===//
// Homes
//===----------------------------------------------------------------------===//

SmallVector<OpOperand *> Partition::getReads(Operation *op) {
  SmallVector<OpOperand *> reads;
  if (auto broadcast = dyn_cast<BroadcastOp>(op))
    return {&broadcast.getInputMutable()};
  for (OpOperand &operand : op->getOpOperands())
    reads.push_back(&operand);
  return reads;
}

bool Partition::isComputedIn(Operation *op, unsigned k) const {
  auto home = homes.find(op);
  return home == homes.end() || home->second >= k ||
         isa<arith::ExtFOp, arith::CmpFOp>(op);
}

void Partition::findLiveOps() {
  SmallVector<Operation *> worklist{func.getBody().front().getTerminator()};
  while (!worklist.empty())
    for (OpOperand *read : getReads(worklist.pop_back_val()))
      if (Operation *op = read->get().getDefiningOp())
        if (live.insert(op).second)
          worklist.push_back(op);
}

bool Partition::hasHome(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && homes.count(op);
}

unsigned Partition::addKernel(ArrayRef<Dim> dims) {
  kernels.emplace_back().dims.assign(dims.begin(), dims.end());
  return kernels.size() - 1;
}

/// The kernel space of a norm: its input's dims, cut where it has groups.
static PlannedKernel getNormKernel(Operation *op, const DimIdentity &identity) {
  NormSpace space = *getNormSpace(op);
  SmallVector<Dim> axes = identity.getDims(op->getOpOperand(0));
  PlannedKernel kernel;
  if (space.groupAxis >= 0)
    kernel.splits.push_back(identity.getSplit(op));
  kernel.dims = kernel.expand(axes);
  for (int64_t axis : space.reducedAxes)
    kernel.reduced.push_back(axes[axis]);
  if (space.groupAxis >= 0)
    kernel.reduced.push_back(kernel.splits.front().inGroup);
  SmallVector<Dim> ordered;
  for (Dim dim : kernel.dims)
    if (kernel.isReduced(dim))
      ordered.push_back(dim);
  kernel.reduced = ordered;
  return kernel;
}

void Partition::placeNorm(Operation *op, unsigned first) {
  PlannedKernel wanted = getNormKernel(op, identity);
  for (unsigned k = first; k < kernels.size(); ++k) {
    PlannedKernel &kernel = kernels[k];
    if (kernel.reduced == wanted.reduced && kernel.dims == wanted.dims) {
      homes[op] = k;
      return;
    }
    // A kernel without reductions can still be cut and reduced.
    SmallVector<Dim> refined = wanted.expand(kernel.dims);
    if (kernel.reduced.empty() && refined == wanted.dims) {
      kernel.dims = wanted.dims;
      kernel.splits = wanted.splits;
      kernel.reduced = wanted.reduced;
      homes[op] = k;
      return;
    }
  }
  homes[op] = kernels.size();
  kernels.push_back(wanted);
}

void Partition::placeElementwise(Operation *op, unsigned first) {
  SmallVector<Dim> axes = identity.getDims(op->getResult(0));
  for (unsigned k = first; k < kernels.size(); ++k) {
    SmallVector<Dim> expanded = kernels[k].expand(axes);
    bool fits = stored.contains(op) ? kernels[k].canStore(expanded)
                                    : isSubsequence(expanded, kernels[k].dims);
    if (fits) {
      homes[op] = k;
      return;
    }
  }
  homes[op] = addKernel(axes);
}

void Partition::assignHomes() {
  kernels.clear();
  homes.clear();
  for (Operation &op : func.getBody().front().without_terminator()) {
    if (!live.contains(&op))
      continue;
    int64_t first = -1;
    for (OpOperand *read : getReads(&op))
      if (hasHome(read->get()))
        first = std::max<int64_t>(first, homes[read->get().getDefiningOp()]);
    std::optional<NormSpace> space = getNormSpace(&op);
    if (space && space->hasReduction())
      placeNorm(&op, std::max<int64_t>(first, 0));
    else if (first >= 0)
      placeElementwise(&op, first);
  }
}

//===----------------------------------------------------------------------===//
// Roots
//===----------------------------------------------------------------------===//

Partition::Demand Partition::getDemand(unsigned k) const {
  Demand demand;
  SmallVector<OpOperand *> reads;
  auto compute = [&](Operation *op) {
    if (isComputedIn(op, k) && demand.ops.insert(op))
      llvm::append_range(reads, getReads(op));
  };
  for (const KernelRoot &root : kernels[k].roots) {
    if (Operation *op = root.value.getDefiningOp())
      compute(op);
    else
      demand.argumentReads.push_back(root.returned);
  }
  while (!reads.empty()) {
    OpOperand *read = reads.pop_back_val();
    if (Operation *op = read->get().getDefiningOp())
      compute(op);
    else
      demand.argumentReads.push_back(read);
  }
  return demand;
}

/// Chooses the kernel that stores a returned value which depends on no norm:
/// the first that computes it over all its dims anyway, else the first over
/// these dims, else a new one; and rather a later one than one after which the
/// argument that the result ties is still read.
void Partition::placeReturned(OpOperand &returned) {
  SmallVector<Dim> axes = identity.getDims(returned);
  Operation *op = returned.get().getDefiningOp();
  SmallVector<unsigned> computing, sameDims;
  for (unsigned k = 0, e = kernels.size(); k < e; ++k)
    if (kernels[k].expand(axes) == kernels[k].dims)
      (op && getDemand(k).ops.contains(op) ? computing : sameDims).push_back(k);
  llvm::append_range(computing, sameDims);
  KernelRoot root{returned.get(), &returned};
  auto place = [&](unsigned k) {
    kernels[k].roots.push_back(root);
    if (op && !DimIdentity::isLeaf(returned.get()))
      homes[op] = k;
  };
  for (unsigned k : computing) {
    place(k);
    if (!isTieBroken(root, k))
      return;
    kernels[k].roots.pop_back();
    homes.erase(op);
  }
  place(addKernel(axes));
}

void Partition::addReturnedRoots() {
  Operation *ret = func.getBody().front().getTerminator();
  SmallVector<OpOperand *> floating;
  for (OpOperand &operand : ret->getOpOperands()) {
    if (hasHome(operand.get()))
      kernels[homes[operand.get().getDefiningOp()]].roots.push_back(
          {operand.get(), &operand});
    else
      floating.push_back(&operand);
  }
  // Intermediates decide where a value of arguments alone is needed anyway.
  addCrossingRoots();
  for (OpOperand *operand : floating) {
    // Another result may have placed it already.
    if (hasHome(operand->get()))
      kernels[homes[operand->get().getDefiningOp()]].roots.push_back(
          {operand->get(), operand});
    else
      placeReturned(*operand);
  }
  addCrossingRoots();
}

/// Adds what later kernels read to the roots of the kernels that compute it.
void Partition::addCrossingRoots() {
  for (unsigned k = kernels.size(); k-- > 0;) {
    for (Operation *op : getDemand(k).ops)
      for (OpOperand *read : getReads(op)) {
        Value value = read->get();
        if (!hasHome(value) || isComputedIn(value.getDefiningOp(), k))
          continue;
        auto &roots = kernels[homes[value.getDefiningOp()]].roots;
        if (llvm::none_of(roots, [&](const KernelRoot &root) {
              return root.value == value;
            }))
          roots.push_back({value});
      }
    // A copy of an earlier kernel's value.
    for (const KernelRoot &root : kernels[k].roots) {
      Operation *op = root.value.getDefiningOp();
      if (!op || isComputedIn(op, k))
        continue;
      auto &roots = kernels[homes[op]].roots;
      if (llvm::none_of(roots, [&](const KernelRoot &other) {
            return other.value == root.value;
          }))
        roots.push_back({root.value});
    }
  }
}

/// Marks the ops that their kernel cannot store though it must.
bool Partition::moveUnstorable() {
  bool moved = false;
  for (const PlannedKernel &kernel : kernels)
    for (const KernelRoot &root : kernel.roots) {
      SmallVector<Dim> axes = DimIdentity::isLeaf(root.value)
                                  ? identity.getDims(*root.returned)
                                  : identity.getDims(root.value);
      if (!kernel.canStore(kernel.expand(axes)))
        moved |= stored.insert(root.value.getDefiningOp()).second;
    }
  return moved;
}

Partition Partition::compute(FuncOp func, const DimIdentity &identity) {
  Partition partition(func, identity);
  partition.findLiveOps();
  do {
    partition.assignHomes();
    partition.addReturnedRoots();
  } while (partition.moveUnstorable());
  partition.mendTies();
  return partition;
}
