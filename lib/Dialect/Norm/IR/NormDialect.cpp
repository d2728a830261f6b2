// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Registers the ops, attributes and types of the `norm` dialect.

#include "bnc/Dialect/Norm/IR/ClosestName.h"
#include "bnc/Dialect/Norm/IR/NameList.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

#include "bnc/Dialect/Norm/IR/NormDialect.cpp.inc"
#include "bnc/Dialect/Norm/IR/NormEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "bnc/Dialect/Norm/IR/NormTypes.cpp.inc"

#define GET_OP_CLASSES
#include "bnc/Dialect/Norm/IR/NormOps.cpp.inc"

void NormDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "bnc/Dialect/Norm/IR/NormOps.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "bnc/Dialect/Norm/IR/NormTypes.cpp.inc"
      >();
  registerAttributes();
}

static ParseResult reportUnknownOp(OpAsmParser &parser, OperationState &state) {
  SmallVector<StringRef> names;
  for (RegisteredOperationName name :
       parser.getContext()->getRegisteredOperations())
    if (name.getDialectNamespace() == NormDialect::getDialectNamespace())
      names.push_back(name.stripDialect());
  // The parser has begun the sentence with the name of the op.
  return parser.emitError(parser.getNameLoc(), "is unknown")
         << didYouMean(state.name.stripDialect(), names, "norm.");
}

// A hook is a reference to a callable, which has to outlive this call.
std::optional<Dialect::ParseOpHook>
NormDialect::getParseOperationHook(StringRef) const {
  return ParseOpHook(reportUnknownOp);
}

LogicalResult NormDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name != "norm.version" && name != "norm.target" && name != "norm.targets")
    return success();
  if (!isa<ModuleOp>(op))
    return op->emitError("'") << name << "' belongs on the module";
  if (name == "norm.target") {
    if (!isa<TargetAttr>(attribute.getValue()))
      return op->emitError("expected 'norm.target' to be a #norm.target, but "
                           "got ")
             << attribute.getValue();
    return success();
  }
  if (name == "norm.targets") {
    auto targets = dyn_cast<ArrayAttr>(attribute.getValue());
    if (!targets || targets.empty() ||
        !llvm::all_of(targets, llvm::IsaPred<TargetAttr>))
      return op->emitError("expected 'norm.targets' to be a list of "
                           "#norm.target, but got ")
             << attribute.getValue();
    return success();
  }
  auto version = dyn_cast<IntegerAttr>(attribute.getValue());
  if (!version || version.getInt() < 1)
    return op->emitError("expected 'norm.version' to be a positive integer, "
                         "but got ")
           << attribute.getValue();
  if (version.getInt() > currentVersion)
    return op->emitError("the spec is of version ")
           << version.getInt() << ", newer than " << currentVersion
           << ", the newest that this compiler reads";
  return success();
}
