// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// `f.body`: runs the phases of a function's kernels, in tasks where it pays.

#include "bnc/Conversion/KernelFrame/PhaseRunner.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace bnc;
using namespace bnc::norm;

/// What every module with kernels shares. Field numbers of ctx are those of
/// bnc_context: 1 parallel_for, 2 user, 3 threads.
///
/// `bnc.threads` is how many threads a call may use.
///
/// `bnc.splits` tells whether threads get unequal shares of `rows`: fewer than
/// four a thread, and not as many for each.
///
/// `bnc.run` splits the items of a phase over parallel_for, four tasks a
/// thread to even out what disturbs one of them; below 128 KiB the call costs
/// more than it saves. `bnc.guarded` gives a task the default floating-point
/// environment: it compares the control bits of MXCSR (all but the six sticky
/// flags) with their default and restores what it changed.
static constexpr StringLiteral runnerText = R"mlir(
llvm.func internal @bnc.guarded(%phase: !llvm.ptr, %frame: !llvm.ptr, %begin: i64, %end: i64) {
  %one = llvm.mlir.constant(1 : i64) : i64
  %flags = llvm.mlir.constant(63 : i32) : i32
  %default = llvm.mlir.constant(8064 : i32) : i32
  %slot = llvm.alloca %one x i32 : (i64) -> !llvm.ptr
  llvm.call_intrinsic "llvm.x86.sse.stmxcsr"(%slot) : (!llvm.ptr) -> ()
  %old = llvm.load %slot : !llvm.ptr -> i32
  %set = llvm.or %old, %flags : i32
  %expected = llvm.or %default, %flags : i32
  %same = llvm.icmp "eq" %set, %expected : i32
  llvm.cond_br %same, ^run, ^change
^run:
  llvm.call %phase(%frame, %begin, %end) : !llvm.ptr, (!llvm.ptr, i64, i64) -> ()
  llvm.return
^change:
  %new = llvm.alloca %one x i32 : (i64) -> !llvm.ptr
  llvm.store %default, %new : i32, !llvm.ptr
  llvm.call_intrinsic "llvm.x86.sse.ldmxcsr"(%new) : (!llvm.ptr) -> ()
  llvm.call %phase(%frame, %begin, %end) : !llvm.ptr, (!llvm.ptr, i64, i64) -> ()
  llvm.call_intrinsic "llvm.x86.sse.ldmxcsr"(%slot) : (!llvm.ptr) -> ()
  llvm.return
}
llvm.func internal @bnc.task(%arg: !llvm.ptr, %i: i64) {
  %phase_at = llvm.getelementptr %arg[0, 0] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %frame_at = llvm.getelementptr %arg[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %items_at = llvm.getelementptr %arg[0, 2] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %tasks_at = llvm.getelementptr %arg[0, 3] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %phase = llvm.load %phase_at : !llvm.ptr -> !llvm.ptr
  %frame = llvm.load %frame_at : !llvm.ptr -> !llvm.ptr
  %items = llvm.load %items_at : !llvm.ptr -> i64
  %tasks = llvm.load %tasks_at : !llvm.ptr -> i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %share = llvm.udiv %items, %tasks : i64
  %rest = llvm.urem %items, %tasks : i64
  %before = llvm.mul %i, %share : i64
  %extra = llvm.intr.umin(%i, %rest) : (i64, i64) -> i64
  %begin = llvm.add %before, %extra : i64
  %longer = llvm.icmp "ult" %i, %rest : i64
  %more = llvm.zext %longer : i1 to i64
  %size = llvm.add %share, %more : i64
  %end = llvm.add %begin, %size : i64
  llvm.call @bnc.guarded(%phase, %frame, %begin, %end) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
  llvm.return
}
llvm.func internal @bnc.threads(%ctx: !llvm.ptr) -> i64 {
  %one = llvm.mlir.constant(1 : i64) : i64
  %null = llvm.mlir.zero : !llvm.ptr
  %alone = llvm.icmp "eq" %ctx, %null : !llvm.ptr
  llvm.cond_br %alone, ^serial, ^context
^serial:
  llvm.return %one : i64
^context:
  %for_at = llvm.getelementptr %ctx[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %threads_at = llvm.getelementptr %ctx[0, 3] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %for = llvm.load %for_at : !llvm.ptr -> !llvm.ptr
  %threads32 = llvm.load %threads_at : !llvm.ptr -> i32
  %threads = llvm.sext %threads32 : i32 to i64
  %nofor = llvm.icmp "eq" %for, %null : !llvm.ptr
  llvm.cond_br %nofor, ^serial, ^parallel
^parallel:
  %some = llvm.intr.smax(%threads, %one) : (i64, i64) -> i64
  llvm.return %some : i64
}
llvm.func internal @bnc.splits(%ctx: !llvm.ptr, %rows: i64) -> i1 {
  %zero = llvm.mlir.constant(0 : i64) : i64
  %four = llvm.mlir.constant(4 : i64) : i64
  %threads = llvm.call @bnc.threads(%ctx) : (!llvm.ptr) -> i64
  %enough = llvm.mul %threads, %four : i64
  %isfew = llvm.icmp "slt" %rows, %enough : i64
  %rest = llvm.urem %rows, %threads : i64
  %isuneven = llvm.icmp "ne" %rest, %zero : i64
  %splits = llvm.and %isfew, %isuneven : i1
  llvm.return %splits : i1
}
llvm.func internal @bnc.run(%ctx: !llvm.ptr, %frame: !llvm.ptr, %phase: !llvm.ptr, %items: i64, %bytes: i64) -> i32 {
  %ok = llvm.mlir.constant(0 : i32) : i32
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %two = llvm.mlir.constant(2 : i64) : i64
  %perthread = llvm.mlir.constant(4 : i64) : i64
  %least = llvm.mlir.constant(131072 : i64) : i64
  %none = llvm.icmp "slt" %items, %one : i64
  llvm.cond_br %none, ^done, ^some
^done:
  llvm.return %ok : i32
^some:
  %threads = llvm.call @bnc.threads(%ctx) : (!llvm.ptr) -> i64
  %onethread = llvm.icmp "slt" %threads, %two : i64
  %oneitem = llvm.icmp "slt" %items, %two : i64
  %little = llvm.icmp "slt" %bytes, %least : i64
  %a = llvm.or %oneitem, %little : i1
  %b = llvm.or %onethread, %a : i1
  llvm.cond_br %b, ^serial, ^parallel
^serial:
  llvm.call @bnc.guarded(%phase, %frame, %zero, %items) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
  llvm.return %ok : i32
^parallel:
  %for_at = llvm.getelementptr %ctx[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %user_at = llvm.getelementptr %ctx[0, 2] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %for = llvm.load %for_at : !llvm.ptr -> !llvm.ptr
  %user = llvm.load %user_at : !llvm.ptr -> !llvm.ptr
  %wanted = llvm.mul %threads, %perthread : i64
  %tasks = llvm.intr.umin(%wanted, %items) : (i64, i64) -> i64
  %arg = llvm.alloca %one x !llvm.struct<(ptr, ptr, i64, i64)> : (i64) -> !llvm.ptr
  %phase_at = llvm.getelementptr %arg[0, 0] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %frame_at = llvm.getelementptr %arg[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %items_at = llvm.getelementptr %arg[0, 2] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  %tasks_at = llvm.getelementptr %arg[0, 3] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(ptr, ptr, i64, i64)>
  llvm.store %phase, %phase_at : !llvm.ptr, !llvm.ptr
  llvm.store %frame, %frame_at : !llvm.ptr, !llvm.ptr
  llvm.store %items, %items_at : i64, !llvm.ptr
  llvm.store %tasks, %tasks_at : i64, !llvm.ptr
  %task = llvm.mlir.addressof @bnc.task : !llvm.ptr
  %status = llvm.call %for(%user, %tasks, %task, %arg) : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr, !llvm.ptr) -> i32
  llvm.return %status : i32
}
)mlir";

static void addRunner(ModuleOp module) {
  if (module.lookupSymbol("bnc.run"))
    return;
  OwningOpRef<ModuleOp> parsed =
      parseSourceString<ModuleOp>(runnerText, module.getContext());
  for (Operation &op :
       llvm::make_early_inc_range(parsed->getBody()->getOperations())) {
    op.remove();
    module.push_back(&op);
    optimizeForSize(&op);
  }
}

void bnc::optimizeForSize(Operation *function) {
  function->setAttr(
      "passthrough",
      Builder(function->getContext()).getStrArrayAttr({"optsize"}));
}

func::FuncOp bnc::createPhaseFunction(ModuleOp module, Location loc,
                                      StringRef name) {
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type index = b.getIndexType();
  auto func = func::FuncOp::create(
      b, loc, name, b.getFunctionType({pointer, index, index}, {}));
  func.setPrivate();
  func->setAttr("llvm.linkage", LLVM::LinkageAttr::get(
                                    b.getContext(), LLVM::Linkage::Internal));
  func.addEntryBlock();
  return func;
}

/// The address of a phase's function for a call that moves `bytes`.
static Value emitSelectedFunction(OpBuilder &b, Location loc,
                                  const PhaseCode &phase, Value bytes) {
  Value selected;
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  for (auto [func, minBytes] :
       llvm::zip_equal(phase.functions, phase.minBytes)) {
    func::FuncOp callee = func;
    Value constant = func::ConstantOp::create(b, loc, callee.getFunctionType(),
                                              callee.getSymName());
    Value address =
        UnrealizedConversionCastOp::create(b, loc, pointer, constant)
            .getResult(0);
    if (!selected) {
      selected = address;
      continue;
    }
    Value bound = LLVM::ConstantOp::create(b, loc, b.getI64Type(),
                                           b.getI64IntegerAttr(minBytes));
    Value isReached =
        LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::sge, bytes, bound);
    selected = LLVM::SelectOp::create(b, loc, isReached, address, selected);
  }
  return selected;
}

namespace {

/// Emits the body of one function.
class BodyEmitter {
public:
  BodyEmitter(ModuleOp module, FuncOp func, const WorkspaceLayout &layout);

  void emitKernel(const KernelCode &code);
  /// Ends the body.
  void finish();

private:
  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(b, loc, b.getI64Type(),
                                    b.getI64IntegerAttr(value));
  }
  Value compare(LLVM::ICmpPredicate predicate, Value lhs, Value rhs) {
    return LLVM::ICmpOp::create(b, loc, predicate, lhs, rhs);
  }
  Block *addBlock() {
    Block *block = new Block();
    body.getBody().push_back(block);
    return block;
  }
  /// Runs `phases`, each after the one before; leaves on the first error.
  void emitPhases(ArrayRef<PhaseCode> phases, KernelFrame &operands,
                  Value bytes);
  /// Whether a call that moves `bytes` is split.
  Value emitSplits(const SplitCode &split, KernelFrame &operands, Value bytes);
  /// f64 elements on the stack, for all phases of the body.
  Value emitScratch(int64_t elements);

  FuncOp func;
  const WorkspaceLayout &layout;
  Location loc;
  OpBuilder b;
  LLVM::LLVMFuncOp body;
  Value frame, ctx;
  Block *failed = new Block();
};

} // namespace

BodyEmitter::BodyEmitter(ModuleOp module, FuncOp func,
                         const WorkspaceLayout &layout)
    : func(func), layout(layout), loc(func.getLoc()),
      b(OpBuilder::atBlockEnd(module.getBody())) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  std::string name = (func.getSymName() + ".body").str();
  body = LLVM::LLVMFuncOp::create(
      b, loc, name, LLVM::LLVMFunctionType::get(b.getI32Type(), {pointer}),
      LLVM::Linkage::Internal);
  optimizeForSize(body);
  Block *entry = body.addEntryBlock(b);
  frame = entry->getArgument(0);
  b.setInsertionPointToEnd(entry);
  ctx = LLVM::LoadOp::create(b, loc, pointer, frame);
  failed->addArgument(b.getI32Type(), loc);
}

void BodyEmitter::emitPhases(ArrayRef<PhaseCode> phases, KernelFrame &operands,
                             Value bytes) {
  Type i32 = b.getI32Type();
  for (const PhaseCode &phase : phases) {
    Value items = arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                             phase.emitItems(b, operands));
    Value callee = emitSelectedFunction(b, loc, phase, bytes);
    Value shared = phase.isSerial ? constant(0) : bytes;
    Value status =
        LLVM::CallOp::create(b, loc, TypeRange{i32}, "bnc.run",
                             ValueRange{ctx, frame, callee, items, shared})
            .getResult();
    Value zero = LLVM::ConstantOp::create(b, loc, i32, b.getI32IntegerAttr(0));
    Value isOk = compare(LLVM::ICmpPredicate::eq, status, zero);
    Block *next = addBlock();
    LLVM::CondBrOp::create(b, loc, isOk, next, ValueRange{}, failed,
                           ValueRange{status});
    b.setInsertionPointToEnd(next);
  }
}

Value BodyEmitter::emitSplits(const SplitCode &split, KernelFrame &operands,
                              Value bytes) {
  DimSet kept = KernelStructure(operands.getKernel()).getKeptDims();
  Value rows = arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                          operands.getTotalExtent(kept));
  Value splits =
      compare(LLVM::ICmpPredicate::sle, rows, constant(split.maxRows));
  if (split.minBytes == 0)
    return splits;
  Value isLarge =
      compare(LLVM::ICmpPredicate::sge, bytes, constant(split.minBytes));
  splits = LLVM::AndOp::create(b, loc, splits, isLarge);
  Value isUneven = LLVM::CallOp::create(b, loc, TypeRange{b.getI1Type()},
                                        "bnc.splits", ValueRange{ctx, rows})
                       .getResult();
  return LLVM::AndOp::create(b, loc, splits, isUneven);
}

Value BodyEmitter::emitScratch(int64_t elements) {
  OpBuilder start = OpBuilder::atBlockBegin(&body.getBody().front());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value count = LLVM::ConstantOp::create(start, loc, b.getI64Type(),
                                         b.getI64IntegerAttr(elements));
  return LLVM::AllocaOp::create(start, loc, pointer, b.getF64Type(), count,
                                /*alignment=*/64);
}

void BodyEmitter::emitKernel(const KernelCode &code) {
  KernelFrame operands(b, loc, func, layout, code.kernel, frame);
  Value bytes = arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                           operands.getBytesMoved());
  if (code.split.phases.empty()) {
    emitPhases(code.phases, operands, bytes);
    return;
  }
  auto emitPieces = [&] {
    operands.setScratch(emitScratch(code.split.scratch));
    emitPhases(code.split.phases, operands, bytes);
  };
  if (code.phases.empty())
    return emitPieces();
  Value splits = emitSplits(code.split, operands, bytes);
  Block *pieces = addBlock(), *rows = addBlock(), *next = addBlock();
  LLVM::CondBrOp::create(b, loc, splits, pieces, rows);
  b.setInsertionPointToEnd(pieces);
  emitPieces();
  LLVM::BrOp::create(b, loc, next);
  b.setInsertionPointToEnd(rows);
  emitPhases(code.phases, operands, bytes);
  LLVM::BrOp::create(b, loc, next);
  b.setInsertionPointToEnd(next);
}

void BodyEmitter::finish() {
  Value ok =
      LLVM::ConstantOp::create(b, loc, b.getI32Type(), b.getI32IntegerAttr(0));
  LLVM::ReturnOp::create(b, loc, ok);
  body.getBody().push_back(failed);
  b.setInsertionPointToEnd(failed);
  LLVM::ReturnOp::create(b, loc, failed->getArgument(0));
}

/// Adds `f.workspace_bytes`.
static void createWorkspaceBytes(ModuleOp module, FuncOp func,
                                 const WorkspaceLayout &layout) {
  Location loc = func.getLoc();
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  std::string name = (func.getSymName() + ".workspace_bytes").str();
  auto size = LLVM::LLVMFuncOp::create(
      b, loc, name, LLVM::LLVMFunctionType::get(b.getI64Type(), {pointer}),
      LLVM::Linkage::Internal);
  optimizeForSize(size);
  Block *entry = size.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  Value bytes = KernelFrame::emitWorkspaceBytes(b, loc, func, layout,
                                                entry->getArgument(0));
  LLVM::ReturnOp::create(b, loc, bytes);
}

void bnc::createBody(ModuleOp module, FuncOp func,
                     const WorkspaceLayout &layout,
                     ArrayRef<KernelCode> kernels) {
  addRunner(module);
  BodyEmitter body(module, func, layout);
  for (const KernelCode &code : kernels)
    body.emitKernel(code);
  body.finish();
  if (needsWorkspace(func))
    createWorkspaceBytes(module, func, layout);
}
