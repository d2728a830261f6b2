// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What may be inside a norm.kernel. Constraint labels are those of
// KernelOps.td.

#include "KernelBodyVerify.h"

#include "BodyVerify.h"
#include "bnc/Dialect/Norm/IR/ClosestName.h"
#include "bnc/Dialect/Norm/IR/ElementwiseTable.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc::norm;

namespace {

/// Follows which dims the values of a kernel body vary over, checking on the
/// way. A set of dims has bit i for dim i.
class BodyVerifier {
public:
  explicit BodyVerifier(KernelOp kernel) : kernel(kernel) {}
  LogicalResult verify();

private:
  LogicalResult verifyArguments();
  LogicalResult verifyOp(Operation *op);
  LogicalResult verifyYield(YieldOp yield);
  /// The dims named in `names`, each once, at least one.
  FailureOr<uint64_t> getNamedDims(Operation *op, ArrayAttr names);
  std::string getNames(uint64_t dims);

  KernelOp kernel;
  DenseMap<Value, uint64_t> dims;
  /// The first reduction and what it removes.
  Operation *reduction = nullptr;
  uint64_t reduced = 0;
};

} // namespace

static uint64_t getViewDims(Attribute view) {
  uint64_t set = 0;
  for (Attribute axis : cast<ArrayAttr>(view))
    for (int64_t dim : cast<DenseI64ArrayAttr>(axis).asArrayRef())
      set |= uint64_t(1) << dim;
  return set;
}

std::string BodyVerifier::getNames(uint64_t set) {
  std::string text = "[";
  for (unsigned i = 0, e = kernel.getNumDims(); i < e; ++i)
    if (set >> i & 1)
      text += (text.size() > 1 ? ", " : "") +
              kernel.getDim(i).getName().getValue().str();
  return text + "]";
}

LogicalResult BodyVerifier::verifyArguments() {
  SmallVector<Type> expected;
  for (Value input : kernel.getInputs())
    expected.push_back(getElementTypeOrSelf(input.getType()));
  llvm::append_range(expected, kernel.getScalars().getTypes());
  Block *body = kernel.getBlock();
  if (body->getNumArguments() != expected.size()) // (C7)
    return kernel.emitError("expected a body of ")
           << expected.size() << " arguments, one for each input and scalar, "
           << "but got " << body->getNumArguments();
  for (auto [i, type] : llvm::enumerate(expected)) {
    if (body->getArgument(i).getType() != type) // (C7)
      return kernel.emitError("expected argument ")
             << i << " of the body to be " << type << ", but got "
             << body->getArgument(i).getType();
    if (i < kernel.getInputs().size())
      dims[body->getArgument(i)] = getViewDims(kernel.getInputViews()[i]);
  }
  return success();
}

FailureOr<uint64_t> BodyVerifier::getNamedDims(Operation *op, ArrayAttr names) {
  if (names.empty()) // (C3)
    return op->emitOpError("names no dim");
  SmallVector<StringRef> known;
  for (auto dim : kernel.getDims().getAsRange<DimAttr>())
    known.push_back(dim.getName().getValue());
  uint64_t set = 0;
  for (auto name : names.getAsValueRange<StringAttr>()) {
    int64_t index = kernel.getDimIndex(name);
    if (index < 0) // (C3)
      return op->emitOpError("names '")
             << name << "', which is no dim of the kernel"
             << didYouMean(name, known);
    if (set >> index & 1) // (C3)
      return op->emitOpError("names dim '") << name << "' twice";
    set |= uint64_t(1) << index;
  }
  return set;
}

LogicalResult BodyVerifier::verifyOp(Operation *op) {
  uint64_t set = 0;
  for (Value operand : op->getOperands())
    set |= dims.lookup(operand);
  if (isa<MomentsOp, SumOfSquaresOp>(op)) {
    auto over = op->getAttrOfType<ArrayAttr>("over");
    FailureOr<uint64_t> removed = getNamedDims(op, over);
    if (failed(removed))
      return failure();
    if (reduction && *removed != reduced) { // (C3)
      InFlightDiagnostic error = op->emitOpError("reduces ")
                                 << getNames(*removed)
                                 << ", but reductions of one kernel are over "
                                 << "the same dims";
      error.attachNote(reduction->getLoc())
          << "this one reduces " << getNames(reduced);
      return error;
    }
    reduction = op;
    reduced = *removed;
    // There is a record for every kept point, even of a term that varies less.
    set = ((uint64_t(1) << kernel.getNumDims()) - 1) & ~reduced;
  } else if (auto count = dyn_cast<CountOp>(op)) {
    if (failed(getNamedDims(op, count.getOver())))
      return failure();
  } else if (!isa_and_nonnull<NormDialect>(op->getDialect())) {
    if (failed(verifyElementwise(op)))
      return failure();
    for (Type type : op->getResultTypes())
      if (!isa<FloatType>(type) && !type.isInteger(1)) // (C7)
        return op->emitError("'") << op->getName() << "' gives " << type
                                  << ", but values of a kernel are scalars";
  } else if (lookupElementwise(op->getName().getStringRef()) ||
             isa<FuncOp, KernelOp>(op) || op->getNumResults() != 1 ||
             isa<RankedTensorType>(op->getResult(0).getType())) { // (C7)
    return op->emitOpError("cannot be in a kernel, whose values are scalars");
  }
  for (Value result : op->getResults())
    dims[result] = set;
  return success();
}

LogicalResult BodyVerifier::verifyYield(YieldOp yield) {
  if (yield.getNumOperands() != kernel.getNumResults()) // (C7)
    return yield.emitOpError("gives ")
           << yield.getNumOperands() << " values, but the kernel has "
           << kernel.getNumResults() << " results";
  uint64_t all = (uint64_t(1) << kernel.getNumDims()) - 1;
  uint64_t kept = all & ~reduced;
  for (auto [i, value] : llvm::enumerate(yield.getOperands())) {
    Type element = getElementTypeOrSelf(kernel.getResult(i).getType());
    if (value.getType() != element) // (C7)
      return yield.emitOpError("gives ")
             << value.getType() << " for result " << i
             << ", whose elements are " << element;
    uint64_t view = getViewDims(kernel.getResultViews()[i]);
    if (view != all && view != kept) // (C2)
      return yield.emitOpError("gives result ")
             << i << " over " << getNames(view)
             << ", but it must be over all dims, " << getNames(all)
             << (kept == all ? std::string()
                             : ", or those that are kept, " + getNames(kept));
    uint64_t varies = dims.lookup(value);
    if (varies & ~view) // (C2)
      return yield.emitOpError("gives a value that varies over ")
             << getNames(varies) << " for result " << i << ", which is over "
             << getNames(view);
  }
  return success();
}

LogicalResult BodyVerifier::verify() {
  if (failed(verifyArguments()))
    return failure();
  for (Operation &op : kernel.getBlock()->without_terminator())
    if (failed(verifyOp(&op)))
      return failure();
  auto yield = dyn_cast<YieldOp>(kernel.getBlock()->getTerminator());
  if (!yield) // (C7)
    return kernel.emitError("expected the body to end in norm.yield");
  return verifyYield(yield);
}

LogicalResult bnc::norm::verifyKernelBody(KernelOp kernel) {
  return BodyVerifier(kernel).verify();
}

//===----------------------------------------------------------------------===//
// Reductions and readers of their records
//===----------------------------------------------------------------------===//

LogicalResult MomentsOp::verify() {
  if (getInput().getType() != getType().getElement()) // (C1)
    return emitOpError("expected a record of ")
           << getInput().getType() << ", as 'input' is, but got "
           << getType().getElement();
  return success();
}

LogicalResult MeanLowOp::verify() {
  FloatType element = getMoments().getType().getElement();
  if (getType() != element) // (C1)
    return emitOpError("expected 'result' to be ")
           << element << ", as the record is, but got " << getType();
  return success();
}

LogicalResult CenterOp::verify() {
  FloatType element = getMoments().getType().getElement();
  for (Type type : {getInput().getType(), getType()})
    if (type != element) // (C1)
      return emitOpError("expected 'input' and 'result' to be ")
             << element << ", as the record is, but got " << type;
  return success();
}

LogicalResult VarianceOp::verify() {
  if (getCorrection() > 1) // (C1)
    return emitOpError("expected 'correction' to be 0 or 1, but got ")
           << getCorrection();
  return success();
}
