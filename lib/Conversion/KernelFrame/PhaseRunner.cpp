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
llvm.func internal @bnc.run(%ctx: !llvm.ptr, %frame: !llvm.ptr, %phase: !llvm.ptr, %items: i64, %bytes: i64) -> i32 {
  %ok = llvm.mlir.constant(0 : i32) : i32
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %two = llvm.mlir.constant(2 : i64) : i64
  %two32 = llvm.mlir.constant(2 : i32) : i32
  %perthread = llvm.mlir.constant(4 : i64) : i64
  %least = llvm.mlir.constant(131072 : i64) : i64
  %null = llvm.mlir.zero : !llvm.ptr
  %none = llvm.icmp "slt" %items, %one : i64
  llvm.cond_br %none, ^done, ^some
^done:
  llvm.return %ok : i32
^some:
  %alone = llvm.icmp "eq" %ctx, %null : !llvm.ptr
  llvm.cond_br %alone, ^serial, ^context
^context:
  %for_at = llvm.getelementptr %ctx[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %user_at = llvm.getelementptr %ctx[0, 2] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %threads_at = llvm.getelementptr %ctx[0, 3] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i64, ptr, ptr, i32, i32)>
  %for = llvm.load %for_at : !llvm.ptr -> !llvm.ptr
  %threads = llvm.load %threads_at : !llvm.ptr -> i32
  %nofor = llvm.icmp "eq" %for, %null : !llvm.ptr
  %onethread = llvm.icmp "slt" %threads, %two32 : i32
  %oneitem = llvm.icmp "slt" %items, %two : i64
  %little = llvm.icmp "slt" %bytes, %least : i64
  %a = llvm.or %nofor, %onethread : i1
  %b = llvm.or %oneitem, %little : i1
  %c = llvm.or %a, %b : i1
  llvm.cond_br %c, ^serial, ^parallel
^serial:
  llvm.call @bnc.guarded(%phase, %frame, %zero, %items) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
  llvm.return %ok : i32
^parallel:
  %user = llvm.load %user_at : !llvm.ptr -> !llvm.ptr
  %threads64 = llvm.sext %threads : i32 to i64
  %wanted = llvm.mul %threads64, %perthread : i64
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
  }
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

void bnc::createBody(ModuleOp module, FuncOp func,
                     const WorkspaceLayout &layout,
                     ArrayRef<KernelCode> kernels) {
  addRunner(module);
  Location loc = func.getLoc();
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  std::string name = (func.getSymName() + ".body").str();
  auto body = LLVM::LLVMFuncOp::create(
      b, loc, name, LLVM::LLVMFunctionType::get(i32, {pointer}),
      LLVM::Linkage::Internal);
  Block *entry = body.addEntryBlock(b);
  Value frame = entry->getArgument(0);
  b.setInsertionPointToEnd(entry);
  Value ctx = LLVM::LoadOp::create(b, loc, pointer, frame);
  Block *failed = new Block();
  failed->addArgument(i32, loc);
  for (const KernelCode &code : kernels) {
    KernelFrame operands(b, loc, func, layout, code.kernel, frame);
    Value bytes =
        arith::IndexCastOp::create(b, loc, i64, operands.getBytesMoved());
    for (const PhaseCode &phase : code.phases) {
      Value items =
          arith::IndexCastOp::create(b, loc, i64, phase.emitItems(b, operands));
      Value callee = emitSelectedFunction(b, loc, phase, bytes);
      Value status =
          LLVM::CallOp::create(b, loc, TypeRange{i32}, "bnc.run",
                               ValueRange{ctx, frame, callee, items, bytes})
              .getResult();
      Value zero =
          LLVM::ConstantOp::create(b, loc, i32, b.getI32IntegerAttr(0));
      Value isOk =
          LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::eq, status, zero);
      Block *next = new Block();
      body.getBody().push_back(next);
      LLVM::CondBrOp::create(b, loc, isOk, next, ValueRange{}, failed,
                             ValueRange{status});
      b.setInsertionPointToEnd(next);
    }
  }
  Value ok = LLVM::ConstantOp::create(b, loc, i32, b.getI32IntegerAttr(0));
  LLVM::ReturnOp::create(b, loc, ok);
  body.getBody().push_back(failed);
  b.setInsertionPointToEnd(failed);
  LLVM::ReturnOp::create(b, loc, failed->getArgument(0));

  if (!needsWorkspace(func))
    return;
  b.setInsertionPointToEnd(module.getBody());
  std::string sizeName = (func.getSymName() + ".workspace_bytes").str();
  auto size = LLVM::LLVMFuncOp::create(
      b, loc, sizeName, LLVM::LLVMFunctionType::get(i64, {pointer}),
      LLVM::Linkage::Internal);
  Block *sizeEntry = size.addEntryBlock(b);
  b.setInsertionPointToEnd(sizeEntry);
  Value bytes = KernelFrame::emitWorkspaceBytes(b, loc, func, layout,
                                                sizeEntry->getArgument(0));
  LLVM::ReturnOp::create(b, loc, bytes);
}
