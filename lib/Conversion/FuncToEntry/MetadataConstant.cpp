// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Lays out bnc_metadata as constants.

#include "MetadataConstant.h"

#include "ABITypes.h"
#include "CodeBuilder.h"

#include "bnc/Emit/Metadata.h"
#include "bnc/Target/CPU/InstructionSet.h"
#include "bnc/abi.h"

#include "llvm/ADT/StringMap.h"

#include <map>
#include <vector>

using namespace mlir;
using namespace bnc;

namespace {

/// Adds the constants of one function, called `<f>.metadata.<n>` in the IR and
/// nothing in the object, each once.
class ConstantLayout {
public:
  ConstantLayout(CodeBuilder &b, ModuleOp module, StringRef function)
      : b(b), module(module), prefix((function + ".metadata.").str()) {}

  LLVM::GlobalOp addString(StringRef text);
  LLVM::GlobalOp addIntegers(ArrayRef<int64_t> values);
  /// An array of pointers.
  LLVM::GlobalOp addPointers(ArrayRef<LLVM::GlobalOp> pointees);
  /// A constant of `type` that `fill` builds from an undefined one.
  LLVM::GlobalOp add(Type type, llvm::function_ref<Value(Value)> fill);

  Value addressOf(LLVM::GlobalOp global) {
    return LLVM::AddressOfOp::create(b, global);
  }

private:
  LLVM::GlobalOp add(Type type, Attribute value);

  CodeBuilder &b;
  ModuleOp module;
  std::string prefix;
  unsigned number = 0;
  llvm::StringMap<LLVM::GlobalOp> strings;
  std::map<std::vector<int64_t>, LLVM::GlobalOp> integers;
  std::map<std::vector<Operation *>, LLVM::GlobalOp> pointers;
};

} // namespace

LLVM::GlobalOp ConstantLayout::add(Type type, Attribute value) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  return LLVM::GlobalOp::create(b, type, /*isConstant=*/true,
                                LLVM::Linkage::Private,
                                prefix + std::to_string(number++), value);
}

LLVM::GlobalOp ConstantLayout::addString(StringRef text) {
  LLVM::GlobalOp &global = strings[text];
  if (!global) {
    std::string terminated = text.str();
    terminated.push_back('\0');
    global =
        add(LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size()),
            b.getStringAttr(StringRef(terminated.data(), terminated.size())));
  }
  return global;
}

LLVM::GlobalOp ConstantLayout::addIntegers(ArrayRef<int64_t> values) {
  LLVM::GlobalOp &global = integers[values.vec()];
  if (!global)
    global =
        add(LLVM::LLVMArrayType::get(b.getI64Type(), values.size()),
            DenseElementsAttr::get(
                RankedTensorType::get(values.size(), b.getI64Type()), values));
  return global;
}

LLVM::GlobalOp ConstantLayout::add(Type type,
                                   llvm::function_ref<Value(Value)> fill) {
  LLVM::GlobalOp global = add(type, Attribute());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&global.getInitializerRegion());
  LLVM::ReturnOp::create(b, fill(LLVM::UndefOp::create(b, type)));
  return global;
}

LLVM::GlobalOp ConstantLayout::addPointers(ArrayRef<LLVM::GlobalOp> pointees) {
  std::vector<Operation *> key(pointees.begin(), pointees.end());
  LLVM::GlobalOp &global = pointers[key];
  Type type = LLVM::LLVMArrayType::get(b.getPointerType(), pointees.size());
  if (!global)
    global = add(type, [&](Value array) {
      for (auto [i, pointee] : llvm::enumerate(pointees))
        array = LLVM::InsertValueOp::create(b, array, addressOf(pointee), i);
      return array;
    });
  return global;
}

/// Sets the fields of the struct `value`.
static Value insertFields(CodeBuilder &b, Value value, ValueRange fields) {
  for (auto [i, field] : llvm::enumerate(fields))
    value = LLVM::InsertValueOp::create(b, value, field, i);
  return value;
}

void bnc::buildMetadataFunction(ModuleOp module, norm::FuncOp func,
                                const Signature &signature,
                                ArrayRef<norm::TargetAttr> targets) {
  MLIRContext *context = module.getContext();
  StringRef name = func.getSymName();
  CodeBuilder b(func.getLoc(), context);
  ConstantLayout layout(b, module, name);

  // One table entry per parameter, in order.
  Type infoType = getArgumentInfoType(context);
  SmallVector<std::array<LLVM::GlobalOp, 5>> entries;
  for (const Parameter &parameter : signature.getParameters()) {
    std::array<LLVM::GlobalOp, 5> &entry = entries.emplace_back();
    entry[0] = layout.addString(parameter.name);
    entry[1] = layout.addString(getKindName(parameter.kind));
    entry[2] = layout.addString(getTypeName(parameter));
    if (!parameter.isPointer())
      continue;
    norm::PortAttr port = getPort(func, parameter);
    SmallVector<LLVM::GlobalOp> dims;
    for (unsigned i = 0, e = port.getDims().size(); i < e; ++i)
      dims.push_back(layout.addString(port.getDimName(i)));
    SmallVector<int64_t> extents;
    for (int64_t extent : cast<RankedTensorType>(port.getType()).getShape())
      extents.push_back(ShapedType::isDynamic(extent) ? -1 : extent);
    entry[3] = layout.addIntegers(extents);
    entry[4] = layout.addPointers(dims);
  }
  auto tableType = LLVM::LLVMArrayType::get(infoType, entries.size());
  LLVM::GlobalOp table = layout.add(tableType, [&](Value array) {
    for (auto [i, entry] : llvm::enumerate(entries)) {
      const Parameter &parameter = signature.getParameters()[i];
      Value rank = b.i32(parameter.isPointer()
                             ? getPort(func, parameter).getDims().size()
                             : 0);
      Value extents = entry[3] ? layout.addressOf(entry[3]) : b.null();
      Value dims = entry[4] ? layout.addressOf(entry[4]) : b.null();
      Value info =
          insertFields(b, LLVM::UndefOp::create(b, infoType),
                       {layout.addressOf(entry[0]), layout.addressOf(entry[1]),
                        layout.addressOf(entry[2]), rank, extents, dims});
      array = LLVM::InsertValueOp::create(b, array, info, i);
    }
    return array;
  });

  LLVM::GlobalOp nameText = layout.addString(name);
  LLVM::GlobalOp targetText = layout.addString(printTargets(targets));
  // Of several targets the description was made where all their kernels are.
  auto description = func->getAttrOfType<StringAttr>("norm.description");
  LLVM::GlobalOp json =
      layout.addString(description ? description.str() : describeKernels(func));
  LLVM::GlobalOp metadata =
      layout.add(getMetadataType(context), [&](Value value) {
        return insertFields(
            b, value,
            {b.i64(sizeof(bnc_metadata)), b.i32(1), layout.addressOf(nameText),
             layout.addressOf(targetText), b.i32(entries.size()),
             layout.addressOf(table), layout.addressOf(json)});
      });

  b.function(module, (name + "_metadata").str(), b.getPointerType(), {},
             LLVM::Linkage::External);
  LLVM::ReturnOp::create(b, layout.addressOf(metadata));
}
