// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The operands of a kernel as loops see them, read off the frame.

#include "bnc/Conversion/KernelFrame/KernelFrame.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

Type bnc::getStorageType(Type element) {
  if (element.getIntOrFloatBitWidth() == 16)
    return IntegerType::get(element.getContext(), 16);
  return element;
}

namespace {

/// Index arithmetic that folds what is static.
struct IndexMath {
  OpBuilder &b;
  Location loc;

  Value constant(int64_t value) const {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value mul(Value lhs, Value rhs) const {
    return b.createOrFold<arith::MulIOp>(loc, lhs, rhs);
  }
  Value add(Value lhs, Value rhs) const {
    return b.createOrFold<arith::AddIOp>(loc, lhs, rhs);
  }
  Value ceilDiv(Value lhs, int64_t rhs) const {
    return b.createOrFold<arith::DivUIOp>(loc, add(lhs, constant(rhs - 1)),
                                          constant(rhs));
  }
};

} // namespace

static std::optional<int64_t> getConstant(Value value) {
  return getConstantIntValue(value);
}

static Value getFieldAddress(OpBuilder &b, Location loc,
                             const Signature &signature, Value frame,
                             unsigned field) {
  Type frameType = signature.getFrameType(b.getContext());
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  return LLVM::GEPOp::create(
      b, loc, pointer, frameType, frame,
      ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(field)});
}

/// Parameter `index` of the signature: field index + 1 of the frame.
static Value loadParameter(OpBuilder &b, Location loc,
                           const Signature &signature, Value frame,
                           unsigned index, Type type) {
  Value address = getFieldAddress(b, loc, signature, frame, index + 1);
  return LLVM::LoadOp::create(b, loc, type, address);
}

static Value loadIndex(OpBuilder &b, Location loc, const Signature &signature,
                       Value frame, unsigned index) {
  Value raw = loadParameter(b, loc, signature, frame, index, b.getI64Type());
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), raw);
}

/// The extent of `dim` as an index.
static Value emitExtent(OpBuilder &b, Location loc, const Signature &signature,
                        Value frame, DimAttr dim) {
  if (!dim.isDynamic())
    return arith::ConstantIndexOp::create(b, loc, dim.getSize());
  Value extent =
      loadIndex(b, loc, signature, frame,
                signature.getExtentIndex(dim.getSymbol().getValue()));
  if (dim.getDivisor() == 1)
    return extent;
  Value divisor = arith::ConstantIndexOp::create(b, loc, dim.getDivisor());
  return arith::DivUIOp::create(b, loc, extent, divisor);
}

static SmallVector<unsigned> listDims(DimSet set) {
  SmallVector<unsigned> dims;
  for (unsigned i = 0; i < 64; ++i)
    if (set >> i & 1)
      dims.push_back(i);
  return dims;
}

/// Bytes of `section`, as an index, before alignment.
static Value emitSectionBytes(OpBuilder &b, Location loc,
                              const Signature &signature, Value frame,
                              const WorkspaceSection &section) {
  IndexMath math{b, loc};
  KernelOp kernel = section.kernel;
  Value bytes = math.constant(section.element.getIntOrFloatBitWidth() / 8);
  for (unsigned dim : listDims(section.dims))
    bytes = math.mul(bytes,
                     emitExtent(b, loc, signature, frame, kernel.getDim(dim)));
  if (!section.chunkedDims)
    return bytes;
  Value steps = math.constant(1);
  for (unsigned dim : listDims(section.chunkedDims))
    steps = math.mul(steps,
                     emitExtent(b, loc, signature, frame, kernel.getDim(dim)));
  return math.mul(bytes, math.ceilDiv(steps, section.chunk));
}

static Value emitAligned(OpBuilder &b, Location loc, Value bytes) {
  IndexMath math{b, loc};
  return math.mul(math.ceilDiv(bytes, 64), math.constant(64));
}

Value KernelFrame::emitWorkspaceBytes(OpBuilder &b, Location loc, FuncOp func,
                                      const WorkspaceLayout &layout,
                                      Value frame) {
  Signature signature = Signature::get(func);
  IndexMath math{b, loc};
  Value total = math.constant(0);
  for (const WorkspaceSection &section : layout.getSections())
    total = math.add(total, emitAligned(b, loc,
                                        emitSectionBytes(b, loc, signature,
                                                         frame, section)));
  return arith::IndexCastOp::create(b, loc, b.getI64Type(), total);
}

/// A memref made of a pointer, extents and strides (all index values).
static Value makeMemRef(OpBuilder &b, Location loc, Value pointer, Type storage,
                        ArrayRef<Value> sizes, ArrayRef<Value> strides) {
  unsigned rank = sizes.size();
  SmallVector<int64_t> staticSizes, staticStrides;
  for (auto [size, stride] : llvm::zip_equal(sizes, strides)) {
    staticSizes.push_back(getConstant(size).value_or(ShapedType::kDynamic));
    staticStrides.push_back(getConstant(stride).value_or(ShapedType::kDynamic));
  }
  auto type =
      MemRefType::get(staticSizes, storage,
                      StridedLayoutAttr::get(b.getContext(), 0, staticStrides));
  Type i64 = b.getI64Type();
  auto pointerType = LLVM::LLVMPointerType::get(b.getContext());
  SmallVector<Type> fields{pointerType, pointerType, i64};
  if (rank > 0) {
    Type array = LLVM::LLVMArrayType::get(i64, rank);
    fields.append({array, array});
  }
  auto structType = LLVM::LLVMStructType::getLiteral(b.getContext(), fields);
  Value descriptor = LLVM::PoisonOp::create(b, loc, structType);
  auto insert = [&](Value value, ArrayRef<int64_t> position) {
    descriptor =
        LLVM::InsertValueOp::create(b, loc, descriptor, value, position);
  };
  insert(pointer, 0);
  insert(pointer, 1);
  insert(LLVM::ConstantOp::create(b, loc, i64, b.getI64IntegerAttr(0)), 2);
  for (unsigned i = 0; i < rank; ++i) {
    int64_t axis = i;
    insert(b.createOrFold<arith::IndexCastOp>(loc, i64, sizes[i]), {3, axis});
    insert(b.createOrFold<arith::IndexCastOp>(loc, i64, strides[i]), {4, axis});
  }
  return UnrealizedConversionCastOp::create(b, loc, type, descriptor)
      .getResult(0);
}

KernelArray KernelFrame::makeContiguous(Value pointer, Type element,
                                        ArrayRef<unsigned> dims) {
  IndexMath math{b, loc};
  KernelArray array;
  array.element = element;
  array.dims.assign(dims.begin(), dims.end());
  array.contiguousWithNext.assign(dims.size(), true);
  SmallVector<Value> sizes, strides(dims.size());
  Value stride = math.constant(1);
  for (unsigned dim : dims)
    sizes.push_back(extents[dim]);
  for (int i = int(dims.size()) - 1; i >= 0; --i) {
    strides[i] = stride;
    stride = math.mul(stride, sizes[i]);
  }
  array.pointer = pointer;
  array.strides = strides;
  array.memref =
      makeMemRef(b, loc, pointer, getStorageType(element), sizes, strides);
  return array;
}

KernelArray KernelFrame::makePort(Value tensor, ArrayAttr view, int64_t port,
                                  bool isResult) {
  PortAttr attr =
      isResult ? func.getResultPort(port) : func.getArgumentPort(port);
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  unsigned pointerIndex = signature.getPointerIndex(port, isResult);
  Value pointer = loadParameter(b, loc, signature, frame, pointerIndex,
                                LLVM::LLVMPointerType::get(b.getContext()));
  SmallVector<unsigned> dims;
  SmallVector<Value> sizes;
  unsigned rank = view.size();
  // Strides of the tensor's axes, innermost first; a view splits an axis into
  // dims whose strides follow from the axis'.
  IndexMath math{b, loc};
  SmallVector<Value> strides;
  SmallVector<bool> contiguous;
  Value stride = math.constant(1);
  for (int axis = int(rank) - 1; axis >= 0; --axis) {
    if (attr.getStrided() && axis != int(rank) - 1)
      stride = loadIndex(b, loc, signature, frame,
                         signature.getStrideIndex(port, isResult, axis));
    ArrayRef<int64_t> parts = cast<DenseI64ArrayAttr>(view[axis]).asArrayRef();
    for (int part = int(parts.size()) - 1; part >= 0; --part) {
      dims.push_back(parts[part]);
      sizes.push_back(extents[parts[part]]);
      strides.push_back(stride);
      bool sameAxisBelow = part != int(parts.size()) - 1;
      contiguous.push_back(sameAxisBelow || !attr.getStrided());
      stride = math.mul(stride, extents[parts[part]]);
    }
  }
  KernelArray array;
  array.element = element;
  array.dims.assign(dims.rbegin(), dims.rend());
  array.contiguousWithNext.assign(contiguous.rbegin(), contiguous.rend());
  std::reverse(sizes.begin(), sizes.end());
  std::reverse(strides.begin(), strides.end());
  array.pointer = pointer;
  array.strides = strides;
  array.memref =
      makeMemRef(b, loc, pointer, getStorageType(element), sizes, strides);
  return array;
}

KernelFrame::KernelFrame(OpBuilder &b, Location loc, FuncOp func,
                         const WorkspaceLayout &layout, KernelOp kernel,
                         Value frame)
    : b(b), loc(loc), func(func), signature(Signature::get(func)),
      layout(layout), kernel(kernel), frame(frame) {
  for (unsigned i = 0, e = kernel.getNumDims(); i < e; ++i)
    extents.push_back(emitExtent(b, loc, signature, frame, kernel.getDim(i)));

  auto findReturned = [](Value value) {
    SmallVector<unsigned> returned;
    for (OpOperand &use : value.getUses())
      if (isa<ReturnOp>(use.getOwner()))
        returned.push_back(use.getOperandNumber());
    llvm::sort(returned);
    return returned;
  };
  auto listView = [](ArrayAttr view) {
    SmallVector<unsigned> dims;
    for (Attribute axis : view)
      for (int64_t dim : cast<DenseI64ArrayAttr>(axis).asArrayRef())
        dims.push_back(dim);
    return dims;
  };
  for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
    auto view = cast<ArrayAttr>(kernel.getInputViews()[i]);
    if (auto argument = dyn_cast<BlockArgument>(input)) {
      inputs.push_back(
          makePort(input, view, argument.getArgNumber(), /*isResult=*/false));
      continue;
    }
    SmallVector<unsigned> returned = findReturned(input);
    if (!returned.empty()) {
      inputs.push_back(makePort(input, view, returned[0], /*isResult=*/true));
      continue;
    }
    // The section's dims are the producer's; here they are the view's.
    inputs.push_back(
        makeContiguous(getSectionPointer(input, 0),
                       cast<RankedTensorType>(input.getType()).getElementType(),
                       listView(view)));
  }
  for (auto [i, result] : llvm::enumerate(kernel.getResults())) {
    auto view = cast<ArrayAttr>(kernel.getResultViews()[i]);
    SmallVector<KernelArray> &stored = results.emplace_back();
    for (unsigned port : findReturned(result))
      stored.push_back(makePort(result, view, port, /*isResult=*/true));
    if (stored.empty())
      stored.push_back(makeContiguous(
          getSectionPointer(result, 0),
          cast<RankedTensorType>(result.getType()).getElementType(),
          listView(view)));
  }
  for (Value scalar : kernel.getScalars()) {
    auto argument = cast<BlockArgument>(scalar);
    scalars.push_back(loadParameter(
        b, loc, signature, frame,
        signature.getScalarIndex(argument.getArgNumber()), scalar.getType()));
  }
}

Value KernelFrame::getTotalExtent(DimSet dims) {
  IndexMath math{b, loc};
  Value product = math.constant(1);
  for (unsigned dim : listDims(dims))
    product = math.mul(product, extents[dim]);
  return product;
}

Value KernelFrame::getSectionPointer(Value key, unsigned field) {
  IndexMath math{b, loc};
  int64_t index = layout.find(key, field);
  assert(index >= 0 && "value has no workspace section");
  Value offset = math.constant(0);
  for (const WorkspaceSection &before : layout.getSections().take_front(index))
    offset = math.add(offset, emitAligned(b, loc,
                                          emitSectionBytes(b, loc, signature,
                                                           frame, before)));
  auto pointerType = LLVM::LLVMPointerType::get(b.getContext());
  Value base = loadParameter(b, loc, signature, frame,
                             *signature.getWorkspaceIndex(), pointerType);
  return LLVM::GEPOp::create(
      b, loc, pointerType, b.getI8Type(), base,
      ValueRange{arith::IndexCastOp::create(b, loc, b.getI64Type(), offset)});
}

KernelArray KernelFrame::getSection(Value key, unsigned field) {
  IndexMath math{b, loc};
  const WorkspaceSection &section =
      layout.getSections()[layout.find(key, field)];
  Value pointer = getSectionPointer(key, field);
  Type element = section.element;
  SmallVector<unsigned> dims = listDims(section.dims);
  if (!section.chunkedDims)
    return makeContiguous(pointer, element, dims);

  SmallVector<Value> sizes, strides(dims.size() + 1);
  sizes.push_back(
      math.ceilDiv(getTotalExtent(section.chunkedDims), section.chunk));
  for (unsigned dim : dims)
    sizes.push_back(extents[dim]);
  Value stride = math.constant(1);
  for (int i = int(dims.size()); i >= 0; --i) {
    strides[i] = stride;
    stride = math.mul(stride, sizes[i]);
  }
  KernelArray array;
  array.element = element;
  array.dims = dims;
  array.contiguousWithNext.assign(dims.size(), true);
  array.pointer = pointer;
  array.strides = strides;
  array.memref =
      makeMemRef(b, loc, pointer, getStorageType(element), sizes, strides);
  return array;
}

void KernelFrame::setScratch(Value memory) {
  LLVM::StoreOp::create(
      b, loc, memory,
      getFieldAddress(b, loc, signature, frame, signature.getScratchField()));
}

Value KernelFrame::getScratch(int64_t begin, int64_t count) {
  IndexMath math{b, loc};
  Type f64 = b.getF64Type();
  auto pointerType = LLVM::LLVMPointerType::get(b.getContext());
  Value base = LLVM::LoadOp::create(
      b, loc, pointerType,
      getFieldAddress(b, loc, signature, frame, signature.getScratchField()));
  Value first =
      LLVM::GEPOp::create(b, loc, pointerType, f64, base,
                          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(begin)});
  return makeMemRef(b, loc, first, f64, math.constant(count), math.constant(1));
}

Value KernelFrame::getBytesMoved() {
  IndexMath math{b, loc};
  Value total = math.constant(0);
  auto addArray = [&](const KernelArray &array) {
    Value bytes = math.constant(array.element.getIntOrFloatBitWidth() / 8);
    total = math.add(total, math.mul(bytes, getTotalExtent(array.getDimSet())));
  };
  for (const KernelArray &array : inputs)
    addArray(array);
  for (ArrayRef<KernelArray> stored : results)
    for (const KernelArray &array : stored)
      addArray(array);
  return total;
}

Value bnc::loadElement(OpBuilder &b, Location loc, const KernelArray &array,
                       ValueRange indices) {
  Value loaded = memref::LoadOp::create(b, loc, array.memref, indices);
  if (loaded.getType() == array.element)
    return loaded;
  return arith::BitcastOp::create(b, loc, array.element, loaded);
}

void bnc::storeElement(OpBuilder &b, Location loc, Value value,
                       const KernelArray &array, ValueRange indices) {
  Type storage = getStorageType(array.element);
  if (value.getType() != storage)
    value = arith::BitcastOp::create(b, loc, storage, value);
  memref::StoreOp::create(b, loc, value, array.memref, indices);
}
