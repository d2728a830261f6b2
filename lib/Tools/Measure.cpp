// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Times a compiled function beside the limit of the memory.

#include "Measure.h"

#include "Limits.h"

#include "mlir/IR/TypeUtilities.h"

#include <chrono>
#include <functional>
#include <random>

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Samples of which the median is taken, and the least time of one: long
/// against the clock's resolution, short against other load on the machine.
static constexpr unsigned kSamples = 15;
static constexpr double kSampleSeconds = 2e-3;

/// Numbers a call may well see, and no special case: tensors of the spec's
/// highest rank are normally distributed around `mean`, with a standard
/// deviation of 1; parameters are between 1/2 and 3/2, as no variance is
/// negative.
static Bytes makeArgument(PortAttr port, const Extents &extents, bool isData,
                          double mean) {
  Type element = getElementTypeOrSelf(port.getType());
  auto type = cast<FloatType>(element);
  unsigned width = type.getWidth() / 8;
  int64_t count = 1;
  for (int64_t extent : getShape(port, extents))
    count *= extent;
  std::mt19937 generator(1);
  std::normal_distribution<double> normal(mean, 1);
  Bytes table, bytes;
  constexpr int64_t period = 1021;
  for (int64_t i = 0; i < std::min(count, period); ++i) {
    llvm::APFloat value(isData ? normal(generator)
                               : 0.5 + double(i * 389 % period) / period);
    bool inexact;
    value.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                  &inexact);
    uint64_t bits = value.bitcastToAPInt().getZExtValue();
    const char *begin = reinterpret_cast<const char *>(&bits);
    table.append(begin, begin + width);
  }
  bytes.reserve(count * width);
  while (int64_t(bytes.size()) < count * int64_t(width))
    bytes.append(table.begin(),
                 table.begin() +
                     std::min<int64_t>(table.size(),
                                       count * width - int64_t(bytes.size())));
  return bytes;
}

namespace {

/// The traffic of one kernel as the limit loops take it.
class LimitLoop {
public:
  LimitLoop(FuncOp func, KernelOp kernel, const Traffic &traffic,
            const Signature &signature, ArrayRef<uint64_t> slots,
            llvm::DenseMap<Value, std::vector<char>> &intermediates,
            int64_t l2) {
    auto add = [&](const Stream &stream,
                   SmallVectorImpl<bnc_limit_stream> &streams) {
      bnc_limit_stream limit;
      limit.bytes = stream.bytes;
      limit.passes = stream.passes;
      if (stream.port >= 0) {
        limit.data = reinterpret_cast<void *>(
            slots[signature.getPointerIndex(stream.port, stream.isResult)]);
      } else {
        std::vector<char> &memory = intermediates[stream.value];
        memory.resize(stream.bytes + 64);
        limit.data = reinterpret_cast<void *>(
            (reinterpret_cast<uintptr_t>(memory.data()) + 63) & ~uintptr_t(63));
      }
      streams.push_back(limit);
    };
    for (const Stream &stream : traffic.inputs)
      add(stream, inputs);
    for (const Stream &stream : traffic.outputs)
      add(stream, outputs);
    units = traffic.getReads(l2) > 1 ? traffic.units : 0;
    std::optional<CPUCaseAttr> chosen = getCase(kernel, traffic.getBytes());
    nontemporal = chosen && chosen->getNontemporal();
  }

  double run(bnc_limit_stores stores) const {
    bnc_limit_case traffic = {inputs.data(), inputs.size(), outputs.data(),
                              outputs.size(), size_t(units)};
    return bnc_limit_seconds(&traffic, stores);
  }
  bool isNontemporal() const { return nontemporal; }

private:
  SmallVector<bnc_limit_stream> inputs, outputs;
  int64_t units;
  bool nontemporal;
};

/// Calls `body` until the samples are long enough; each entry is the seconds
/// of one call.
class Sampler {
public:
  explicit Sampler(std::function<double()> body) : body(std::move(body)) {
    double once = this->body();
    repeats =
        once > 0 ? std::clamp<int64_t>(kSampleSeconds / once, 1, 100000) : 1000;
  }
  void sample() {
    double total = 0;
    for (int64_t i = 0; i < repeats; ++i)
      total += body();
    samples.push_back(total / repeats);
  }
  double getMedian() {
    llvm::sort(samples);
    return samples.empty() ? 0 : samples[samples.size() / 2];
  }

private:
  std::function<double()> body;
  int64_t repeats;
  SmallVector<double> samples;
};

} // namespace

/// The seconds of one call, and its status into `status`.
static double timeCall(const CompiledFunction &function, const bnc_context *ctx,
                       ArrayRef<uint64_t> slots, int32_t &status) {
  auto begin = std::chrono::steady_clock::now();
  int32_t result = function.call(ctx, slots);
  auto end = std::chrono::steady_clock::now();
  if (result != 0)
    status = result;
  return std::chrono::duration<double>(end - begin).count();
}

std::optional<Measurement> bnc::measure(FuncOp kernels,
                                        const CompiledFunction &function,
                                        const CompiledFunction *naive,
                                        const Extents &extents,
                                        const bnc_context *ctx, double mean) {
  auto getRank = [](Attribute port) {
    return cast<PortAttr>(port).getDims().size();
  };
  size_t rank = 0;
  for (Attribute port : kernels.getArguments())
    rank = std::max(rank, getRank(port));
  SmallVector<Bytes> arguments;
  for (Attribute port : kernels.getArguments())
    arguments.push_back(makeArgument(cast<PortAttr>(port), extents,
                                     getRank(port) == rank, mean));
  InvocationOptions layout;
  // Away from the guard page behind: a masked access there, even of no element,
  // costs a microsecond, which no caller's memory would.
  layout.placement = {Placement::Guard::None, 64};
  layout.padding = 0;
  std::optional<Invocation> invocation = Invocation::create(
      kernels, function.getCallee(ctx), extents, arguments, layout);
  if (!invocation)
    return std::nullopt;
  arguments.clear();

  auto target = kernels->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      "norm.target");
  Measurement result;
  llvm::DenseMap<Value, std::vector<char>> intermediates;
  SmallVector<LimitLoop> loops;
  for (KernelOp kernel : kernels.getBody().getOps<KernelOp>()) {
    Traffic traffic = getTraffic(kernels, kernel, extents);
    result.bytes += traffic.getBytes();
    loops.emplace_back(kernels, kernel, traffic, function.getSignature(),
                       invocation->getSlots(), intermediates, target.getL2());
  }
  ArrayRef<uint64_t> slots = invocation->getSlots();
  auto call = [&] { return timeCall(function, ctx, slots, result.status); };
  auto callNaive = [&] { return timeCall(*naive, ctx, slots, result.status); };
  auto limit = [&](bnc_limit_stores stores) {
    double seconds = 0;
    for (const LimitLoop &loop : loops)
      seconds += loop.run(loop.isNontemporal() ? stores : BNC_LIMIT_PLAIN);
    return seconds;
  };
  bool anyNontemporal = llvm::any_of(
      loops, [](const LimitLoop &loop) { return loop.isNontemporal(); });

  // In turn, so that other load on the machine falls on all alike.
  Sampler calls(call);
  std::optional<Sampler> naiveCalls;
  if (naive)
    naiveCalls.emplace(callNaive);
  SmallVector<Sampler> limits;
  int kinds = anyNontemporal ? BNC_LIMIT_KINDS : BNC_LIMIT_PLAIN + 1;
  for (int kind = BNC_LIMIT_PLAIN; kind < kinds; ++kind)
    limits.emplace_back(
        [&limit, kind] { return limit(bnc_limit_stores(kind)); });
  for (unsigned i = 0; i < kSamples; ++i) {
    calls.sample();
    for (Sampler &sampler : limits)
      sampler.sample();
    if (naiveCalls && i < 3) // slow, and wanted roughly
      naiveCalls->sample();
  }
  result.seconds = calls.getMedian();
  result.limitSeconds = limits.front().getMedian();
  for (Sampler &sampler : limits)
    result.limitSeconds = std::min(result.limitSeconds, sampler.getMedian());
  if (naiveCalls)
    result.naiveSeconds = naiveCalls->getMedian();
  return result;
}
