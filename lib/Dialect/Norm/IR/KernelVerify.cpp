// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Verifier of norm.kernel: dims and views. Constraint labels are those of
// KernelOps.td.

#include "KernelBodyVerify.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace bnc::norm;

/// Dims are counted by the bits of an integer of 64.
static constexpr unsigned maxDims = 63;

static LogicalResult verifyDims(KernelOp kernel) {
  if (kernel.getNumDims() > maxDims) // (C6)
    return kernel.emitError("a kernel has at most ")
           << maxDims << " dims, but got " << kernel.getNumDims();
  llvm::SmallSet<StringRef, 8> names;
  for (Attribute attr : kernel.getDims()) {
    auto dim = dyn_cast<DimAttr>(attr);
    if (!dim) // (C6)
      return kernel.emitError("expected every dim to be a #norm.dim, but got ")
             << attr;
    if (!names.insert(dim.getName().getValue()).second) // (C6)
      return kernel.emitError("two dims are called '")
             << dim.getName().getValue() << "'";
  }
  auto func = kernel->getParentOfType<FuncOp>();
  if (!func)
    return success();
  SmallVector<StringAttr> dynamic = func.getDynamicDims();
  for (auto dim : kernel.getDims().getAsRange<DimAttr>())
    if (dim.isDynamic() &&
        !llvm::is_contained(dynamic, dim.getSymbol())) // (C6)
      return kernel.emitError("dim '")
             << dim.getName().getValue() << "' has the extent of '"
             << dim.getSymbol().getValue() << "', which is no dynamic dim of '"
             << func.getSymName() << "'";
  return success();
}

/// (C4) The extent of a static axis is the product of its dims; a dynamic axis
/// has a dynamic dim.
static LogicalResult verifyExtent(KernelOp kernel, const llvm::Twine &what,
                                  unsigned axis, int64_t extent,
                                  ArrayRef<int64_t> dims) {
  int64_t product = 1;
  for (int64_t index : dims) {
    DimAttr dim = kernel.getDim(index);
    if (dim.isDynamic()) {
      product = ShapedType::kDynamic;
      break;
    }
    if (llvm::MulOverflow(product, dim.getSize(), product)) // (C4)
      return kernel.emitError("axis ")
             << axis << " of " << what << " is longer than 64 bits count";
  }
  if (product == extent)
    return success();
  InFlightDiagnostic error = kernel.emitError("expected axis ") // (C4)
                             << axis << " of " << what << " to be ";
  if (ShapedType::isDynamic(product))
    error << "dynamic, as its dims are";
  else
    error << product << " long, as its dims are";
  if (ShapedType::isDynamic(extent))
    return error << ", but it is dynamic";
  return error << ", but got " << extent;
}

static LogicalResult verifyView(KernelOp kernel, const llvm::Twine &what,
                                Type type, Attribute attr) {
  auto tensor = cast<RankedTensorType>(type);
  auto view = dyn_cast<ArrayAttr>(attr);
  if (!view || int64_t(view.size()) != tensor.getRank()) // (C1)
    return kernel.emitError("the view of ")
           << what << " must have one entry for each of its "
           << tensor.getRank() << " axes, but got " << (view ? view.size() : 0);
  int64_t numDims = kernel.getNumDims(), last = numDims - 1;
  llvm::SmallSet<int64_t, 8> seen;
  for (auto [i, entry] : llvm::enumerate(view)) {
    auto axis = dyn_cast<DenseI64ArrayAttr>(entry);
    if (!axis || axis.empty()) // (C1)
      return kernel.emitError("axis ")
             << i << " of the view of " << what << " names no dim";
    for (int64_t dim : axis.asArrayRef()) {
      if (dim < 0 || dim >= numDims) // (C1)
        return kernel.emitError("the view of ")
               << what << " names dim " << dim << " of " << numDims;
      StringRef name = kernel.getDim(dim).getName().getValue();
      if (!seen.insert(dim).second) // (C1)
        return kernel.emitError("the view of ")
               << what << " names dim '" << name << "' twice";
      bool innermost = i + 1 == view.size() && dim == axis.asArrayRef().back();
      if (dim == last && !innermost) // (C5)
        return kernel.emitError("the view of ")
               << what << " must name '" << name
               << "', the last dim of the kernel, last or not at all";
    }
    if (failed(verifyExtent(kernel, what, i, tensor.getDimSize(i),
                            axis.asArrayRef())))
      return failure();
  }
  return success();
}

static LogicalResult verifyViews(KernelOp kernel, ValueRange values,
                                 ArrayAttr views, StringRef kind) {
  if (values.size() != views.size()) // (C1)
    return kernel.emitError("expected a view for each of ")
           << values.size() << " " << kind << "s, but got " << views.size();
  for (auto [i, value] : llvm::enumerate(values))
    if (failed(verifyView(kernel, llvm::Twine(kind) + " " + llvm::Twine(i),
                          value.getType(), views[i])))
      return failure();
  return success();
}

LogicalResult KernelOp::verify() {
  if (failed(verifyDims(*this)) ||
      failed(verifyViews(*this, getInputs(), getInputViews(), "input")) ||
      failed(verifyViews(*this, getResults(), getResultViews(), "result")))
    return failure();
  if (auto schedule = getSchedule();
      schedule && !isa<CPUScheduleAttr>(*schedule)) // (C8)
    return emitError("expected 'schedule' to be a #norm.cpu_schedule, but got ")
           << *schedule;
  return success();
}

LogicalResult KernelOp::verifyRegions() { return verifyKernelBody(*this); }
