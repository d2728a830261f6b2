// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc new: prints a spec to start from.

#include "SpecWriter.h"

#include "bnc/Tools/Options.h"
#include "bnc/Tools/Tool.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace bnc;

static const OptionSpec kOptions[] = {
    {"--shape", "AxB..", "extents in memory order, '?' where dynamic"},
    {"--dtype", "TYPE", "of activations: f32 (default), f64, f16, bf16"},
    {"--param-dtype", "TYPE", "of parameters (f32; f64 with --dtype=f64)"},
    {"--layout", "LAYOUT", "nchw (default) or nhwc: where the channels are"},
    {"--axes", "LIST", "normalized dims, as in 1,2 (the last)"},
    {"--groups", "N", "of group_norm (32)"},
    {"--activation", "NAME",
     "relu, leaky_relu, silu, gelu, gelu_tanh, sigmoid or tanh"},
    {"--residual", "",
     "add a second input: before row norms (and keep the sum), after others"},
    {"--saves", "LIST", "statistics to return: mean, mean_low, rstd"},
    {"--weight-offset", "X", "use X + weight, as in the (1 + weight) form"},
    {"--form", "FORM", "of l2_norm: sum (default) or max"},
    {"--no-scale", "", "without a weight"},
    {"--no-shift", "", "without a bias"},
    {"--no-running", "", "batch_norm_training without running statistics"},
    {"--strided", "", "run-time strides on the inputs"},
    {"--name", "NAME", "of the function (the op's)"},
    {"--help", "", "this text"},
};

static void printNorms(llvm::raw_ostream &os) {
  for (const NormInfo &norm : getNorms()) {
    os << "  " << norm.name;
    os.indent(22 - norm.name.size()) << norm.summary << '\n';
  }
}

static void printHelp() {
  llvm::outs()
      << "Usage: bnc new OP [OPTION...]\n\nPrints a spec with one norm "
         "to start from.\n\nOps:\n";
  printNorms(llvm::outs());
  llvm::outs() << "\nOptions:\n";
  printOptions(llvm::outs(), kOptions);
}

/// Says that `value` is none of `allowed`, unless it is.
static bool checkWord(StringRef option, StringRef value,
                      ArrayRef<StringRef> allowed) {
  if (llvm::is_contained(allowed, value))
    return true;
  errorOf("new") << "expected " << option << " to be one of "
                 << llvm::join(allowed, ", ") << ", but got '" << value << "'"
                 << suggest(value, allowed) << '\n';
  return false;
}

static bool parseShape(StringRef text, SmallVectorImpl<int64_t> &shape) {
  SmallVector<StringRef> words;
  text.split(words, 'x');
  for (StringRef word : words) {
    int64_t extent = ShapedType::kDynamic;
    if (word != "?" && (word.getAsInteger(10, extent) || extent < 0)) {
      errorOf("new") << "expected --shape to be extents as in ?x1024, but got '"
                     << text << "'\n";
      return false;
    }
    shape.push_back(extent);
  }
  return true;
}

static bool parseAxes(const Options &options, SpecRequest &request) {
  int64_t rank = request.shape.size();
  if (!options.has("--axes")) {
    request.axes = {rank - 1};
    return true;
  }
  SmallVector<StringRef> words;
  options.get("--axes").split(words, ',');
  for (StringRef word : words) {
    int64_t axis;
    if (word.getAsInteger(10, axis) || axis < 0 || axis >= rank ||
        (!request.axes.empty() && axis <= request.axes.back())) {
      errorOf("new") << "expected --axes to be increasing dims of 0 to "
                     << rank - 1 << ", but got '" << options.get("--axes")
                     << "'\n";
      return false;
    }
    request.axes.push_back(axis);
  }
  return true;
}

static bool parseTypes(const Options &options, SpecRequest &request) {
  static const StringRef types[] = {"f64", "f32", "f16", "bf16"};
  request.dtype = options.get("--dtype", "f32");
  request.paramDtype = options.get("--param-dtype", request.getComputeType());
  request.activation = options.get("--activation");
  if (!checkWord("--dtype", request.dtype, types) ||
      !checkWord("--param-dtype", request.paramDtype, types))
    return false;
  if (request.paramDtype == "f64" && request.dtype != "f64") {
    errorOf("new") << "parameters of f64 need --dtype=f64: they may not be "
                      "wider than the type computed in\n";
    return false;
  }
  if (!options.has("--activation"))
    return true;
  if (!checkWord("--activation", request.activation,
                 {"relu", "leaky_relu", "silu", "gelu", "gelu_tanh", "sigmoid",
                  "tanh"}))
    return false;
  if (request.dtype == "f64" &&
      !StringRef(request.activation).ends_with("relu")) {
    errorOf("new") << "activation '" << request.activation
                   << "' has no f64 form\n";
    return false;
  }
  return true;
}

static bool parseSaves(const Options &options, SpecRequest &request) {
  if (!options.has("--saves"))
    return true;
  options.get("--saves").split(request.saves, ',');
  bool any = request.norm->family != NormFamily::Inference;
  SmallVector<StringRef> allowed;
  if (any && request.norm->hasMean)
    allowed = {"mean", "mean_low"};
  if (any)
    allowed.push_back("rstd");
  if (allowed.empty()) {
    errorOf("new") << "'" << request.norm->name
                   << "' computes no statistics to save\n";
    return false;
  }
  return llvm::all_of(request.saves, [&](StringRef name) {
    return checkWord("--saves", name, allowed);
  });
}

/// Rank, axes and groups.
static bool parseGeometry(const Options &options, SpecRequest &request) {
  bool axes = request.norm->family == NormFamily::Axes;
  StringRef layout = options.get("--layout", "nchw");
  if (!checkWord("--layout", layout, {"nchw", "nhwc"}))
    return false;
  request.channelsLast = layout == "nhwc";
  StringRef usual = axes                   ? "?x1024"
                    : request.channelsLast ? "?x56x56x64"
                                           : "?x64x56x56";
  if (!parseShape(options.get("--shape", usual), request.shape))
    return false;
  unsigned least = axes ? 1 : 2;
  if (request.shape.size() < least || request.shape.size() > 5) {
    errorOf("new") << "expected --shape of '" << request.norm->name
                   << "' to have " << least << " to 5 extents, but got "
                   << request.shape.size() << '\n';
    return false;
  }
  if (axes)
    return parseAxes(options, request);
  std::optional<int64_t> groups = options.getInteger("--groups", 32, 1);
  if (!groups)
    return false;
  request.groups = *groups;
  int64_t channels = request.shape[request.getFeature()];
  if (request.norm->family == NormFamily::Groups &&
      !ShapedType::isDynamic(channels) && channels % request.groups != 0) {
    errorOf("new") << "expected the " << channels
                   << " channels to be a multiple of --groups="
                   << request.groups << '\n';
    return false;
  }
  return true;
}

/// An option that the op has no use for is a mistake, not a wish.
static bool checkApplies(const Options &options, const NormInfo &norm) {
  auto refuse = [&](StringRef name, bool applies) {
    if (applies || !options.has(name))
      return false;
    errorOf("new") << "option '" << name << "' does not apply to '" << norm.name
                   << "'\n";
    return true;
  };
  bool axes = norm.family == NormFamily::Axes;
  return !refuse("--axes", axes) && !refuse("--layout", !axes) &&
         !refuse("--groups", norm.family == NormFamily::Groups) &&
         !refuse("--form", norm.name == "l2_norm") &&
         !refuse("--no-running", norm.family == NormFamily::Training);
}

int bnc::runNew(ArrayRef<StringRef> arguments) {
  std::optional<Options> options = Options::parse("new", kOptions, arguments);
  if (!options)
    return ExitUsage;
  if (options->has("--help")) {
    printHelp();
    return ExitOk;
  }
  if (options->getPositional().empty()) {
    llvm::outs() << "Ops:\n";
    printNorms(llvm::outs());
    llvm::outs() << "\n'bnc new OP' prints a spec, 'bnc new --help' lists "
                    "options\n";
    return ExitOk;
  }
  if (!options->needsOne("an op"))
    return ExitUsage;
  StringRef name = options->getPositional()[0];
  name.consume_front("norm.");
  SpecRequest request;
  for (const NormInfo &norm : getNorms())
    if (norm.name == name)
      request.norm = &norm;
  if (!request.norm) {
    SmallVector<StringRef> names;
    for (const NormInfo &norm : getNorms())
      names.push_back(norm.name);
    errorOf("new") << "unknown op '" << name << "'" << suggest(name, names)
                   << " ('bnc new' lists them)\n";
    return ExitUsage;
  }
  if (!checkApplies(*options, *request.norm) ||
      !parseTypes(*options, request) || !parseGeometry(*options, request) ||
      !parseSaves(*options, request))
    return ExitUsage;
  request.function = options->get("--name", name);
  request.scale = !options->has("--no-scale");
  request.shift = request.norm->hasMean && !options->has("--no-shift");
  request.running = request.norm->family == NormFamily::Training &&
                    !options->has("--no-running");
  request.residual = options->has("--residual");
  request.strided = options->has("--strided");
  StringRef form = options->get("--form", "sum");
  if (!checkWord("--form", form, {"sum", "max"}))
    return ExitUsage;
  request.maxForm = form == "max";
  if (options->has("--weight-offset") &&
      (options->get("--weight-offset").getAsDouble(request.weightOffset) ||
       !request.scale)) {
    errorOf("new") << "expected --weight-offset to be a number, with a weight, "
                      "but got '"
                   << options->get("--weight-offset") << "'\n";
    return ExitUsage;
  }
  llvm::outs() << writeSpec(request);
  return ExitOk;
}
