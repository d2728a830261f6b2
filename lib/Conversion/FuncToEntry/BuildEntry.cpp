// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Builds the exported C functions of every norm.func.

#include "ArgumentChecks.h"
#include "DetectCPU.h"
#include "MetadataConstant.h"

#include "bnc/Conversion/Passes.h"
#include "bnc/abi.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace bnc {
#define GEN_PASS_DEF_BUILDENTRYPASS
#include "bnc/Conversion/Passes.h.inc"
} // namespace bnc

using namespace mlir;
using namespace bnc;

using Kind = Parameter::Kind;
using Predicate = CodeBuilder::Predicate;

/// The workspace that a kernel sees begins at a multiple of this.
static constexpr int64_t workspaceAlignment = 64;

/// What the element size is taken as when extents are checked before
/// `f.workspace_bytes` computes with them: more than a workspace has bytes per
/// element of any argument, so that no sum of its parts can overflow.
static constexpr int64_t workspaceBytesPerElement = 4096;

namespace {

/// Makes the functions of one norm.func.
class EntryBuilder {
public:
  EntryBuilder(ModuleOp module, norm::FuncOp func, norm::TargetAttr target,
               LLVM::LLVMFuncOp cpuCheck)
      : module(module), func(func), target(target), cpuCheck(cpuCheck),
        signature(Signature::get(func)), name(func.getSymName().str()),
        frameType(signature.getFrameType(module.getContext())),
        b(func.getLoc(), module.getContext()) {
    for (const Parameter &parameter : signature.getParameters())
      numExtents += parameter.kind == Kind::Extent;
  }

  LogicalResult build();

private:
  void buildWorkspaceSize();
  void buildEntry();
  void storeField(Value frame, unsigned index, Value value) {
    LLVM::StoreOp::create(b, value, b.field(frameType, frame, index));
  }

  ModuleOp module;
  norm::FuncOp func;
  norm::TargetAttr target;
  LLVM::LLVMFuncOp cpuCheck;
  Signature signature;
  std::string name;
  LLVM::LLVMStructType frameType;
  CodeBuilder b;
  unsigned numExtents = 0;
  LLVM::LLVMFuncOp body, workspaceBytes, workspaceSize;
};

struct BuildEntryPass : bnc::impl::BuildEntryPassBase<BuildEntryPass> {
  using BuildEntryPassBase::BuildEntryPassBase;
  void runOnOperation() override;
};

} // namespace

LogicalResult EntryBuilder::build() {
  for (auto [callee, suffix, isNeeded] :
       {std::make_tuple(&body, ".body", true),
        std::make_tuple(&workspaceBytes, ".workspace_bytes",
                        signature.getWorkspaceIndex().has_value())}) {
    if (!isNeeded)
      continue;
    *callee = module.lookupSymbol<LLVM::LLVMFuncOp>(name + suffix);
    if (!*callee)
      return func.emitError("expected the kernels of '")
             << name << "' to be lowered to '" << name << suffix << "'";
  }
  buildMetadataFunction(module, func, signature, target);
  // The metadata is the last to read the norm.func's own symbol, but the
  // checks read its kernels: it leaves the table now and goes at the end.
  func->remove();
  if (workspaceBytes)
    buildWorkspaceSize();
  buildEntry();
  func->destroy();
  return success();
}

/// f_workspace_size(extents), which is internal `f.workspace` under its C name,
/// so that the entry does not call through a symbol another library may take.
void EntryBuilder::buildWorkspaceSize() {
  SmallVector<Type> types(numExtents, b.getI64Type());
  // Integers only: it may be asked on a processor without the target's vectors.
  workspaceBytes.setTargetCpu(baselineCPU);
  workspaceSize = b.function(module, name + ".workspace", b.getI64Type(), types,
                             LLVM::Linkage::Internal);
  Block *entry = b.getBlock();
  ValueRange extents = entry->getArguments();
  // No allocation has SIZE_MAX bytes: what is passed instead is too small.
  Region *region = entry->getParent();
  Block *impossible = b.createBlock(region, region->end());
  LLVM::ReturnOp::create(b, b.i64(-1));
  b.setInsertionPointToEnd(entry);
  for (Value extent : extents)
    b.branchIf(b.compare(Predicate::slt, extent, b.i64(0)), impossible, {});
  for (TensorSpan &span : collectSpans(b, func, signature, extents)) {
    buildBytes(b, span, /*strided=*/false, workspaceBytesPerElement);
    if (span.overflow)
      b.branchIf(b.both(span.hasElements, span.overflow), impossible, {});
  }
  Value frame = b.stackSlot(frameType);
  storeField(frame, 0, b.null());
  for (auto [i, extent] : llvm::enumerate(extents))
    storeField(frame, i + 1, extent);
  Value bytes = LLVM::CallOp::create(b, workspaceBytes, frame).getResult();
  Value padded = LLVM::AddOp::create(b, bytes, b.i64(workspaceAlignment - 1));
  Value size = LLVM::SelectOp::create(
      b, b.compare(Predicate::eq, bytes, b.i64(0)), bytes, padded);
  LLVM::ReturnOp::create(b, size);

  LLVM::LLVMFuncOp exported =
      b.function(module, name + "_workspace_size", b.getI64Type(), types,
                 LLVM::Linkage::External);
  Value result = LLVM::CallOp::create(b, workspaceSize,
                                      exported.getBody().front().getArguments())
                     .getResult();
  LLVM::ReturnOp::create(b, result);
}

void EntryBuilder::buildEntry() {
  // The frame's fields are ctx and the parameters.
  LLVM::LLVMFuncOp entry =
      b.function(module, name, b.getI32Type(), frameType.getBody(),
                 LLVM::Linkage::External);
  Block::BlockArgListType all = entry.getBody().front().getArguments();
  Value context = all.front();
  SmallVector<Value> arguments(all.drop_front());

  ArgumentChecks checks(b, func, signature, context, arguments);
  checks.checkContext(target ? getISALevel(target) : BNC_ISA_BEST);
  if (cpuCheck)
    checks.checkCPU(
        LLVM::CallOp::create(b, cpuCheck, ValueRange()).getResult());
  checks.checkExtents();
  checks.checkPointers();
  checks.checkDivisors();
  checks.checkOverlap();
  std::optional<unsigned> workspace = signature.getWorkspaceIndex();
  if (workspace)
    checks.checkWorkspace(
        LLVM::CallOp::create(b, workspaceSize,
                             ArrayRef<Value>(arguments).take_front(numExtents))
            .getResult());
  checks.checkCounts();

  if (workspace) {
    Value address =
        LLVM::PtrToIntOp::create(b, b.getI64Type(), arguments[*workspace]);
    Value up = LLVM::AddOp::create(b, address, b.i64(workspaceAlignment - 1));
    Value aligned = LLVM::AndOp::create(b, up, b.i64(-workspaceAlignment));
    arguments[*workspace] =
        LLVM::IntToPtrOp::create(b, b.getPointerType(), aligned);
  }
  Value frame = b.stackSlot(frameType);
  storeField(frame, 0, context);
  for (auto [i, argument] : llvm::enumerate(arguments))
    storeField(frame, i + 1, argument);
  Value status = LLVM::CallOp::create(b, body, frame).getResult();
  Value isNegative = b.compare(Predicate::slt, status, b.i32(0));
  Value result =
      LLVM::SelectOp::create(b, isNegative, b.i32(BNC_CALLBACK_FAILED), status);
  LLVM::ReturnOp::create(b, result);
}

void BuildEntryPass::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<norm::FuncOp> funcs(module.getOps<norm::FuncOp>());
  if (funcs.empty())
    return;
  auto target = module->getAttrOfType<norm::TargetAttr>("norm.target");
  LLVM::LLVMFuncOp cpuCheck;
  if (target)
    cpuCheck = buildCPUCheck(module, target);
  for (norm::FuncOp func : funcs)
    if (failed(EntryBuilder(module, func, target, cpuCheck).build()))
      return signalPassFailure();
}
