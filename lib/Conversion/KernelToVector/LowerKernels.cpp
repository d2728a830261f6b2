// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Lowers kernels to affine loops over vectors: one function per phase.

#include "bnc/Conversion/KernelFrame/PhaseRunner.h"
#include "bnc/Conversion/KernelToVector/Phases.h"
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

/// The plan of a kernel's reductions, which all share one; null if there are
/// none.
static PlanAttr getPlan(const KernelStructure &structure) {
  if (structure.getNumStages() == 0)
    return {};
  Operation *reduction = structure.getReductions(0)[0];
  if (auto moments = dyn_cast<MomentsOp>(reduction))
    return moments.getPlanAttr();
  return cast<SumOfSquaresOp>(reduction).getPlanAttr();
}

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
                 int64_t forceCase)
      : module(module), func(func), layout(layout), kernel(kernel),
        structure(kernel),
        prefix(llvm::formatv("{0}.k{1}", func.getSymName(), index).str()),
        target(VectorTarget::get(target, structure.getComputeType())),
        forceCase(forceCase) {}

  KernelCode lower();

private:
  using Emit = llvm::function_ref<void(PhaseContext &)>;
  using Items = std::function<Value(EmissionContext &, OpBuilder &)>;

  void addPhase(bool perCase, Items items, Emit emit);

  ModuleOp module;
  FuncOp func;
  const WorkspaceLayout &layout;
  KernelOp kernel;
  KernelStructure structure;
  std::string prefix;
  VectorTarget target;
  int64_t forceCase;
  KernelCode code;
};

} // namespace

void KernelLowering::addPhase(bool perCase, Items items, Emit emit) {
  Location loc = kernel.getLoc();
  auto schedule = cast<CPUScheduleAttr>(kernel.getScheduleAttr());
  ArrayRef<CPUCaseAttr> cases = schedule.getCases();
  if (forceCase >= 0)
    cases = cases.slice(std::min<size_t>(forceCase, cases.size() - 1), 1);
  if (!perCase)
    cases = cases.take_front(1);
  PhaseCode &phase = code.phases.emplace_back();
  unsigned number = code.phases.size() - 1;
  for (auto [i, schedule] : llvm::enumerate(cases)) {
    std::string name = llvm::formatv("{0}.p{1}", prefix, number).str();
    if (cases.size() > 1)
      name += llvm::formatv(".c{0}", i).str();
    func::FuncOp function = createPhaseFunction(module, loc, name);
    Block &entry = function.getBody().front();
    OpBuilder b = OpBuilder::atBlockEnd(&entry);
    KernelFrame frame(b, loc, func, layout, kernel, entry.getArgument(0));
    KeptArrays kept;
    if (structure.isColumns())
      for (const KeptValue &value : listKeptValues(structure))
        kept.add(value.value, value.field,
                 frame.getSection(value.value, firstKeptField + value.field));
    PhaseContext context{{loc, structure, frame, target},
                         b,
                         getPlan(structure),
                         schedule,
                         entry.getArgument(1),
                         entry.getArgument(2),
                         structure.isColumns() ? &kept : nullptr};
    emit(context);
    // Non-temporal stores are ordered by a fence before others may look.
    if (schedule.getNontemporal())
      LLVM::CallIntrinsicOp::create(
          b, loc, b.getStringAttr("llvm.x86.sse.sfence"), ValueRange());
    func::ReturnOp::create(b, loc);
    phase.functions.push_back(function);
    phase.minBytes.push_back(schedule.getMinBytes());
  }
  phase.emitItems = [this, loc, items](OpBuilder &b, KernelFrame &frame) {
    EmissionContext context{loc, structure, frame, target};
    return items(context, b);
  };
}

KernelCode KernelLowering::lower() {
  code.kernel = kernel;
  if (structure.getForm() == KernelForm::Rows) {
    addPhase(/*perCase=*/true, emitRowsItems, emitRowsPhase);
    return std::move(code);
  }
  PlanAttr plan = getPlan(structure);
  for (unsigned stage = 0; stage < structure.getNumStages(); ++stage) {
    addPhase(
        /*perCase=*/false,
        [plan](EmissionContext &context, OpBuilder &b) {
          return emitChunksItems(context, b, plan);
        },
        [&](PhaseContext &phase) { emitChunksPhase(phase, stage); });
    addPhase(/*perCase=*/false, emitFinalizeItems,
             [&](PhaseContext &phase) { emitFinalizePhase(phase, stage); });
  }
  addPhase(/*perCase=*/true, emitMapItems, emitMapPhase);
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
          addColumnSections(structure, getPlan(structure), layout);
      }
      SmallVector<std::unique_ptr<KernelLowering>> lowerings;
      SmallVector<KernelCode> code;
      for (auto [i, kernel] : llvm::enumerate(kernels)) {
        lowerings.push_back(std::make_unique<KernelLowering>(
            module, func, layout, kernel, i, target, forceCase));
        code.push_back(lowerings.back()->lower());
      }
      createBody(module, func, layout, code);
    }
  }
};

} // namespace
