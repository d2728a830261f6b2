// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Writes the JSON sidecar.

#include "bnc/Emit/Metadata.h"

#include "bnc/Emit/Signature.h"
#include "bnc/Target/CPU/InstructionSet.h"

#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

using Kind = Parameter::Kind;

/// `factor` times the elements of the tensor of `port`, as a C expression.
static std::string multiplyExtents(PortAttr port, int64_t factor) {
  std::string dynamic;
  for (auto [i, extent] :
       llvm::enumerate(cast<RankedTensorType>(port.getType()).getShape())) {
    if (ShapedType::isDynamic(extent))
      dynamic += " * " + port.getDimName(i).str();
    else
      factor *= extent;
  }
  return std::to_string(factor) + dynamic;
}

static void writeArgument(llvm::json::OStream &json, FuncOp func,
                          const Parameter &parameter) {
  json.object([&] {
    json.attribute("name", parameter.name);
    json.attribute("kind", getKindName(parameter.kind));
    json.attribute("type", getTypeName(parameter));
    if (!parameter.isPointer())
      return;
    PortAttr port = getPort(func, parameter);
    ArrayRef<int64_t> shape = cast<RankedTensorType>(port.getType()).getShape();
    json.attributeArray("dims", [&] {
      for (unsigned i = 0; i < shape.size(); ++i)
        json.value(port.getDimName(i));
    });
    // A dynamic extent is the extent argument of the dim's name.
    json.attributeArray("extents", [&] {
      for (int64_t extent : shape) {
        if (ShapedType::isDynamic(extent))
          json.value(nullptr);
        else
          json.value(extent);
      }
    });
    if (port.getStrided())
      json.attribute("strided", true);
  });
}

static void writePlan(llvm::json::OStream &json, PlanAttr plan) {
  json.attributeObject("plan", [&] {
    json.attribute("form", stringifyPlanForm(plan.getForm()));
    json.attribute("lanes", plan.getLanes());
    json.attribute("accumulators", plan.getAccumulators());
    json.attribute("block", plan.getBlock());
    json.attribute("chunk", plan.getChunk());
    json.attribute("fma", plan.getFma());
  });
}

/// What is 0 or false is left out: the text is part of every library.
static void writeCase(llvm::json::OStream &json, CPUCaseAttr entry) {
  auto attribute = [&](StringRef name, auto value) {
    if (value)
      json.attribute(name, value);
  };
  json.object([&] {
    json.attribute("min_bytes", entry.getMinBytes());
    json.attribute("rows", entry.getRows());
    attribute("prefetch", entry.getPrefetch());
    attribute("batch", entry.getBatch());
    attribute("read_ahead", entry.getReadAhead());
    attribute("map_ahead", entry.getMapAhead());
    attribute("write_ahead", entry.getWriteAhead());
    attribute("turn", entry.getTurn());
    attribute("tables", entry.getTables());
    attribute("nontemporal", entry.getNontemporal());
  });
}

static void writeKernel(llvm::json::OStream &json, KernelOp kernel) {
  json.object([&] {
    json.attributeArray("dims", [&] {
      for (DimAttr dim : kernel.getDims().getAsRange<DimAttr>())
        json.object([&] {
          json.attribute("name", dim.getName().getValue());
          if (!dim.isDynamic()) {
            json.attribute("extent", dim.getSize());
            return;
          }
          json.attribute("extent", nullptr);
          json.attribute("of", dim.getSymbol().getValue());
          json.attribute("divisor", dim.getDivisor());
        });
    });
    json.attributeArray("reductions", [&] {
      for (Operation &op : *kernel.getBlock()) {
        auto over = op.getAttrOfType<ArrayAttr>("over");
        if (!over || isa<CountOp>(op))
          continue;
        json.object([&] {
          json.attribute("op", op.getName().stripDialect());
          json.attributeArray("over", [&] {
            for (StringAttr dim : over.getAsRange<StringAttr>())
              json.value(dim.getValue());
          });
          if (auto plan = op.getAttrOfType<PlanAttr>("plan"))
            writePlan(json, plan);
        });
      }
    });
    auto schedule = dyn_cast_or_null<CPUScheduleAttr>(kernel.getScheduleAttr());
    if (!schedule)
      return;
    json.attributeArray("schedule", [&] {
      for (CPUCaseAttr entry : schedule.getCases())
        writeCase(json, entry);
    });
  });
}

/// The sum of the bytes of the tensors that `counts` accepts.
static std::string sumBytes(FuncOp func, const Signature &signature,
                            llvm::function_ref<bool(Kind)> counts) {
  SmallVector<std::string> terms;
  for (const Parameter &parameter : signature.getParameters())
    if (parameter.isPointer() && counts(parameter.kind))
      terms.push_back(
          multiplyExtents(getPort(func, parameter),
                          parameter.element.getIntOrFloatBitWidth() / 8));
  return terms.empty() ? "0" : llvm::join(terms, " + ");
}

/// What `func` is compiled for; null where nothing says so.
static TargetAttr getTarget(FuncOp func) {
  return func->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      "norm.target");
}

/// What bnc_metadata has fields of its own for.
static void writeSignature(llvm::json::OStream &json,
                           ArrayRef<FuncOp> variants) {
  FuncOp func = variants.front();
  SmallVector<TargetAttr> targets;
  for (FuncOp variant : variants)
    if (TargetAttr target = getTarget(variant))
      targets.push_back(target);
  json.attribute("name", func.getSymName());
  json.attribute("target", printTargets(targets));
  json.attributeArray("arguments", [&] {
    Signature signature = Signature::get(func);
    for (const Parameter &parameter : signature.getParameters())
      writeArgument(json, func, parameter);
  });
}

static void writeKernels(llvm::json::OStream &json, ArrayRef<FuncOp> variants) {
  FuncOp func = variants.front();
  Signature signature = Signature::get(func);
  // Every input once and every output once: what a call cannot do without.
  json.attribute("bytes_read", sumBytes(func, signature, [](Kind kind) {
                   return kind != Kind::Output;
                 }));
  json.attribute("bytes_written", sumBytes(func, signature, [](Kind kind) {
                   return kind != Kind::Input;
                 }));
  json.attributeArray("variants", [&] {
    for (FuncOp variant : variants)
      json.object([&] {
        TargetAttr target = getTarget(variant);
        json.attribute("target", target ? target.getName() : "");
        json.attributeArray("kernels", [&] {
          variant->walk([&](KernelOp kernel) { writeKernel(json, kernel); });
        });
      });
  });
}

SmallVector<FuncOp> bnc::findVariants(ArrayRef<ModuleOp> variants,
                                      StringAttr name) {
  return llvm::map_to_vector(variants, [&](ModuleOp variant) {
    return variant.lookupSymbol<FuncOp>(name);
  });
}

std::string bnc::describeKernels(ArrayRef<FuncOp> variants) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  json.object([&] { writeKernels(json, variants); });
  return text;
}

std::string bnc::buildMetadata(ArrayRef<ModuleOp> variants,
                               StringRef libraryName) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("library", libraryName);
    json.attribute("abi", 1);
    json.attributeArray("functions", [&] {
      ModuleOp first = variants.front();
      for (FuncOp func : first.getOps<FuncOp>())
        json.object([&] {
          SmallVector<FuncOp> found =
              findVariants(variants, func.getSymNameAttr());
          writeSignature(json, found);
          writeKernels(json, found);
        });
    });
  });
  stream << '\n';
  return text;
}

std::string bnc::mangleLibraryName(StringRef baseName) {
  std::string name;
  for (char c : baseName)
    name.push_back(llvm::isAlnum(c) ? c : '_');
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), '_');
  return name;
}
