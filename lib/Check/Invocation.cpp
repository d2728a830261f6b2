// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One call of a compiled function: its C parameters and their memory.

#include "bnc/Check/Invocation.h"

#include <cstring>

using namespace bnc;
using namespace bnc::norm;
using namespace mlir;

SmallVector<int64_t> bnc::getShape(PortAttr port, const Extents &extents) {
  SmallVector<int64_t> shape;
  if (auto tensor = dyn_cast<RankedTensorType>(port.getType()))
    for (auto [i, extent] : llvm::enumerate(tensor.getShape()))
      shape.push_back(ShapedType::isDynamic(extent)
                          ? extents.lookup(port.getDimName(i))
                          : extent);
  return shape;
}

void Invocation::View::forEachRun(
    llvm::function_ref<void(size_t, size_t)> visit) const {
  if (llvm::is_contained(shape, 0))
    return;
  // The innermost dim is contiguous: step through the others.
  size_t run = (shape.empty() ? 1 : shape.back()) * elementBytes;
  unsigned outer = shape.empty() ? 0 : shape.size() - 1;
  SmallVector<int64_t> index(outer, 0);
  while (true) {
    int64_t offset = 0;
    for (unsigned i = 0; i < outer; ++i)
      offset += index[i] * strides[i];
    visit(offset * elementBytes, run);
    unsigned axis = outer;
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}

/// Strides of a row-major tensor whose runs along each dim but the innermost
/// are `padding` elements apart.
static SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape,
                                       int64_t padding) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i] + padding;
  return strides;
}

std::optional<Invocation> Invocation::create(FuncOp func, const Callee &callee,
                                             const Extents &extents,
                                             ArrayRef<Bytes> arguments,
                                             const InvocationOptions &options) {
  const Signature &signature = callee.signature;
  ArrayRef<Parameter> parameters = signature.getParameters();
  Invocation invocation;
  invocation.views.resize(parameters.size());
  invocation.slots.resize(parameters.size(), 0);
  SmallVector<int64_t> extentValues;

  for (auto [i, parameter] : llvm::enumerate(parameters)) {
    uint64_t &slot = invocation.slots[i];
    switch (parameter.kind) {
    case Parameter::Kind::Extent:
      slot = extents.lookup(parameter.name);
      extentValues.push_back(slot);
      break;
    case Parameter::Kind::Scalar:
      std::memcpy(&slot, arguments[parameter.port].data(),
                  arguments[parameter.port].size());
      break;
    case Parameter::Kind::Input:
    case Parameter::Kind::Output:
    case Parameter::Kind::InOut: {
      PortAttr port = parameter.isResult ? func.getResultPort(parameter.port)
                                         : func.getArgumentPort(parameter.port);
      View &view = invocation.views[i].emplace();
      view.name = parameter.name;
      view.shape = getShape(port, extents);
      view.strides =
          getStrides(view.shape, port.getStrided() ? options.padding : 0);
      view.elementBytes = parameter.element.getIntOrFloatBitWidth() / 8;
      view.writable = parameter.kind != Parameter::Kind::Input;
      size_t bytes = 0;
      view.forEachRun([&](size_t offset, size_t run) { bytes = offset + run; });
      view.buffer = Buffer(bytes, options.placement);
      if (!view.buffer.data())
        return std::nullopt;
      if (!parameter.isResult) {
        const char *from = arguments[parameter.port].data();
        view.forEachRun([&](size_t offset, size_t run) {
          std::memcpy(view.buffer.data() + offset, from, run);
          from += run;
        });
      }
      view.before.assign(view.buffer.data(), view.buffer.data() + bytes);
      slot = reinterpret_cast<uintptr_t>(view.buffer.data());
      break;
    }
    case Parameter::Kind::Stride: {
      unsigned pointer =
          signature.getPointerIndex(parameter.port, parameter.isResult);
      slot = invocation.views[pointer]->strides[parameter.axis];
      break;
    }
    case Parameter::Kind::Workspace:
    case Parameter::Kind::WorkspaceSize:
      break;
    }
  }

  for (unsigned i = 0; i < func.getNumResultPorts(); ++i)
    invocation.resultParameters.push_back(
        signature.getPointerIndex(i, /*isResult=*/true));
  if (std::optional<unsigned> index = signature.getWorkspaceIndex()) {
    size_t size = callee.workspaceSize(extentValues);
    invocation.workspace = Buffer(size, options.placement);
    if (!invocation.workspace.data())
      return std::nullopt;
    invocation.slots[*index] =
        reinterpret_cast<uintptr_t>(invocation.workspace.data());
    invocation.slots[*index + 1] = size;
  }
  return invocation;
}

Bytes Invocation::readResult(unsigned index) const {
  const View &view = *views[resultParameters[index]];
  Bytes bytes;
  view.forEachRun([&](size_t offset, size_t run) {
    bytes.append(view.buffer.data() + offset,
                 view.buffer.data() + offset + run);
  });
  return bytes;
}

std::optional<std::string> Invocation::findStrayWrite() const {
  for (const std::optional<View> &view : views) {
    if (!view)
      continue;
    const char *now = view->buffer.data();
    const char *before = view->before.data();
    // What may not change: all of an input, else what lies between the runs.
    size_t end = 0;
    bool changed = false;
    auto compare = [&](size_t from, size_t to) {
      changed |= to > from && std::memcmp(now + from, before + from, to - from);
    };
    view->forEachRun([&](size_t offset, size_t run) {
      compare(end, view->writable ? offset : offset + run);
      end = offset + run;
    });
    if (changed)
      return view->name;
  }
  return std::nullopt;
}
