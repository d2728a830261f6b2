// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The C parameters of a norm.func.

#include "bnc/Emit/Signature.h"

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

using Kind = Parameter::Kind;

StringRef bnc::getKindName(Kind kind) {
  switch (kind) {
  case Kind::Extent:
    return "extent";
  case Kind::Input:
    return "input";
  case Kind::Output:
    return "output";
  case Kind::InOut:
    return "inout";
  case Kind::Stride:
    return "stride";
  case Kind::Scalar:
    return "scalar";
  case Kind::Workspace:
    return "workspace";
  case Kind::WorkspaceSize:
    return "workspace_size";
  }
  llvm_unreachable("no such kind");
}

std::string bnc::getTypeName(const Parameter &parameter) {
  if (parameter.kind == Kind::Workspace)
    return "";
  std::string name;
  llvm::raw_string_ostream(name) << parameter.element;
  return name;
}

PortAttr bnc::getPort(FuncOp func, const Parameter &parameter) {
  return parameter.isResult ? func.getResultPort(parameter.port)
                            : func.getArgumentPort(parameter.port);
}

static Parameter makePlain(Kind kind, std::string name, Type element) {
  Parameter parameter;
  parameter.kind = kind;
  parameter.name = std::move(name);
  parameter.element = element;
  return parameter;
}

/// Appends the pointer of `port` and the strides of all its dims but the
/// innermost.
static void addTensor(SmallVectorImpl<Parameter> &parameters, Kind kind,
                      PortAttr port, int64_t index, bool isResult) {
  auto tensor = cast<RankedTensorType>(port.getType());
  std::string name = port.getName().str();
  Parameter pointer = makePlain(kind, name, tensor.getElementType());
  pointer.port = index;
  pointer.isResult = isResult;
  parameters.push_back(pointer);
  if (!port.getStrided())
    return;
  Type i64 = IntegerType::get(tensor.getContext(), 64);
  for (int64_t axis = 0; axis + 1 < tensor.getRank(); ++axis) {
    Parameter stride = makePlain(
        Kind::Stride, name + "_stride_" + port.getDimName(axis).str(), i64);
    stride.port = index;
    stride.isResult = isResult;
    stride.axis = axis;
    parameters.push_back(stride);
  }
}

Signature Signature::get(FuncOp func) {
  Signature signature;
  SmallVectorImpl<Parameter> &parameters = signature.parameters;
  Type i64 = IntegerType::get(func.getContext(), 64);

  for (StringAttr dim : func.getDynamicDims())
    parameters.push_back(makePlain(Kind::Extent, dim.str(), i64));

  llvm::SmallBitVector isTied(func.getNumArgumentPorts());
  for (unsigned i = 0, e = func.getNumResultPorts(); i < e; ++i) {
    int64_t tied = func.getResultPort(i).getTied();
    signature.ties.push_back(tied);
    if (tied >= 0)
      isTied.set(tied);
  }
  for (unsigned i = 0, e = func.getNumArgumentPorts(); i < e; ++i)
    if (PortAttr port = func.getArgumentPort(i); !port.isScalar())
      addTensor(parameters, isTied[i] ? Kind::InOut : Kind::Input, port, i,
                /*isResult=*/false);
  for (unsigned i = 0, e = func.getNumResultPorts(); i < e; ++i)
    if (PortAttr port = func.getResultPort(i); !port.isTied())
      addTensor(parameters, Kind::Output, port, i, /*isResult=*/true);

  for (unsigned i = 0, e = func.getNumArgumentPorts(); i < e; ++i)
    if (PortAttr port = func.getArgumentPort(i); port.isScalar()) {
      Parameter scalar =
          makePlain(Kind::Scalar, port.getName().str(), port.getType());
      scalar.port = i;
      parameters.push_back(scalar);
    }

  if (needsWorkspace(func)) {
    Type i8 = IntegerType::get(func.getContext(), 8);
    parameters.push_back(makePlain(Kind::Workspace, "workspace", i8));
    parameters.push_back(makePlain(Kind::WorkspaceSize, "workspace_size", i64));
  }
  return signature;
}

unsigned
Signature::find(llvm::function_ref<bool(const Parameter &)> matches) const {
  const Parameter *it = llvm::find_if(parameters, matches);
  assert(it != parameters.end() && "no such parameter");
  return it - parameters.begin();
}

unsigned Signature::getExtentIndex(StringRef name) const {
  return find([&](const Parameter &p) {
    return p.kind == Kind::Extent && p.name == name;
  });
}

unsigned Signature::getPointerIndex(int64_t port, bool isResult) const {
  if (isResult && ties[port] >= 0)
    return getPointerIndex(ties[port], /*isResult=*/false);
  return find([&](const Parameter &p) {
    return p.isPointer() && p.port == port && p.isResult == isResult;
  });
}

unsigned Signature::getStrideIndex(int64_t port, bool isResult,
                                   unsigned axis) const {
  // The strides follow their pointer, outermost first.
  unsigned index = getPointerIndex(port, isResult) + 1 + axis;
  assert(index < parameters.size() && parameters[index].kind == Kind::Stride &&
         parameters[index].axis == axis && "no such stride");
  return index;
}

unsigned Signature::getScalarIndex(int64_t port) const {
  return find([&](const Parameter &p) {
    return p.kind == Kind::Scalar && p.port == port;
  });
}

std::optional<unsigned> Signature::getWorkspaceIndex() const {
  for (auto [i, parameter] : llvm::enumerate(parameters))
    if (parameter.kind == Kind::Workspace)
      return i;
  return std::nullopt;
}

SmallVector<Type> Signature::getParameterTypes(MLIRContext *context) const {
  Type pointer = LLVM::LLVMPointerType::get(context);
  SmallVector<Type> fields{pointer};
  for (const Parameter &parameter : parameters)
    fields.push_back(parameter.isPointer() || parameter.kind == Kind::Workspace
                         ? pointer
                         : parameter.element);
  return fields;
}

LLVM::LLVMStructType Signature::getFrameType(MLIRContext *context) const {
  SmallVector<Type> fields = getParameterTypes(context);
  fields.push_back(LLVM::LLVMPointerType::get(context));
  return LLVM::LLVMStructType::getLiteral(context, fields);
}
