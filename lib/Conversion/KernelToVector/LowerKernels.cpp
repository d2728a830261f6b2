// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Lowers kernels to affine loops over vectors: one function per phase.

#include "bnc/Conversion/KernelFrame/PhaseRunner.h"
#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Phases.h"
#include "bnc/Conversion/KernelToVector/SplitRows.h"
#include "bnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FormatVariadic.h"

namespace bnc {
#define GEN_PASS_DEF_LOWERKERNELSPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// Sections of kept values count their fields from here: a record's own come
/// before.
static constexpr unsigned firstKeptField = 16;

/// Adds what a columns kernel keeps between its phases: the records of every
/// chunk and the kept values.
static void addColumnSections(const KernelStructure &structure, PlanAttr plan,
                              WorkspaceLayout &layout) {
  DimSet columns = getColumnDims(structure);
  MLIRContext *context = plan.getContext();
  WorkspaceSection section;
  section.kernel = structure.getKernel();
  section.dims = columns;
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage)
    for (Operation *reduction : structure.getReductions(stage)) {
      section.key = reduction->getResult(0);
      section.chunkedDims = structure.getAllDims() & ~columns;
      section.chunk = plan.getChunk();
      section.element = Float64Type::get(context);
      unsigned fields = getNumFields(reduction);
      for (section.field = 0; section.field < fields; ++section.field)
        layout.add(section);
    }
  section.chunkedDims = 0;
  section.chunk = 1;
  for (const KeptValue &value : listKeptValues(structure)) {
    section.key = value.value;
    section.field = firstKeptField + value.field;
    section.element = value.type;
    layout.add(section);
  }
}

namespace {

/// Lowers one kernel of a function.
class KernelLowering {
public:
  KernelLowering(ModuleOp module, FuncOp func, const WorkspaceLayout &layout,
                 KernelOp kernel, unsigned index, TargetAttr target,
                 int64_t forceCase, bool forceSplit)
      : module(module), func(func), layout(layout), kernel(kernel),
        structure(kernel),
        prefix(llvm::formatv("{0}.k{1}", func.getSymName(), index).str()),
        target(VectorTarget::get(target, structure.getComputeType())),
        forceCase(forceCase), forceSplit(forceSplit) {}

  KernelCode lower();

private:
  using Emit = llvm::function_ref<void(PhaseContext &)>;
  using Items = std::function<Value(PhaseContext &, OpBuilder &)>;

  std::optional<int64_t> getStaticBytes();
  SmallVector<ArrayRef<CPUCaseAttr>> groupCases();
  PhaseContext makeContext(OpBuilder &b, KernelFrame &frame,
                           ArrayRef<CPUCaseAttr> group);
  /// Returns the phase, which is called `name` after its kernel.
  PhaseCode makePhase(const Twine &name, bool perCase, Items items, Emit emit);
  void addPhase(bool perCase, Items items, Emit emit);
  /// Whether a call may have few long rows.
  bool canSplit();
  /// Whether all calls have one long row, whose parts are then all the code.
  bool isAlwaysSplit();
  void addSplitPhases();

  ModuleOp module;
  FuncOp func;
  const WorkspaceLayout &layout;
  KernelOp kernel;
  KernelStructure structure;
  std::string prefix;
  VectorTarget target;
  int64_t forceCase;
  bool forceSplit;
  SmallVector<ArrayRef<CPUCaseAttr>> caseGroups;
  KernelCode code;
};

} // namespace

/// The bytes that a call of the kernel moves, if its extents are static.
std::optional<int64_t> KernelLowering::getStaticBytes() {
  func::FuncOp scratch = createPhaseFunction(module, kernel.getLoc(), prefix);
  Block &entry = scratch.getBody().front();
  OpBuilder b = OpBuilder::atBlockEnd(&entry);
  KernelFrame frame(b, kernel.getLoc(), func, layout, kernel,
                    entry.getArgument(0));
  std::optional<int64_t> bytes = getConstantIndex(frame.getBytesMoved());
  scratch.erase();
  return bytes;
}

/// Whether the code of `plain` serves `nontemporal` as well: of rows it has
/// both kinds of loop where they differ, and only pixels of dynamic channel
/// counts are as many at once as each says, past the caches in blocks, see
/// PeriodicShape.
static bool canShareCode(const KernelStructure &structure, CPUCaseAttr plain,
                         CPUCaseAttr nontemporal) {
  bool isRows = structure.getForm() == KernelForm::Rows;
  KernelOp kernel = structure.getKernel();
  bool isDynamic = kernel.getDim(kernel.getNumDims() - 1).isDynamic();
  bool haveAsMany = plain.getRows() == nontemporal.getRows();
  // Past the caches pixels at once lie apart, and statistics fetch ahead.
  bool areAlike =
      isRows ? haveAsMany : isDynamic && (haveAsMany || plain.getRows() == 1);
  return !plain.getNontemporal() && nontemporal.getNontemporal() && areAlike &&
         plain.getBatch() == nontemporal.getBatch();
}

/// The cases that a call may take, in groups that share code: one, or a plain
/// one and one that differs in nontemporal stores, and what they prefetch,
/// alone.
SmallVector<ArrayRef<CPUCaseAttr>> KernelLowering::groupCases() {
  auto schedule = cast<CPUScheduleAttr>(kernel.getScheduleAttr());
  ArrayRef<CPUCaseAttr> cases = schedule.getCases();
  if (forceCase >= 0) {
    cases = cases.slice(std::min<size_t>(forceCase, cases.size() - 1), 1);
  } else if (std::optional<int64_t> bytes = getStaticBytes()) {
    cases = cases.slice(schedule.selectCase(*bytes), 1);
  }
  SmallVector<ArrayRef<CPUCaseAttr>> groups;
  while (!cases.empty()) {
    bool isPair =
        cases.size() > 1 && canShareCode(structure, cases[0], cases[1]);
    size_t count = isPair ? 2 : 1;
    groups.push_back(cases.take_front(count));
    cases = cases.drop_front(count);
  }
  return groups;
}

/// Whether the stores of a call are nontemporal: decided by its bytes where
/// `group` has both kinds.
static Value emitNontemporal(OpBuilder &b, Location loc, KernelFrame &frame,
                             ArrayRef<CPUCaseAttr> group) {
  if (group.size() == 1)
    return arith::ConstantIntOp::create(b, loc, group[0].getNontemporal(), 1);
  Value bound = arith::ConstantIndexOp::create(b, loc, group[1].getMinBytes());
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                               frame.getBytesMoved(), bound);
}

/// Non-temporal stores are ordered by a fence before others may look.
static void emitFence(PhaseContext &phase) {
  if (getConstantIndex(phase.nontemporal) == 0)
    return;
  auto branch = scf::IfOp::create(phase.b, phase.loc, phase.nontemporal,
                                  /*withElseRegion=*/false);
  OpBuilder fenced = branch.getThenBodyBuilder();
  LLVM::CallIntrinsicOp::create(fenced, phase.loc,
                                fenced.getStringAttr("llvm.x86.sse.sfence"),
                                ValueRange());
}

/// Of phases that merge records, whose loops are short.
static void optimizeForSize(PhaseCode &phase) {
  for (func::FuncOp func : phase.functions)
    optimizeForSize(func);
}

PhaseContext KernelLowering::makeContext(OpBuilder &b, KernelFrame &frame,
                                         ArrayRef<CPUCaseAttr> group) {
  return {{kernel.getLoc(), structure, frame, target},
          b,
          structure.getPlan(),
          group.front(),
          group.back(),
          /*nontemporal=*/Value(),
          caseGroups.back().back().getNontemporal(),
          /*begin=*/Value(),
          /*end=*/Value()};
}

PhaseCode KernelLowering::makePhase(const Twine &name, bool perCase,
                                    Items items, Emit emit) {
  Location loc = kernel.getLoc();
  PhaseCode phase;
  ArrayRef<ArrayRef<CPUCaseAttr>> groups = caseGroups;
  if (!perCase)
    groups = groups.take_front();
  for (auto [i, group] : llvm::enumerate(groups)) {
    std::string function = (prefix + "." + name).str();
    if (groups.size() > 1)
      function += llvm::formatv(".c{0}", i).str();
    func::FuncOp callee = createPhaseFunction(module, loc, function);
    Block &entry = callee.getBody().front();
    OpBuilder b = OpBuilder::atBlockEnd(&entry);
    KernelFrame frame(b, loc, func, layout, kernel, entry.getArgument(0));
    KeptArrays kept;
    if (structure.isColumns())
      for (const KeptValue &value : listKeptValues(structure))
        kept.add(value.value, value.field,
                 frame.getSection(value.value, firstKeptField + value.field));
    PhaseContext context = makeContext(b, frame, group);
    // Where one case is all there is, its statistics are those of the phase.
    bool isOnly = groups.size() == 1 && group.size() == 1;
    context.nontemporal =
        perCase || isOnly
            ? emitNontemporal(b, loc, frame, group)
            : arith::ConstantIntOp::create(b, loc, 0, 1).getResult();
    context.begin = entry.getArgument(1);
    context.end = entry.getArgument(2);
    if (structure.isColumns())
      context.keptArrays = &kept;
    emit(context);
    func::ReturnOp::create(b, loc);
    phase.functions.push_back(callee);
    phase.minBytes.push_back(group.front().getMinBytes());
  }
  phase.emitItems = [this, items](OpBuilder &b, KernelFrame &frame) {
    PhaseContext context = makeContext(b, frame, caseGroups.front());
    return items(context, b);
  };
  return phase;
}

void KernelLowering::addPhase(bool perCase, Items items, Emit emit) {
  std::string name = llvm::formatv("p{0}", code.phases.size()).str();
  code.phases.push_back(makePhase(name, perCase, std::move(items), emit));
}

bool KernelLowering::canSplit() {
  if (forceSplit)
    return true;
  int64_t least = cast<CPUScheduleAttr>(kernel.getScheduleAttr()).getSplit();
  std::optional<int64_t> bytes = getStaticBytes();
  return least != 0 && (!bytes || *bytes >= least);
}

bool KernelLowering::isAlwaysSplit() {
  return canSplit() && getStaticBytes() &&
         structure.getStaticExtent(structure.getKeptDims()) == 1;
}

void KernelLowering::addSplitPhases() {
  SplitRows rows(structure);
  SmallVectorImpl<PhaseCode> &phases = code.split.phases;
  auto add = [&](bool perCase, Items items, Emit emit) -> PhaseCode & {
    std::string name = llvm::formatv("s{0}", phases.size()).str();
    phases.push_back(makePhase(name, perCase, std::move(items), emit));
    return phases.back();
  };
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage) {
    add(
        /*perCase=*/false,
        [=](PhaseContext &context, OpBuilder &b) {
          return rows.emitPiecesItems(context, b, stage);
        },
        [&](PhaseContext &phase) { rows.emitPiecesPhase(phase, stage); });
    PhaseCode &merge =
        add(/*perCase=*/false, emitRowsItems,
            [&](PhaseContext &phase) { rows.emitMergePhase(phase, stage); });
    merge.isSerial = true;
    optimizeForSize(merge);
  }
  add(/*perCase=*/true, SplitRows::emitOutputsItems, [&](PhaseContext &phase) {
    rows.emitOutputsPhase(phase);
    emitFence(phase);
  });
  bool hasKept = false;
  for (unsigned i = 0, e = kernel.getNumResults(); i < e; ++i)
    hasKept |= structure.getResultDims(i) != structure.getAllDims();
  if (hasKept)
    add(/*perCase=*/false, emitRowsItems, [&](PhaseContext &phase) {
      rows.emitKeptPhase(phase);
    }).isSerial = true;
  code.split.minBytes =
      forceSplit ? 0
                 : cast<CPUScheduleAttr>(kernel.getScheduleAttr()).getSplit();
  code.split.maxRows = SplitRows::maxRows;
  code.split.scratch = rows.getScratchSize();
}

KernelCode KernelLowering::lower() {
  code.kernel = kernel;
  caseGroups = groupCases();
  if (structure.getForm() == KernelForm::Rows) {
    if (canSplit())
      addSplitPhases();
    if (!isAlwaysSplit())
      addPhase(/*perCase=*/true, emitRowsPhaseItems, [](PhaseContext &phase) {
        emitRowsPhase(phase);
        emitFence(phase);
      });
    return std::move(code);
  }
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage) {
    addPhase(
        /*perCase=*/true,
        [stage](PhaseContext &phase, OpBuilder &b) {
          return emitChunksItems(phase, b, stage);
        },
        [&](PhaseContext &phase) { emitChunksPhase(phase, stage); });
    addPhase(/*perCase=*/false, emitFinalizeItems,
             [&](PhaseContext &phase) { emitFinalizePhase(phase, stage); });
    optimizeForSize(code.phases.back());
  }
  addPhase(/*perCase=*/true, emitMapItems, [](PhaseContext &phase) {
    emitMapPhase(phase);
    emitFence(phase);
  });
  return std::move(code);
}

namespace {

struct LowerKernelsPass : bnc::impl::LowerKernelsPassBase<LowerKernelsPass> {
  using LowerKernelsPassBase::LowerKernelsPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto target = module->getAttrOfType<TargetAttr>("norm.target");
    for (FuncOp func : llvm::to_vector(module.getOps<FuncOp>())) {
      if (!target) {
        func.emitError("the module has no 'norm.target'");
        return signalPassFailure();
      }
      WorkspaceLayout layout = WorkspaceLayout::getIntermediates(func);
      SmallVector<KernelOp> kernels(func.getBody().getOps<KernelOp>());
      for (KernelOp kernel : kernels) {
        KernelStructure structure(kernel);
        if (structure.isColumns())
          addColumnSections(structure, structure.getPlan(), layout);
      }
      SmallVector<std::unique_ptr<KernelLowering>> lowerings;
      SmallVector<KernelCode> code;
      for (auto [i, kernel] : llvm::enumerate(kernels)) {
        lowerings.push_back(std::make_unique<KernelLowering>(
            module, func, layout, kernel, i, target, forceCase, forceSplit));
        code.push_back(lowerings.back()->lower());
      }
      createBody(module, func, layout, code);
    }
  }
};

} // namespace
