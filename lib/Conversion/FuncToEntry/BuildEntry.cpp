// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Builds the exported C functions of every norm.func.

#include "ArgumentChecks.h"
#include "MetadataConstant.h"
#include "Runnable.h"

#include "bnc/Conversion/Passes.h"
#include "bnc/Target/CPU/InstructionSet.h"
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
  EntryBuilder(ModuleOp module, norm::FuncOp func,
               ArrayRef<norm::TargetAttr> targets, LLVM::LLVMFuncOp runnable)
      : module(module), func(func), targets(targets), runnable(runnable),
        signature(Signature::get(func)), name(func.getSymName().str()),
        frameType(signature.getFrameType(module.getContext())),
        b(func.getLoc(), module.getContext()) {
    for (const Parameter &parameter : signature.getParameters())
      numExtents += parameter.kind == Kind::Extent;
  }

  LogicalResult build();

private:
  LogicalResult findBodies();
  LLVM::LLVMFuncOp declare(const Twine &callee, Type result);
  void buildWorkspaceSize();
  void buildEntry();
  Value callBody(Value variants, Value frame);
  void storeField(Value frame, unsigned index, Value value) {
    LLVM::StoreOp::create(b, value, b.field(frameType, frame, index));
  }

  ModuleOp module;
  norm::FuncOp func;
  ArrayRef<norm::TargetAttr> targets;
  LLVM::LLVMFuncOp runnable;
  Signature signature;
  std::string name;
  LLVM::LLVMStructType frameType;
  CodeBuilder b;
  unsigned numExtents = 0;
  /// One per target, or one without a target.
  SmallVector<LLVM::LLVMFuncOp> bodies, workspaceBytes;
  LLVM::LLVMFuncOp workspaceSize;
};

struct BuildEntryPass : bnc::impl::BuildEntryPassBase<BuildEntryPass> {
  using BuildEntryPassBase::BuildEntryPassBase;
  void runOnOperation() override;
};

} // namespace

LogicalResult EntryBuilder::findBodies() {
  bool hasWorkspace = signature.getWorkspaceIndex().has_value();
  if (targets.size() > 1) {
    for (norm::TargetAttr target : targets) {
      bodies.push_back(declare(".body." + target.getName(), b.getI32Type()));
      if (hasWorkspace)
        workspaceBytes.push_back(
            declare(".workspace_bytes." + target.getName(), b.getI64Type()));
    }
    return success();
  }
  for (auto [callees, suffix, isNeeded] :
       {std::make_tuple(&bodies, ".body", true),
        std::make_tuple(&workspaceBytes, ".workspace_bytes", hasWorkspace)}) {
    if (!isNeeded)
      continue;
    auto callee = module.lookupSymbol<LLVM::LLVMFuncOp>(name + suffix);
    if (!callee)
      return func.emitError("expected the kernels of '")
             << name << "' to be lowered to '" << name << suffix << "'";
    callees->push_back(callee);
  }
  return success();
}

/// Declares a function of another variant, which gets the frame.
LLVM::LLVMFuncOp EntryBuilder::declare(const Twine &callee, Type result) {
  b.setInsertionPointToEnd(module.getBody());
  return LLVM::LLVMFuncOp::create(
      b, (name + callee).str(),
      LLVM::LLVMFunctionType::get(result, {b.getPointerType()}));
}

LogicalResult EntryBuilder::build() {
  if (failed(findBodies()))
    return failure();
  buildMetadataFunction(module, func, signature, targets);
  // The metadata is the last to read the norm.func's own symbol, but the
  // checks read its kernels: it leaves the table now and goes at the end.
  func->remove();
  if (signature.getWorkspaceIndex())
    buildWorkspaceSize();
  buildEntry();
  func->destroy();
  return success();
}

/// f_workspace_size(extents), which is internal `f.workspace` under its C name,
/// so that the entry does not call through a symbol another library may take.
void EntryBuilder::buildWorkspaceSize() {
  SmallVector<Type> types(numExtents, b.getI64Type());
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
  // The same on every processor: the most that any target needs.
  Value bytes;
  for (LLVM::LLVMFuncOp callee : workspaceBytes) {
    Value needed = LLVM::CallOp::create(b, callee, frame).getResult();
    bytes = bytes ? LLVM::UMaxOp::create(b, bytes, needed).getResult() : needed;
  }
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
  LLVM::LLVMFuncOp entry =
      b.function(module, name, b.getI32Type(),
                 signature.getParameterTypes(module.getContext()),
                 LLVM::Linkage::External);
  Block::BlockArgListType all = entry.getBody().front().getArguments();
  Value context = all.front();
  SmallVector<Value> arguments(all.drop_front());

  ArgumentChecks checks(b, func, signature, context, arguments);
  Value variants = checks.checkContext();
  if (runnable) {
    int32_t levels = 0;
    for (norm::TargetAttr target : targets)
      levels |= 1 << getISALevel(target);
    variants = checks.checkVariants(
        LLVM::CallOp::create(b, runnable, ValueRange()).getResult(), variants,
        levels);
  }
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
  Value status = callBody(variants, frame);
  Value isNegative = b.compare(Predicate::slt, status, b.i32(0));
  Value result =
      LLVM::SelectOp::create(b, isNegative, b.i32(BNC_CALLBACK_FAILED), status);
  LLVM::ReturnOp::create(b, result);
}

/// The status of the best body whose bit is in `variants`, of which at least
/// one is.
Value EntryBuilder::callBody(Value variants, Value frame) {
  auto call = [&](LLVM::LLVMFuncOp body) -> Value {
    return LLVM::CallOp::create(b, body, frame).getResult();
  };
  if (bodies.size() == 1)
    return call(bodies.front());
  Block *current = b.getBlock();
  Region *region = current->getParent();
  Block *done = b.createBlock(region, std::next(current->getIterator()),
                              b.getI32Type(), b.getLoc());
  b.setInsertionPointToEnd(current);
  for (size_t i = bodies.size(); i-- > 1;) {
    current = b.getBlock();
    Block *here = b.createBlock(region, done->getIterator());
    LLVM::BrOp::create(b, ValueRange(call(bodies[i])), done);
    b.setInsertionPointToEnd(current);
    Value bit = b.i32(1 << getISALevel(targets[i]));
    Value isAllowed = b.compare(
        Predicate::ne, LLVM::AndOp::create(b, variants, bit), b.i32(0));
    b.branchIf(isAllowed, here, {});
  }
  LLVM::BrOp::create(b, ValueRange(call(bodies.front())), done);
  b.setInsertionPointToEnd(done);
  return done->getArgument(0);
}

void BuildEntryPass::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<norm::FuncOp> funcs(module.getOps<norm::FuncOp>());
  if (funcs.empty())
    return;
  // Integers only: what asks for it runs on processors without the target's
  // vectors.
  for (norm::FuncOp func : funcs)
    if (auto callee = module.lookupSymbol<LLVM::LLVMFuncOp>(
            (func.getSymName() + ".workspace_bytes").str()))
      callee.setTargetCpu(baselineCPU);
  if (bodiesOnly) {
    for (norm::FuncOp func : funcs)
      func.erase();
    return;
  }
  SmallVector<norm::TargetAttr> targets = getTargets(module);
  LLVM::LLVMFuncOp runnable;
  if (!targets.empty())
    runnable = buildRunnable(module, targets);
  for (norm::FuncOp func : funcs)
    if (failed(EntryBuilder(module, func, targets, runnable).build()))
      return signalPassFailure();
}
