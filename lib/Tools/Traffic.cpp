// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The cost model.

#include "Traffic.h"

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"
#include "bnc/Dialect/Norm/Analysis/ShortRows.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

int64_t Traffic::getBytes() const {
  int64_t bytes = 0;
  for (const Stream &stream : inputs)
    bytes += stream.bytes;
  for (const Stream &stream : outputs)
    bytes += stream.bytes;
  return bytes;
}

static int64_t getExtent(DimAttr dim, const Extents &extents) {
  return dim.isDynamic()
             ? extents.lookup(dim.getSymbol().getValue()) / dim.getDivisor()
             : dim.getSize();
}

namespace {
/// Products of the extents of a kernel's dims.
class Extent {
public:
  Extent(KernelOp kernel, const Extents &extents) {
    for (unsigned i = 0, e = kernel.getNumDims(); i < e; ++i)
      sizes.push_back(getExtent(kernel.getDim(i), extents));
  }
  int64_t of(DimSet dims) const {
    int64_t product = 1;
    for (auto [i, size] : llvm::enumerate(sizes))
      if (dims >> i & 1)
        product *= size;
    return product;
  }
  unsigned getNumDims() const { return sizes.size(); }

private:
  SmallVector<int64_t> sizes;
};
} // namespace

/// Name and port of an operand of a kernel.
static Stream describeInput(FuncOp func, Value value) {
  Stream stream;
  stream.value = value;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    stream.port = argument.getArgNumber();
    stream.name = func.getArgumentPort(stream.port).getName().str();
    return stream;
  }
  unsigned index = 0;
  for (KernelOp kernel : func.getBody().getOps<KernelOp>()) {
    if (kernel == value.getDefiningOp())
      break;
    ++index;
  }
  stream.name = "kernel " + std::to_string(index);
  return stream;
}

/// The same of a result: the port that it is returned as, if it is.
static Stream describeOutput(FuncOp func, Value value) {
  Operation *end = func.getBody().front().getTerminator();
  for (auto [i, returned] : llvm::enumerate(end->getOperands())) {
    if (returned != value)
      continue;
    Stream stream;
    stream.value = value;
    stream.isResult = true;
    stream.port = i;
    stream.name = func.getResultPort(i).getName().str();
    return stream;
  }
  return describeInput(func, value);
}

static int64_t getElementBytes(Value value) {
  return (getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth() + 7) /
         8;
}

/// Dims outside all reduced ones: what they select is finished before the next
/// of them is begun.
static DimSet getUnitDims(const KernelStructure &structure) {
  if (structure.getForm() == KernelForm::Rows)
    return structure.getKeptDims();
  DimSet dims = 0;
  for (unsigned i = 0; i < 64 && !(structure.getReducedDims() >> i & 1); ++i)
    dims |= DimSet(1) << i;
  return dims & structure.getAllDims();
}

/// Counts the sweeps of the first pass and of both over what `values` are
/// computed from.
static void addSweep(const KernelStructure &structure, ArrayRef<Value> values,
                     bool moments, Traffic &traffic) {
  // Only f32 tries moments in one pass (decision 0008).
  bool always = moments && !structure.getComputeType().isF32();
  int64_t least = always ? 2 : 1, most = moments ? 2 : 1;
  traffic.sweeps += least;
  traffic.mostSweeps += most;
  for (unsigned i : structure.listInputs(values)) {
    traffic.inputs[i].leastAccesses += least;
    traffic.inputs[i].mostAccesses += most;
  }
}

/// Whether all rows stay in registers from their statistics to their outputs.
static bool staysInRegisters(const KernelStructure &structure, FuncOp func,
                             const Extent &extent) {
  KernelOp kernel = structure.getKernel();
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(kernel.getScheduleAttr());
  if (!schedule || !schedule.getCases()[0].getBatch() ||
      structure.getNumStages() != 1)
    return false;
  for (Value input : kernel.getInputs())
    if (auto argument = dyn_cast<BlockArgument>(input);
        argument && func.getArgumentPort(argument.getArgNumber()).getStrided())
      return false;
  PlanAttr plan = structure.getPlan();
  return plan && canTransposeRows(structure, plan) &&
         extent.of(structure.getKeptDims()) % plan.getLanes() == 0;
}

Traffic bnc::getTraffic(FuncOp func, KernelOp kernel, const Extents &extents) {
  KernelStructure structure(kernel);
  Extent extent(kernel, extents);
  unsigned last = extent.getNumDims() - 1;
  Traffic traffic;
  if (structure.getNumStages())
    traffic.units = extent.of(getUnitDims(structure));
  int64_t full = 0;
  for (auto [i, value] : llvm::enumerate(kernel.getInputs())) {
    Stream stream = describeInput(func, value);
    DimSet dims = structure.getInputDims(i);
    stream.bytes = extent.of(dims) * getElementBytes(value);
    // An operand without the innermost dim stays in a register along it, and
    // one of channels that are innermost can stay in some over all pixels: a
    // limit that reads it again for each is beaten.
    if ((dims >> last & 1) && structure.getForm() == KernelForm::Rows)
      stream.passes = extent.of(structure.getAllDims() & ~dims);
    if (dims == structure.getAllDims())
      full += stream.bytes;
    traffic.inputs.push_back(stream);
  }
  for (auto [i, value] : llvm::enumerate(kernel.getResults())) {
    Stream stream = describeOutput(func, value);
    stream.bytes =
        extent.of(structure.getResultDims(i)) * getElementBytes(value);
    traffic.outputs.push_back(stream);
  }
  traffic.unitBytes = traffic.units ? full / traffic.units : 0;
  traffic.restarts += structure.getNumStages();
  for (Stream &stream : traffic.inputs)
    stream.leastAccesses = stream.mostAccesses = 0;
  traffic.sweeps = traffic.mostSweeps = 0;
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage) {
    SmallVector<Value> terms;
    bool moments = false;
    for (Operation *reduction : structure.getReductions(stage)) {
      terms.push_back(reduction->getOperand(0));
      moments |= isa<MomentsOp>(reduction);
    }
    addSweep(structure, terms, moments, traffic);
  }
  addSweep(
      structure,
      llvm::to_vector<4>(kernel.getBlock()->getTerminator()->getOperands()),
      /*moments=*/false, traffic);
  if (staysInRegisters(structure, func, extent)) {
    traffic.sweeps = traffic.mostSweeps = 1;
    for (auto [i, stream] : llvm::enumerate(traffic.inputs))
      if (structure.getInputDims(i) == structure.getAllDims())
        stream.leastAccesses = stream.mostAccesses = 1;
  }
  for (auto [i, stream] : llvm::enumerate(traffic.inputs)) {
    DimSet others = structure.getAllDims() & ~structure.getInputDims(i);
    if (!others)
      continue;
    stream.leastAccesses = 1;
    stream.mostAccesses *= extent.of(others);
  }
  return traffic;
}

std::optional<CPUCaseAttr> bnc::getCase(KernelOp kernel, int64_t bytes) {
  auto schedule = dyn_cast_or_null<CPUScheduleAttr>(kernel.getScheduleAttr());
  if (!schedule)
    return std::nullopt;
  return schedule.getCases()[schedule.selectCase(bytes)];
}
