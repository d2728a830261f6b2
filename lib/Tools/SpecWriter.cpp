// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The text of a spec with one norm in it.

#include "SpecWriter.h"

#include "bnc/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace bnc;

static const NormInfo kNorms[] = {
    {"batch_norm_inference", NormFamily::Inference, true,
     "batch normalization with given statistics"},
    {"batch_norm_training", NormFamily::Training, true,
     "batch normalization with the statistics of the batch"},
    {"group_norm", NormFamily::Groups, true, "group normalization"},
    {"instance_norm", NormFamily::Instance, true, "instance normalization"},
    {"l2_norm", NormFamily::Axes, false, "division by the Euclidean norm"},
    {"layer_norm", NormFamily::Axes, true, "layer normalization"},
    {"rms_norm", NormFamily::Axes, false, "root-mean-square normalization"},
};

ArrayRef<NormInfo> bnc::getNorms() { return kNorms; }

namespace {

/// A tensor of the spec: which dims it has, and of what type.
struct Shape {
  SmallVector<unsigned> dims;
  StringRef element;
};

/// Writes one function, port by port and then op by op.
class SpecWriter {
public:
  explicit SpecWriter(const SpecRequest &request);
  std::string write();

private:
  /// `[r, c = 1024] f32`, with each extent the first time.
  std::string portType(const Shape &shape);
  std::string tensor(const Shape &shape) const;
  void argument(StringRef name, const Shape &shape, bool strided = false);
  void scalar(StringRef name);
  void result(StringRef name, StringRef value, const Shape &shape,
              StringRef tied = "");
  void op(const Twine &text) { body += ("    " + text + "\n").str(); }

  /// Value `name` of the activation type, widened if it is narrower.
  std::string widen(StringRef name);
  /// `value` of the compute type, narrowed if the activations are.
  std::string narrow(StringRef value, StringRef stem);
  std::string add(StringRef value, StringRef stem);
  void writeNorm(StringRef input);

  const SpecRequest &request;
  StringRef compute;
  SmallVector<StringRef> dimNames;
  SmallVector<bool> printed;
  Shape data, wide, parameter, statistic;
  SmallVector<std::string> arguments, results, returned, returnedTypes;
  std::string body;
};

} // namespace

/// Names for the dims, outermost first.
static SmallVector<StringRef> nameDims(const SpecRequest &request) {
  unsigned rank = request.shape.size();
  if (request.norm->family == NormFamily::Axes) {
    static const StringLiteral names[] = {"b", "g", "h", "r", "c"};
    auto last = ArrayRef<StringLiteral>(names).take_back(rank);
    SmallVector<StringRef> result(last.begin(), last.end());
    if (rank == 3)
      result[0] = "b";
    return result;
  }
  static const StringLiteral spatial[] = {"d", "h", "w"};
  auto inner = ArrayRef<StringLiteral>(spatial).take_back(rank - 2);
  SmallVector<StringRef> result(inner.begin(), inner.end());
  result.insert(result.begin(), "n");
  result.insert(result.begin() + request.getFeature(), "c");
  return result;
}

SpecWriter::SpecWriter(const SpecRequest &request)
    : request(request), compute(request.getComputeType()),
      dimNames(nameDims(request)), printed(request.shape.size(), false) {
  auto all = llvm::to_vector(llvm::seq<unsigned>(0, request.shape.size()));
  data = {all, request.dtype};
  wide = {all, compute};
  parameter.element = request.paramDtype;
  statistic.element = compute;
  unsigned feature = request.getFeature();
  switch (request.norm->family) {
  case NormFamily::Axes:
    for (unsigned dim : all)
      (llvm::is_contained(request.axes, int64_t(dim)) ? parameter : statistic)
          .dims.push_back(dim);
    break;
  case NormFamily::Groups: // the groups are a dim of their own
  case NormFamily::Instance:
    parameter.dims = {feature};
    statistic.dims = {0, feature};
    break;
  case NormFamily::Inference:
  case NormFamily::Training:
    parameter.dims = {feature};
    statistic.dims = {feature};
    break;
  }
}

std::string SpecWriter::portType(const Shape &shape) {
  std::string text = "[";
  for (auto [i, dim] : llvm::enumerate(shape.dims)) {
    text += (i ? ", " : "") + dimNames[dim].str();
    int64_t extent = request.shape[dim];
    if (!printed[dim] && !ShapedType::isDynamic(extent))
      text += " = " + std::to_string(extent);
    printed[dim] = true;
  }
  return text + "] " + shape.element.str();
}

std::string SpecWriter::tensor(const Shape &shape) const {
  std::string text = "tensor<";
  for (unsigned dim : shape.dims) {
    int64_t extent = request.shape[dim];
    text += ShapedType::isDynamic(extent) ? "?" : std::to_string(extent);
    text += "x";
  }
  return text + shape.element.str() + ">";
}

void SpecWriter::argument(StringRef name, const Shape &shape, bool strided) {
  arguments.push_back(("%" + name + ": " + portType(shape)).str() +
                      (strided ? " strided" : ""));
}

void SpecWriter::scalar(StringRef name) {
  arguments.push_back(("%" + name + ": " + compute).str());
}

void SpecWriter::result(StringRef name, StringRef value, const Shape &shape,
                        StringRef tied) {
  results.push_back((name + ": " + portType(shape)).str() +
                    (tied.empty() ? "" : (" ties %" + tied).str()));
  returned.push_back(value.str());
  returnedTypes.push_back(tensor(shape));
}

std::string SpecWriter::widen(StringRef name) {
  std::string value = ("%" + name).str();
  if (!request.isNarrow())
    return value;
  op(value + "_f32 = arith.extf " + value + " : " + tensor(data) + " to " +
     tensor(wide));
  return value + "_f32";
}

std::string SpecWriter::narrow(StringRef value, StringRef stem) {
  if (!request.isNarrow())
    return value.str();
  op("%" + stem + " = arith.truncf " + value + " : " + tensor(wide) + " to " +
     tensor(data));
  return ("%" + stem).str();
}

std::string SpecWriter::add(StringRef value, StringRef stem) {
  std::string other = widen("residual");
  op("%" + stem + " = arith.addf " + value + ", " + other + " : " +
     tensor(wide));
  return ("%" + stem).str();
}

/// Writes the op; %normalized is its first result.
void SpecWriter::writeNorm(StringRef input) {
  NormFamily family = request.norm->family;
  SmallVector<std::string> operands = {tensor(wide)}, types = {tensor(wide)};
  SmallVector<std::string> values = {"%normalized"};
  std::string text = (request.norm->name + " " + input).str();
  auto operand = [&](StringRef keyword, StringRef name, StringRef type) {
    text += (" " + keyword + " %" + name).str();
    operands.push_back(type.str());
  };
  if (family == NormFamily::Axes) {
    text +=
        " over [" +
        llvm::join(llvm::map_range(request.axes,
                                   [](int64_t a) { return std::to_string(a); }),
                   ", ") +
        "]";
    if (request.maxForm)
      text += " form max";
  } else {
    text += " feature " + std::to_string(request.getFeature());
  }
  if (family == NormFamily::Groups)
    text += " groups " + std::to_string(request.groups);
  std::string parameterType = tensor(parameter);
  if (family == NormFamily::Inference) {
    operand("mean", "mean", parameterType);
    operand("variance", "variance", parameterType);
  }
  if (request.scale)
    operand("scale", "weight", parameterType);
  if (request.shift)
    operand("shift", "bias", parameterType);
  if (request.running) {
    operand("running", "running_mean", parameterType);
    text += ", %running_variance";
    operands.push_back(parameterType);
    operand("momentum", "momentum", compute);
  }
  operand("eps", "eps", compute);

  Shape saved = statistic;
  std::string savedType = tensor(saved);
  if (family == NormFamily::Groups) {
    int64_t samples = request.shape[0];
    savedType =
        "tensor<" +
        (ShapedType::isDynamic(samples) ? "?" : std::to_string(samples)) + "x" +
        std::to_string(request.groups) + "x" + compute.str() + ">";
  }
  if (!request.saves.empty())
    text += " saves [" + llvm::join(request.saves, ", ") + "]";
  for (StringRef name : request.saves) {
    values.push_back(("%" + name).str());
    types.push_back(savedType);
  }
  if (request.running) {
    values.append({"%new_mean", "%new_variance"});
    types.append({parameterType, parameterType});
  }
  if (request.weightOffset != 0) {
    llvm::raw_string_ostream(text)
        << " {weight_offset = " << llvm::format("%e", request.weightOffset)
        << " : f64}";
  }
  op(llvm::join(values, ", ") + " = norm." + text);
  bool many = types.size() > 1;
  op("    : (" + llvm::join(operands, ", ") + ") -> " + (many ? "(" : "") +
     llvm::join(types, ", ") + (many ? ")" : ""));
}

std::string SpecWriter::write() {
  NormFamily family = request.norm->family;
  // Transformers add before the norm and keep the sum, convolution nets add
  // after it.
  bool before = request.residual && family == NormFamily::Axes;
  bool after = request.residual && family != NormFamily::Axes;

  argument("x", data, request.strided);
  if (request.residual)
    argument("residual", data, request.strided);
  if (family == NormFamily::Inference) {
    argument("mean", parameter);
    argument("variance", parameter);
  }
  if (request.scale)
    argument("weight", parameter);
  if (request.shift)
    argument("bias", parameter);
  if (request.running) {
    argument("running_mean", parameter);
    argument("running_variance", parameter);
    scalar("momentum");
  }
  scalar("eps");

  std::string value = widen("x"), sum;
  if (before)
    value = sum = add(value, "sum");
  writeNorm(value);
  value = "%normalized";
  if (after)
    value = add(value, "sum");
  if (!request.activation.empty()) {
    op("%activated = norm." + request.activation + " " + value +
       (request.activation == "leaky_relu" ? " slope 1.0e-02" : "") + " : " +
       tensor(wide));
    value = "%activated";
  }
  result("y", narrow(value, "y"), data);
  if (before)
    result("residual_out", narrow(sum, "sum_" + request.dtype), data);
  for (StringRef name : request.saves) {
    if (family != NormFamily::Groups) {
      result(name, ("%" + name).str(), statistic);
      continue;
    }
    bool first = name == request.saves.front();
    std::string groups = std::to_string(request.groups);
    results.push_back((name + ": [n, g").str() + (first ? " = " + groups : "") +
                      "] " + compute.str());
    returned.push_back(("%" + name).str());
    int64_t samples = request.shape[0];
    returnedTypes.push_back(
        "tensor<" +
        (ShapedType::isDynamic(samples) ? "?" : std::to_string(samples)) + "x" +
        groups + "x" + compute.str() + ">");
  }
  if (request.running) {
    result("new_running_mean", "%new_mean", parameter, "running_mean");
    result("new_running_variance", "%new_variance", parameter,
           "running_variance");
  }
  op("norm.return " + llvm::join(returned, ", ") + " : " +
     llvm::join(returnedTypes, ", "));

  std::string indent(request.function.size() + 14, ' ');
  return "module attributes {norm.version = " +
         std::to_string(norm::NormDialect::currentVersion) +
         "} {\n  norm.func @" + request.function + "(" +
         llvm::join(arguments, ",\n" + indent) + ")\n      -> (" +
         llvm::join(results, ",\n          ") + ") {\n" + body + "  }\n}\n";
}

std::string bnc::writeSpec(const SpecRequest &request) {
  return SpecWriter(request).write();
}
