// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Attributes of the `norm` dialect.

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnc::norm;

#define GET_ATTRDEF_CLASSES
#include "bnc/Dialect/Norm/IR/NormAttributes.cpp.inc"

void NormDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "bnc/Dialect/Norm/IR/NormAttributes.cpp.inc"
      >();
}

// dim ::= `<` name `=` (integer | symbol (`/` integer)?) `>`
Attribute DimAttr::parse(AsmParser &parser, Type) {
  std::string name, symbol;
  int64_t size = ShapedType::kDynamic, divisor = 1;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeywordOrString(&name) ||
      parser.parseEqual())
    return {};
  OptionalParseResult literal = parser.parseOptionalInteger(size);
  if (literal.has_value()) {
    if (failed(*literal))
      return {};
  } else {
    if (parser.parseKeywordOrString(&symbol))
      return {};
    if (succeeded(parser.parseOptionalSlash()) && parser.parseInteger(divisor))
      return {};
  }
  if (parser.parseGreater())
    return {};
  Builder &b = parser.getBuilder();
  return parser.getChecked<DimAttr>(loc, b.getContext(), b.getStringAttr(name),
                                    size, b.getStringAttr(symbol), divisor);
}

void DimAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printKeywordOrString(getName().getValue());
  printer << " = ";
  if (!isDynamic()) {
    printer << getSize() << '>';
    return;
  }
  printer.printKeywordOrString(getSymbol().getValue());
  if (getDivisor() != 1)
    printer << " / " << getDivisor();
  printer << '>';
}

unsigned CPUScheduleAttr::selectCase(int64_t bytes) const {
  unsigned selected = 0;
  for (auto [i, option] : llvm::enumerate(getCases()))
    if (option.getMinBytes() <= bytes)
      selected = i;
  return selected;
}
