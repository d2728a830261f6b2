// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Syntax of norm.kernel: named dims and views.

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bnc::norm;

int64_t KernelOp::getDimIndex(StringRef name) {
  for (unsigned i = 0, e = getNumDims(); i < e; ++i)
    if (getDim(i).getName() == name)
      return i;
  return -1;
}

// dims ::= `[` (name `=` (integer | symbol (`/` integer)?)),* `]`
static ParseResult parseDims(OpAsmParser &parser, ArrayAttr &dims) {
  Builder &b = parser.getBuilder();
  SmallVector<Attribute> parsed;
  auto parseDim = [&]() -> ParseResult {
    std::string name, symbol;
    int64_t size = ShapedType::kDynamic, divisor = 1;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeywordOrString(&name))
      return failure();
    symbol = name;
    if (succeeded(parser.parseOptionalEqual())) {
      OptionalParseResult literal = parser.parseOptionalInteger(size);
      if (literal.has_value()) {
        if (failed(*literal))
          return failure();
        symbol = "";
      } else if (parser.parseKeywordOrString(&symbol) ||
                 (succeeded(parser.parseOptionalSlash()) &&
                  parser.parseInteger(divisor))) {
        return failure();
      }
    }
    auto dim =
        parser.getChecked<DimAttr>(loc, b.getContext(), b.getStringAttr(name),
                                   size, b.getStringAttr(symbol), divisor);
    parsed.push_back(dim);
    return success(bool(dim));
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseDim))
    return failure();
  dims = b.getArrayAttr(parsed);
  return success();
}

// view ::= `[` (name (`*` name)*),* `]`
static ParseResult parseView(OpAsmParser &parser, ArrayAttr dims,
                             ArrayAttr &view) {
  Builder &b = parser.getBuilder();
  SmallVector<Attribute> axes;
  auto parseAxis = [&]() -> ParseResult {
    SmallVector<int64_t> axis;
    do {
      std::string name;
      SMLoc loc = parser.getCurrentLocation();
      if (parser.parseKeywordOrString(&name))
        return failure();
      int64_t index = -1;
      for (auto [i, dim] : llvm::enumerate(dims.getAsRange<DimAttr>()))
        if (dim.getName() == name)
          index = i;
      if (index < 0)
        return parser.emitError(loc, "the kernel has no dim '") << name << "'";
      axis.push_back(index);
    } while (succeeded(parser.parseOptionalStar()));
    axes.push_back(b.getDenseI64ArrayAttr(axis));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseAxis))
    return failure();
  view = b.getArrayAttr(axes);
  return success();
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &b = parser.getBuilder();
  ArrayAttr dims;
  SmallVector<OpAsmParser::UnresolvedOperand> inputs, scalars;
  SmallVector<Attribute> inputViews, resultViews;
  if (parseDims(parser, dims) || parser.parseLParen())
    return failure();
  OpAsmParser::UnresolvedOperand operand;
  OptionalParseResult more = parser.parseOptionalOperand(operand);
  while (more.has_value()) {
    ArrayAttr view;
    if (failed(*more) || parseView(parser, dims, view))
      return failure();
    inputs.push_back(operand);
    inputViews.push_back(view);
    if (failed(parser.parseOptionalComma()))
      break;
    more = parser.parseOptionalOperand(operand);
  }
  if (succeeded(parser.parseOptionalKeyword("scalars")) &&
      parser.parseOperandList(scalars))
    return failure();
  SmallVector<Type> operandTypes, resultTypes;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseRParen() || parser.parseColon() || parser.parseLParen())
    return failure();
  if (failed(parser.parseOptionalRParen()))
    if (parser.parseTypeList(operandTypes) || parser.parseRParen())
      return failure();
  auto parseResult = [&]() -> ParseResult {
    ArrayAttr view;
    if (parseView(parser, dims, view) ||
        parser.parseType(resultTypes.emplace_back()))
      return failure();
    resultViews.push_back(view);
    return success();
  };
  if (parser.parseArrow() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseResult))
    return failure();
  SmallVector<OpAsmParser::UnresolvedOperand> operands(inputs);
  operands.append(scalars);
  if (parser.resolveOperands(operands, operandTypes, loc, result.operands) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  result.addTypes(resultTypes);
  result.addAttribute("dims", dims);
  result.addAttribute("input_views", b.getArrayAttr(inputViews));
  result.addAttribute("result_views", b.getArrayAttr(resultViews));
  result.addAttribute(getOperandSegmentSizeAttr(),
                      b.getDenseI32ArrayAttr(
                          {int32_t(inputs.size()), int32_t(scalars.size())}));
  return parser.parseRegion(*result.addRegion());
}

void KernelOp::print(OpAsmPrinter &p) {
  auto printView = [&](Attribute view) {
    p << '[';
    llvm::interleaveComma(cast<ArrayAttr>(view), p, [&](Attribute axis) {
      llvm::interleave(
          cast<DenseI64ArrayAttr>(axis).asArrayRef(), p,
          [&](int64_t dim) {
            p.printKeywordOrString(getDim(dim).getName().getValue());
          },
          " * ");
    });
    p << ']';
  };
  p << " [";
  llvm::interleaveComma(getDims().getAsRange<DimAttr>(), p, [&](DimAttr dim) {
    p.printKeywordOrString(dim.getName().getValue());
    if (!dim.isDynamic()) {
      p << " = " << dim.getSize();
    } else if (dim.getSymbol() != dim.getName() || dim.getDivisor() != 1) {
      p << " = ";
      p.printKeywordOrString(dim.getSymbol().getValue());
      if (dim.getDivisor() != 1)
        p << " / " << dim.getDivisor();
    }
  });
  p << "] (";
  llvm::interleaveComma(llvm::zip_equal(getInputs(), getInputViews()), p,
                        [&](auto operand) {
                          p.printOperand(std::get<0>(operand));
                          printView(std::get<1>(operand));
                        });
  if (!getScalars().empty()) {
    p << " scalars ";
    p.printOperands(getScalars());
  }
  p << ") : (";
  llvm::interleaveComma(getOperandTypes(), p);
  p << ") -> (";
  llvm::interleaveComma(llvm::zip_equal(getResultViews(), getResultTypes()), p,
                        [&](auto result) {
                          printView(std::get<0>(result));
                          p << ' ' << std::get<1>(result);
                        });
  p << ')';
  p.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getDimsAttrName(), getInputViewsAttrName(), getResultViewsAttrName(),
       getOperandSegmentSizesAttrName()});
  p << ' ';
  p.printRegion(getBody());
}
