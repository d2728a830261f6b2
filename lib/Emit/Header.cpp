// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Writes the C header.

#include "bnc/Emit/Header.h"

#include "bnc/Emit/Signature.h"
#include "bnc/Target/CPU/InstructionSet.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

using Kind = Parameter::Kind;

/// runtime/include/bnc/abi.h, word for word.
static constexpr StringLiteral abiText =
#include "abi.h.inc"
    ;

/// What holds of every function, said once.
static constexpr StringLiteral rules = R"(
 * Every function returns 0, a negative bnc_status, or a positive code that a
 * callback of ctx returned. A negative status other than BNC_CALLBACK_FAILED
 * means that nothing was written; ctx->argument, if set, then receives the
 * index of the parameter at fault, counted from 0 after ctx, or -1 if it is
 * none of them. After a failed callback the outputs are unspecified.
 *
 * ctx may be NULL: a serial call. Tensors are row-major and contiguous unless
 * they have strides, which count elements, are at least 0 and may be 0 only for
 * const pointers. A tensor without elements may be NULL. Pointers need the
 * alignment of their element only.
 *
 * What is written may overlap no other argument, unless it lies in the gaps
 * between the rows of a strided one with the same strides. Pointers that are
 * only read may overlap each other.
 *
 * Functions allocate nothing, start no thread, print nothing, and are safe to
 * call from several threads on different outputs and workspaces. A callback
 * must neither throw nor longjmp.
)";

/// The C type of an element or scalar.
static StringRef getCType(Type type) {
  if (type.isF64())
    return "double";
  if (type.isF32())
    return "float";
  if (type.isF16())
    return "bnc_f16";
  if (type.isBF16())
    return "bnc_bf16";
  return "int64_t";
}

static std::string declare(const Parameter &parameter) {
  StringRef type = getCType(parameter.element);
  switch (parameter.kind) {
  case Kind::Input:
    return ("const " + type + " *" + parameter.name).str();
  case Kind::Output:
  case Kind::InOut:
    return (type + " *" + parameter.name).str();
  case Kind::Workspace:
    return "void *" + parameter.name;
  case Kind::WorkspaceSize:
    return "size_t " + parameter.name;
  case Kind::Extent:
  case Kind::Stride:
  case Kind::Scalar:
    return (type + " " + parameter.name).str();
  }
  llvm_unreachable("no such kind");
}

/// `head(parameters)`, its lines broken under the first parameter.
static std::string layOut(StringRef head, ArrayRef<std::string> parameters) {
  constexpr unsigned width = 80;
  std::string text = (head + "(").str();
  unsigned indent = text.size(), column = indent;
  for (auto [i, parameter] : llvm::enumerate(parameters)) {
    unsigned length = parameter.size() + 1;
    if (i > 0 && column + 1 + length > width - 1) {
      text += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (i > 0) {
      text += " ";
      ++column;
    }
    text += parameter + (i + 1 < parameters.size() ? "," : ")");
    column += length;
  }
  return text;
}

std::string bnc::buildPrototype(FuncOp func) {
  SmallVector<std::string> parameters{"const bnc_context *ctx"};
  Signature signature = Signature::get(func);
  for (const Parameter &parameter : signature.getParameters())
    parameters.push_back(declare(parameter));
  return layOut(("int " + func.getSymName()).str(), parameters);
}

/// `[r, c = 4096]` with the extents of the port's dims.
static std::string printShape(PortAttr port) {
  std::string text = "[";
  for (auto [i, extent] :
       llvm::enumerate(cast<RankedTensorType>(port.getType()).getShape())) {
    text += (i ? ", " : "") + port.getDimName(i).str();
    if (!ShapedType::isDynamic(extent))
      text += " = " + std::to_string(extent);
  }
  return text + "]";
}

/// One phrase on what the caller passes for `parameter`.
static std::string explain(FuncOp func, const Signature &signature,
                           const Parameter &parameter) {
  switch (parameter.kind) {
  case Kind::Extent:
    return "extent";
  case Kind::Input:
    return printShape(getPort(func, parameter)) + ", read";
  case Kind::Output:
    return printShape(getPort(func, parameter)) + ", written";
  case Kind::InOut: {
    std::string name;
    for (PortAttr result : func.getResults().getAsRange<PortAttr>())
      if (result.getTied() == parameter.port)
        name = result.getName().str();
    return printShape(getPort(func, parameter)) + ", read, then overwritten " +
           "by '" + name + "'";
  }
  case Kind::Stride: {
    const Parameter &pointer =
        signature.getParameters()[signature.getPointerIndex(
            parameter.port, parameter.isResult)];
    return "elements between steps of '" +
           getPort(func, parameter).getDimName(parameter.axis).str() + "' in " +
           pointer.name;
  }
  case Kind::Scalar:
    return "scalar";
  case Kind::Workspace:
    return "scratch memory, any alignment; NULL if its size is 0";
  case Kind::WorkspaceSize:
    return ("its bytes, at least " + func.getSymName() + "_workspace_size()")
        .str();
  }
  llvm_unreachable("no such kind");
}

static void writeFunction(llvm::raw_ostream &os, FuncOp func) {
  Signature signature = Signature::get(func);
  StringRef name = func.getSymName();
  size_t width = 0;
  for (const Parameter &parameter : signature.getParameters())
    width = std::max(width, parameter.name.size());
  os << "\n/* " << name << ":\n";
  SmallVector<std::string> extents;
  for (const Parameter &parameter : signature.getParameters()) {
    os << " *   " << parameter.name
       << std::string(width - parameter.name.size() + 2, ' ')
       << explain(func, signature, parameter) << "\n";
    if (parameter.kind == Kind::Extent)
      extents.push_back(declare(parameter));
  }
  os << " */\n" << buildPrototype(func) << ";\n";
  if (extents.empty())
    extents.push_back("void");
  if (signature.getWorkspaceIndex())
    os << "\n/* Bytes of workspace for these extents and any number of "
          "threads; "
          "SIZE_MAX\n * for extents that are negative or too large. */\n"
       << layOut(("size_t " + name + "_workspace_size").str(), extents)
       << ";\n";
  os << "\n/* What " << name << " is, for programs. */\n"
     << layOut(("const bnc_metadata *" + name + "_metadata").str(), {"void"})
     << ";\n";
}

std::string bnc::buildHeader(ArrayRef<ModuleOp> variants,
                             StringRef libraryName) {
  std::string text;
  llvm::raw_string_ostream os(text);
  ModuleOp module = variants.front();
  SmallVector<TargetAttr> targets;
  for (ModuleOp variant : variants)
    targets.append(getTargets(variant));
  os << "/* " << libraryName << ", made by bnc";
  if (!targets.empty())
    os << " for " << printTargets(targets);
  os << ".\n *" << rules << " */\n#ifndef BNC_LIBRARY_" << libraryName
     << "\n#define BNC_LIBRARY_" << libraryName << "\n\n";
  // The block without the comment that introduces abi.h to its own readers.
  os << abiText.substr(abiText.find("#ifndef BNC_ABI_1"));
  os << "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
  for (FuncOp func : module.getOps<FuncOp>())
    writeFunction(os, func);
  os << "\n#ifdef __cplusplus\n}\n#endif\n#endif /* BNC_LIBRARY_" << libraryName
     << " */\n";
  return text;
}
