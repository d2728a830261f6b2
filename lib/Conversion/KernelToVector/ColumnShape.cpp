// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// How the dims of a columns kernel are walked, and where its records lie.

#include "bnc/Conversion/KernelToVector/ColumnShape.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Every array a kernel touches at more than one lane: all phases must agree on
/// the lane group. Results over the kept dims of a columns_then_merge kernel
/// are stored one by one.
static SmallVector<const KernelArray *>
listAllArrays(const EmissionContext &context) {
  SmallVector<const KernelArray *> arrays;
  KernelOp kernel = context.frame.getKernel();
  for (unsigned i = 0; i < kernel.getInputs().size(); ++i)
    arrays.push_back(&context.frame.getInput(i));
  bool merges = context.structure.getForm() == KernelForm::ColumnsThenMerge;
  for (unsigned i = 0; i < kernel.getNumResults(); ++i) {
    if (merges &&
        context.structure.getResultDims(i) == context.structure.getKeptDims())
      continue;
    for (const KernelArray &array : context.frame.getResult(i))
      arrays.push_back(&array);
  }
  return arrays;
}

ColumnShape::ColumnShape(const EmissionContext &context) {
  SmallVector<const KernelArray *> arrays = listAllArrays(context);
  DimSet columns = getColumnDims(context.structure);
  outerGroups = collapseDims(columns, arrays);
  laneGroup = outerGroups.pop_back_val();
  stepGroups = collapseDims(context.structure.getAllDims() & ~columns, arrays);
}

Point ColumnShape::makePoint(const EmissionContext &context) {
  Point point;
  point.coordinates.resize(context.frame.getKernel().getNumDims());
  return point;
}

RecordArrays::RecordArrays(const EmissionContext &context, unsigned stage) {
  for (Operation *reduction : context.structure.getReductions(stage))
    for (unsigned field = 0; field < getNumFields(reduction); ++field)
      arrays[reduction].push_back(
          context.frame.getSection(reduction->getResult(0), field));
}

SmallVector<KernelArray> RecordArrays::get(Operation *reduction,
                                           Value chunk) const {
  SmallVector<KernelArray> atChunk = arrays.lookup(reduction);
  for (KernelArray &array : atChunk)
    array.leading = chunk;
  return atChunk;
}
