// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Syntax of norm.func: ports with named dims.

#include "bnc/Dialect/Norm/IR/ClosestName.h"
#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bnc::norm;

namespace {

/// What dims are called and how long they are, gathered while parsing.
using DimTable = llvm::StringMap<int64_t>;

/// One port as written, before dim extents of later ports are known.
struct ParsedPort {
  std::string name;
  SMLoc loc;
  bool scalar = false;
  SmallVector<std::string> dims;
  Type element;
  bool strided = false;
  OpAsmParser::UnresolvedOperand tied;
  bool isTied = false;
};

} // namespace

// dim ::= name (`=` integer)?
static ParseResult parseDim(OpAsmParser &parser, ParsedPort &port,
                            DimTable &extents) {
  std::string name;
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseOptionalKeywordOrString(&name)))
    return parser.emitError(loc, "expected the name of a dim");
  port.dims.push_back(name);
  if (failed(parser.parseOptionalEqual())) {
    extents.try_emplace(name, ShapedType::kDynamic);
    return success();
  }
  int64_t extent;
  loc = parser.getCurrentLocation();
  if (parser.parseInteger(extent))
    return failure();
  if (extent < 0)
    return parser.emitError(loc, "expected dim '")
           << name << "' to have an extent of at least 0, but got " << extent;
  auto [it, fresh] = extents.try_emplace(name, extent);
  if (fresh)
    return success();
  if (it->second == ShapedType::kDynamic)
    it->second = extent;
  if (it->second != extent) // (C2)
    return parser.emitError(loc, "dim '")
           << name << "' has extent " << it->second << " above, but got "
           << extent;
  return success();
}

// element ::= `f64` | `f32` | `f16` | `bf16`
static ParseResult parseElement(OpAsmParser &parser, ParsedPort &port) {
  static constexpr StringRef names[] = {"f64", "f32", "f16", "bf16"};
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseOptionalKeyword(&name)))
    return parser.emitError(loc, "expected an element type: f64, f32, f16 or "
                                 "bf16");
  if (name == "tensor")
    return parser.emitError(loc, "a tensor is written with named dims, as in "
                                 "[r, c = 64] f32");
  Builder &b = parser.getBuilder();
  port.element = llvm::StringSwitch<Type>(name)
                     .Case("f64", b.getF64Type())
                     .Case("f32", b.getF32Type())
                     .Case("f16", b.getF16Type())
                     .Case("bf16", b.getBF16Type())
                     .Default(Type());
  if (!port.element) // (C6)
    return parser.emitError(loc, "unknown element type '")
           << name << "', expected f64, f32, f16 or bf16"
           << didYouMean(name, names);
  return success();
}

// port-type ::= `[` dims `]` element `strided`? | element
static ParseResult parsePortType(OpAsmParser &parser, ParsedPort &port,
                                 DimTable &extents) {
  if (failed(parser.parseOptionalLSquare())) {
    port.scalar = true;
    return parseElement(parser, port);
  }
  if (failed(parser.parseOptionalRSquare())) {
    do {
      if (parseDim(parser, port, extents))
        return failure();
    } while (succeeded(parser.parseOptionalComma()));
    if (parser.parseRSquare())
      return failure();
  }
  if (parseElement(parser, port))
    return failure();
  port.strided = succeeded(parser.parseOptionalKeyword("strided"));
  return success();
}

static PortAttr makePort(OpAsmParser &parser, const ParsedPort &port,
                         const DimTable &extents, int64_t tied) {
  Builder &b = parser.getBuilder();
  SmallVector<Attribute> dims;
  SmallVector<int64_t> shape;
  for (const std::string &dim : port.dims) {
    dims.push_back(b.getStringAttr(dim));
    shape.push_back(extents.lookup(dim));
  }
  Type type = port.scalar ? port.element
                          : Type(RankedTensorType::getChecked(
                                [&] { return parser.emitError(port.loc); },
                                shape, port.element));
  if (!type)
    return {};
  return PortAttr::get(b.getContext(), b.getStringAttr(port.name),
                       b.getArrayAttr(dims), type, port.strided, tied);
}

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  if (parser.parseSymbolName(name, SymbolTable::getSymbolAttrName(),
                             result.attributes))
    return failure();

  DimTable extents;
  SmallVector<ParsedPort> arguments, results;
  SmallVector<OpAsmParser::Argument> entryArguments;
  auto parseArgument = [&]() -> ParseResult {
    ParsedPort &port = arguments.emplace_back();
    OpAsmParser::Argument &argument = entryArguments.emplace_back();
    port.loc = parser.getCurrentLocation();
    if (parser.parseArgument(argument) || parser.parseColon() ||
        parsePortType(parser, port, extents))
      return failure();
    port.name = argument.ssaName.name.drop_front().str();
    return success();
  };
  auto parseResult = [&]() -> ParseResult {
    ParsedPort &port = results.emplace_back();
    port.loc = parser.getCurrentLocation();
    if (parser.parseKeywordOrString(&port.name) || parser.parseColon() ||
        parsePortType(parser, port, extents))
      return failure();
    if (port.scalar)
      return parser.emitError(port.loc, "result '")
             << port.name
             << "' must be a tensor: write its dims, as in [r] f32";
    port.isTied = succeeded(parser.parseOptionalKeyword("ties"));
    return port.isTied ? parser.parseOperand(port.tied)
                       : ParseResult(success());
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     parseArgument) ||
      parser.parseArrow() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseResult))
    return failure();

  SmallVector<Attribute> argumentPorts, resultPorts;
  for (auto [port, argument] : llvm::zip_equal(arguments, entryArguments)) {
    PortAttr attr = makePort(parser, port, extents, -1);
    if (!attr)
      return failure();
    argument.type = attr.getType();
    argumentPorts.push_back(attr);
  }
  for (const ParsedPort &port : results) {
    int64_t tied = -1;
    if (port.isTied) {
      for (auto [i, argument] : llvm::enumerate(entryArguments))
        if (argument.ssaName.name == port.tied.name)
          tied = i;
      if (tied < 0)
        return parser.emitError(port.tied.location, "result '")
               << port.name << "' ties '" << port.tied.name
               << "', which is no argument";
    }
    PortAttr attr = makePort(parser, port, extents, tied);
    if (!attr)
      return failure();
    resultPorts.push_back(attr);
  }
  Builder &b = parser.getBuilder();
  result.addAttribute("arguments", b.getArrayAttr(argumentPorts));
  result.addAttribute("results", b.getArrayAttr(resultPorts));
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  Region *body = result.addRegion();
  return parser.parseRegion(*body, entryArguments);
}

static void printPortType(OpAsmPrinter &p, PortAttr port,
                          llvm::SmallSet<StringRef, 8> &printedExtents) {
  auto tensor = dyn_cast<RankedTensorType>(port.getType());
  if (!tensor) {
    p << port.getType();
    return;
  }
  p << '[';
  llvm::interleaveComma(
      llvm::seq<unsigned>(0, tensor.getRank()), p, [&](unsigned i) {
        StringRef dim = port.getDimName(i);
        p.printKeywordOrString(dim);
        if (!tensor.isDynamicDim(i) && printedExtents.insert(dim).second)
          p << " = " << tensor.getDimSize(i);
      });
  p << "] " << tensor.getElementType();
  if (port.getStrided())
    p << " strided";
}

void FuncOp::print(OpAsmPrinter &p) {
  p << ' ';
  p.printSymbolName(getSymName());
  p << '(';
  llvm::SmallSet<StringRef, 8> printedExtents;
  llvm::interleaveComma(llvm::seq<unsigned>(0, getNumArgumentPorts()), p,
                        [&](unsigned i) {
                          p.printOperand(getBody().getArgument(i));
                          p << ": ";
                          printPortType(p, getArgumentPort(i), printedExtents);
                        });
  p << ") -> (";
  llvm::interleaveComma(
      llvm::seq<unsigned>(0, getNumResultPorts()), p, [&](unsigned i) {
        PortAttr port = getResultPort(i);
        p.printKeywordOrString(port.getName().getValue());
        p << ": ";
        printPortType(p, port, printedExtents);
        if (port.isTied()) {
          p << " ties ";
          p.printOperand(getBody().getArgument(port.getTied()));
        }
      });
  p << ')';
  p.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getSymNameAttrName(), getArgumentsAttrName(), getResultsAttrName()});
  p << ' ';
  p.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

void FuncOp::getAsmBlockArgumentNames(Region &region,
                                      OpAsmSetValueNameFn setName) {
  for (auto [argument, port] :
       llvm::zip(region.getArguments(), getArguments().getAsRange<PortAttr>()))
    setName(argument, port.getName().getValue());
}

SmallVector<StringAttr> FuncOp::getDynamicDims() {
  SmallVector<StringAttr> names;
  for (ArrayAttr ports : {getArguments(), getResults()})
    for (PortAttr port : ports.getAsRange<PortAttr>())
      if (auto tensor = dyn_cast<RankedTensorType>(port.getType()))
        for (auto [i, extent] : llvm::enumerate(tensor.getShape()))
          if (auto name = cast<StringAttr>(port.getDims()[i]);
              ShapedType::isDynamic(extent) && !llvm::is_contained(names, name))
            names.push_back(name);
  return names;
}
