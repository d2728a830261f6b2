// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Verifier of norm.func and its ports. Constraint labels are those of
// FuncOps.td.

#include "BodyVerify.h"
#include "CNames.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace bnc::norm;

/// The most dims that a tensor of a spec may have; splits of a dim add to it
/// in a kernel, whose dims are counted by bits of 64.
static constexpr int64_t maxRank = 32;

static StringRef kindOf(bool isResult) {
  return isResult ? "result" : "argument";
}

namespace {

/// Checks the ports of one function; every method reports at the function.
class PortVerifier {
public:
  explicit PortVerifier(FuncOp func) : func(func) {}

  LogicalResult verify() {
    for (bool isResult : {false, true})
      for (Attribute attr : isResult ? func.getResults() : func.getArguments())
        if (failed(verifyPort(attr, isResult)))
          return failure();
    return success(succeeded(verifyTies()) &&
                   succeeded(verifyParameterNames()));
  }

private:
  LogicalResult verifyPort(Attribute attr, bool isResult);
  LogicalResult verifyTensor(PortAttr port, RankedTensorType type,
                             bool isResult);
  LogicalResult verifyTies();
  LogicalResult verifyParameterNames();
  LogicalResult claim(std::string name, const llvm::Twine &owner);

  FuncOp func;
  /// Extents by dim name, and what each C parameter stands for by its name.
  llvm::StringMap<int64_t> extents;
  llvm::StringMap<std::string> parameters;
};

} // namespace

LogicalResult PortVerifier::verifyPort(Attribute attr, bool isResult) {
  auto port = dyn_cast<PortAttr>(attr);
  if (!port)
    return func.emitError("expected every ")
           << kindOf(isResult) << " to be a #norm.port, but got " << attr;
  StringRef name = port.getName().getValue();
  if (StringRef why = whyNotParameterName(name); !why.empty()) // (C5)
    return func.emitError("the name of ")
           << kindOf(isResult) << " '" << name << "' " << why;
  if (auto tensor = dyn_cast<RankedTensorType>(port.getType()))
    return verifyTensor(port, tensor, isResult);
  if (isResult || !(port.getType().isF32() || port.getType().isF64())) // (C6)
    return func.emitError()
           << kindOf(isResult) << " '" << name << "' must be "
           << (isResult ? "a tensor" : "a tensor or an f32 or f64 scalar")
           << ", but got " << port.getType();
  if (!port.getDims().empty() || port.getStrided()) // (C6)
    return func.emitError("scalar '")
           << name << "' cannot have dims or strides";
  return success();
}

LogicalResult PortVerifier::verifyTensor(PortAttr port, RankedTensorType type,
                                         bool isResult) {
  StringRef name = port.getName().getValue();
  Type element = type.getElementType();
  if (!element.isF64() && !element.isF32() && !element.isF16() &&
      !element.isBF16()) // (C6)
    return func.emitError()
           << kindOf(isResult) << " '" << name
           << "' must have elements of f64, f32, f16 or bf16, but got "
           << element;
  if (type.getRank() > maxRank) // (C8)
    return func.emitError()
           << kindOf(isResult) << " '" << name << "' has " << type.getRank()
           << " dims, more than the " << maxRank << " that are possible";
  if (int64_t(port.getDims().size()) != type.getRank()) // (C2)
    return func.emitError()
           << kindOf(isResult) << " '" << name << "' names "
           << port.getDims().size() << " dims of " << type.getRank();
  llvm::StringMap<bool> seen;
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  for (auto [attr, extent] : llvm::zip_equal(port.getDims(), type.getShape())) {
    auto dimAttr = dyn_cast<StringAttr>(attr);
    StringRef dim = dimAttr ? dimAttr.getValue() : "";
    if (StringRef why = whyNotParameterName(dim); !why.empty()) // (C5)
      return func.emitError("the name of dim '") << dim << "' " << why;
    if (!seen.try_emplace(dim, true).second) // (C7)
      return func.emitError()
             << kindOf(isResult) << " '" << name << "' has dim '" << dim
             << "' twice; dims of one tensor need names of their own";
    auto [it, fresh] = extents.try_emplace(dim, extent);
    if (!fresh && it->second != extent) // (C2)
      return func.emitError("dim '") << dim << "' has more than one extent";
    if (!ShapedType::isDynamic(extent) &&
        llvm::MulOverflow(bytes, extent, bytes)) // (C8)
      return func.emitError() << kindOf(isResult) << " '" << name
                              << "' is larger than 64-bit addresses reach";
  }
  return success();
}

LogicalResult PortVerifier::verifyTies() {
  llvm::SmallVector<StringRef> tiedBy(func.getNumArgumentPorts());
  for (auto port : func.getArguments().getAsRange<PortAttr>())
    if (port.isTied()) // (C3)
      return func.emitError("argument '")
             << port.getName().getValue() << "' cannot tie, only a result can";
  for (auto port : func.getResults().getAsRange<PortAttr>()) {
    if (!port.isTied())
      continue;
    StringRef name = port.getName().getValue();
    if (port.getTied() >= int64_t(func.getNumArgumentPorts())) // (C3)
      return func.emitError("result '")
             << name << "' ties argument " << port.getTied() << " of "
             << func.getNumArgumentPorts();
    PortAttr argument = func.getArgumentPort(port.getTied());
    StringRef argumentName = argument.getName().getValue();
    if (port.getType() != argument.getType() ||
        port.getDims() != argument.getDims()) // (C3)
      return func.emitError("result '")
             << name << "' must have the dims and type of '" << argumentName
             << "', which it ties";
    if (port.getStrided() != argument.getStrided()) // (C3)
      return func.emitError("result '")
             << name << "' and '" << argumentName
             << "', which it ties, must both be strided or neither";
    StringRef &first = tiedBy[port.getTied()];
    if (!first.empty()) // (C3)
      return func.emitError("results '")
             << first << "' and '" << name << "' both tie '" << argumentName
             << "'";
    first = name;
  }
  return success();
}

/// Notes that the C parameter `name` is `owner`.
LogicalResult PortVerifier::claim(std::string name, const llvm::Twine &owner) {
  auto [it, fresh] = parameters.try_emplace(name, owner.str());
  if (fresh)
    return success();
  return func.emitError("the C parameter '") // (C1)
         << name << "' would be " << it->second << " and " << owner.str()
         << "; rename one of them";
}

LogicalResult PortVerifier::verifyParameterNames() {
  for (StringAttr dim : func.getDynamicDims())
    if (failed(claim(dim.str(), "the extent of dim '" + dim.getValue() + "'")))
      return failure();
  for (bool isResult : {false, true}) {
    ArrayAttr ports = isResult ? func.getResults() : func.getArguments();
    for (auto port : ports.getAsRange<PortAttr>()) {
      StringRef name = port.getName().getValue();
      // A tied result is no parameter, but a document names it.
      if (failed(claim(name.str(), kindOf(isResult) + " '" + name + "'")))
        return failure();
      if (!port.getStrided() || port.isTied())
        continue;
      for (auto dim : ArrayRef(port.getDims().getValue()).drop_back()) {
        StringRef dimName = cast<StringAttr>(dim).getValue();
        if (failed(
                claim((name + "_stride_" + dimName).str(),
                      "the stride of '" + name + "' along '" + dimName + "'")))
          return failure();
      }
    }
  }
  return success();
}

/// Reports a name of an exported symbol that another function takes.
static LogicalResult verifyExportedNames(FuncOp func) {
  StringRef name = func.getSymName();
  if (StringRef why = whyNotFunctionName(name); !why.empty()) // (C5)
    return func.emitError("the name of function '") << name << "' " << why;
  Operation *parent = func->getParentOp();
  if (!parent)
    return success();
  for (StringRef suffix : {"_metadata", "_workspace_size"}) {
    if (!name.ends_with(suffix))
      continue;
    StringRef stem = name.drop_back(suffix.size());
    for (auto other : parent->getRegion(0).getOps<FuncOp>())
      if (other.getSymName() == stem) { // (C5)
        InFlightDiagnostic error = func.emitError("function '")
                                   << name << "' takes the name of a function "
                                   << "that bnc adds to '" << stem << "'";
        error.attachNote(other.getLoc()) << "'" << stem << "' is here";
        return error;
      }
  }
  return success();
}

LogicalResult FuncOp::verify() {
  if (failed(verifyExportedNames(*this)) ||
      failed(PortVerifier(*this).verify()))
    return failure();
  if (getResults().empty()) // (C9)
    return emitError("function '")
           << getSymName() << "' has no result, so it would do nothing";
  return success();
}

LogicalResult FuncOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != getNumArgumentPorts())
    return emitError("expected a body of ")
           << getNumArgumentPorts() << " arguments, but got "
           << body.getNumArguments();
  for (auto [value, port] : llvm::zip_equal(
           body.getArguments(), getArguments().getAsRange<PortAttr>()))
    if (value.getType() != port.getType())
      return emitError("expected argument '")
             << port.getName().getValue() << "' to be " << port.getType()
             << " in the body, but got " << value.getType();
  auto returned = dyn_cast<ReturnOp>(body.getTerminator());
  if (!returned)
    return emitError("expected the body to end in norm.return");
  if (returned.getNumOperands() != getNumResultPorts()) // (C4)
    return returned.emitOpError("returns ")
           << returned.getNumOperands() << " values, but '" << getSymName()
           << "' has " << getNumResultPorts() << " results";
  for (auto [type, port] : llvm::zip_equal(returned.getOperandTypes(),
                                           getResults().getAsRange<PortAttr>()))
    if (type != port.getType()) // (C4)
      return returned.emitOpError("returns ")
             << type << " for result '" << port.getName().getValue()
             << "', which is " << port.getType();
  return verifySpecBody(*this);
}
