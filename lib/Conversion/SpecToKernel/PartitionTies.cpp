// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Keeps kernels from overwriting tied arguments that are still to be read.

#include "NormFormulas.h"
#include "Partition.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

using Dim = DimIdentity::Dim;

/// Whether everything that kernel `k` computes from `op` varies over `kept`
/// only, so that it is computed before the element is overwritten.
bool Partition::staysKept(Operation *op, ArrayRef<Dim> kept, unsigned k) const {
  for (Operation *user : op->getUsers()) {
    if (user->hasTrait<OpTrait::IsTerminator>() || !live.contains(user) ||
        !isComputedIn(user, k))
      continue;
    if (getNormSpace(user) ||
        kernels[k].expand(identity.getDims(user->getResult(0))) != kept ||
        !staysKept(user, kept, k))
      return false;
  }
  return true;
}

/// Whether the argument that a root of kernel `k` ties may be read after the
/// root is stored.
bool Partition::isTieBroken(const KernelRoot &root, unsigned k) {
  if (!root.returned)
    return false;
  int64_t tied =
      func.getResultPort(root.returned->getOperandNumber()).getTied();
  if (tied < 0)
    return false;
  BlockArgument argument = func.getBody().getArgument(tied);
  SmallVector<Dim> view = kernels[k].expand(identity.getDims(*root.returned));
  bool isFull = view == kernels[k].dims;
  for (unsigned later = k; later < kernels.size(); ++later)
    for (OpOperand *read : getDemand(later).argumentReads) {
      if (read->get() != argument)
        continue;
      if (later > k || kernels[k].expand(identity.getDims(*read)) != view)
        return true;
      Operation *reader = read->getOwner();
      if (isFull || reader->hasTrait<OpTrait::IsTerminator>())
        continue;
      if (std::optional<NormSpace> space = getNormSpace(reader)) {
        if (!llvm::is_contained(space->keptOperands, read->getOperandNumber()))
          return true;
      } else if (kernels[k].expand(identity.getDims(reader->getResult(0))) !=
                     view ||
                 !staysKept(reader, view, k)) {
        return true;
      }
    }
  return false;
}

/// Sends results whose tie is broken through the workspace: the kernel keeps
/// an intermediate that a last kernel copies.
void Partition::mendTies() {
  unsigned firstCopy = kernels.size();
  for (unsigned k = 0; k < kernels.size(); ++k) {
    for (unsigned i = 0; i < kernels[k].roots.size();) {
      KernelRoot root = kernels[k].roots[i];
      if (!isTieBroken(root, k)) {
        ++i;
        continue;
      }
      kernels[k].roots.erase(kernels[k].roots.begin() + i);
      SmallVector<Dim> axes = identity.getDims(*root.returned);
      unsigned copy = std::max(firstCopy, k + 1);
      while (copy < kernels.size() && kernels[copy].dims != axes)
        ++copy;
      if (copy == kernels.size())
        addKernel(axes);
      kernels[copy].roots.push_back(root);
      // Every other reader takes the intermediate, not the result.
      auto &roots = kernels[k].roots;
      if (!DimIdentity::isLeaf(root.value) &&
          llvm::none_of(roots, [&](const KernelRoot &other) {
            return other.value == root.value;
          }))
        roots.push_back({root.value});
    }
  }
}
