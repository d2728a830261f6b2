// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The custom assembly directive for lists of names: `[mean, rstd]`.

#include "bnc/Dialect/Norm/IR/NameList.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

ParseResult bnc::norm::parseNameList(OpAsmParser &parser, ArrayAttr &names) {
  SmallVector<Attribute> parsed;
  auto parseName = [&]() -> ParseResult {
    std::string name;
    if (parser.parseKeywordOrString(&name))
      return failure();
    parsed.push_back(parser.getBuilder().getStringAttr(name));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseName))
    return failure();
  names = parser.getBuilder().getArrayAttr(parsed);
  return success();
}

void bnc::norm::printNameList(OpAsmPrinter &printer, Operation *,
                              ArrayAttr names) {
  printer << '[';
  llvm::interleaveComma(names, printer, [&](Attribute name) {
    printer.printKeywordOrString(cast<StringAttr>(name).getValue());
  });
  printer << ']';
}
