// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which targets the processor and the environment allow at run time.

#include "Runnable.h"

#include "DetectCPU.h"
#include "MaxISA.h"

#include "bnc/Target/CPU/InstructionSet.h"
#include "bnc/abi.h"

using namespace mlir;
using namespace bnc;

using Predicate = CodeBuilder::Predicate;

Value bnc::buildAllowedLevels(CodeBuilder &b, Value limit) {
  Value below =
      LLVM::SubOp::create(b, LLVM::ShlOp::create(b, b.i32(2), limit), b.i32(1));
  Value isBest = b.compare(Predicate::eq, limit, b.i32(BNC_ISA_BEST));
  return LLVM::SelectOp::create(b, isBest, b.i32(-1), below);
}

LLVM::LLVMFuncOp bnc::buildRunnable(ModuleOp module,
                                    ArrayRef<norm::TargetAttr> targets) {
  LLVM::LLVMFuncOp maxISA = buildMaxISA(module);
  CodeBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type i32 = b.getI32Type();
  auto cache = LLVM::GlobalOp::create(b, i32, /*isConstant=*/false,
                                      LLVM::Linkage::Internal, "bnc.cpu",
                                      b.getI32IntegerAttr(0));

  LLVM::LLVMFuncOp func =
      b.function(module, "bnc.runnable", i32, {}, LLVM::Linkage::Internal);
  Region &body = func.getBody();
  Location loc = b.getLoc();
  Block *known = b.createBlock(&body, body.end(), i32, loc);
  LLVM::ReturnOp::create(b, known->getArgument(0));
  Block *store = b.createBlock(&body, body.end(), i32, loc);
  Block *detected = b.createBlock(&body, body.end(), i32, loc);

  b.setInsertionPointToEnd(&body.front());
  Value address = LLVM::AddressOfOp::create(b, cache);
  Value cached = LLVM::LoadOp::create(
      b, i32, address, /*alignment=*/4, /*isVolatile=*/false,
      /*isNonTemporal=*/false, /*isInvariant=*/false,
      /*isInvariantGroup=*/false, LLVM::AtomicOrdering::monotonic);
  b.branchIf(b.compare(Predicate::ne, cached, b.i32(0)), known, cached);
  Value limit = LLVM::CallOp::create(b, maxISA, ValueRange()).getResult();
  b.branchIf(b.compare(Predicate::slt, limit, b.i32(0)), store,
             b.i32(runnableKnown | runnableBadEnvironment));
  int32_t found = 0;
  for (norm::TargetAttr target : targets) {
    buildDetection(b, target, {detected, b.i32(found)});
    found |= 1 << getISALevel(target);
  }
  LLVM::BrOp::create(b, ValueRange(b.i32(found)), detected);

  b.setInsertionPointToEnd(detected);
  Value allowed = buildAllowedLevels(b, limit);
  Value runnable = LLVM::AndOp::create(b, detected->getArgument(0), allowed);
  Value answer = LLVM::OrOp::create(b, runnable, b.i32(runnableKnown));
  LLVM::BrOp::create(b, ValueRange(answer), store);

  b.setInsertionPointToEnd(store);
  LLVM::StoreOp::create(b, store->getArgument(0), address, /*alignment=*/4,
                        /*isVolatile=*/false, /*isNonTemporal=*/false,
                        /*isInvariantGroup=*/false,
                        LLVM::AtomicOrdering::monotonic);
  LLVM::BrOp::create(b, store->getArguments(), known);
  return func;
}
