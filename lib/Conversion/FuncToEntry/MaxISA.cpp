// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Reads the environment variable BNC_MAX_ISA.

#include "MaxISA.h"

#include "CodeBuilder.h"

#include "bnc/runtime.h"

using namespace mlir;
using namespace bnc;

using Predicate = CodeBuilder::Predicate;

/// A constant with `text` and a NUL.
static LLVM::GlobalOp addString(CodeBuilder &b, ModuleOp module, StringRef name,
                                StringRef text) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  std::string terminated = text.str();
  terminated.push_back('\0');
  return LLVM::GlobalOp::create(
      b, LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size()),
      /*isConstant=*/true, LLVM::Linkage::Private, name,
      b.getStringAttr(StringRef(terminated.data(), terminated.size())));
}

/// The byte `index` of the text at `address`.
static Value loadByte(CodeBuilder &b, Value address, Value index) {
  Value byte =
      LLVM::GEPOp::create(b, b.getPointerType(), b.getI8Type(), address, index);
  return LLVM::LoadOp::create(b, b.getI8Type(), byte);
}

/// `bnc.same_text(a, b) -> i1`: strcmp is not there to call.
static LLVM::LLVMFuncOp buildSameText(ModuleOp module) {
  CodeBuilder b(module.getLoc(), module.getContext());
  Type pointer = b.getPointerType();
  LLVM::LLVMFuncOp func =
      b.function(module, "bnc.same_text", b.getI1Type(), {pointer, pointer},
                 LLVM::Linkage::Internal);
  Region &body = func.getBody();
  Block *next = b.createBlock(&body, body.end(), b.getI64Type(), b.getLoc());
  Block *differ = b.createBlock(&body, body.end());
  LLVM::ReturnOp::create(b, b.i1(false));
  Block *same = b.createBlock(&body, body.end());
  LLVM::ReturnOp::create(b, b.i1(true));

  b.setInsertionPointToEnd(&body.front());
  Value one = b.i64(1);
  Value end = LLVM::ConstantOp::create(b, b.getI8Type(), b.getI8IntegerAttr(0));
  LLVM::BrOp::create(b, ValueRange(b.i64(0)), next);
  b.setInsertionPointToEnd(next);
  Value index = next->getArgument(0);
  Value left = loadByte(b, func.getArgument(0), index);
  Value right = loadByte(b, func.getArgument(1), index);
  b.branchIf(b.compare(Predicate::ne, left, right), differ, {});
  b.branchIf(b.compare(Predicate::eq, left, end), same, {});
  Value following = LLVM::AddOp::create(b, index, one);
  LLVM::BrOp::create(b, ValueRange(following), next);
  return func;
}

LLVM::LLVMFuncOp bnc::buildMaxISA(ModuleOp module) {
  CodeBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  auto getenv = LLVM::LLVMFuncOp::create(
      b, "getenv",
      LLVM::LLVMFunctionType::get(b.getPointerType(), {b.getPointerType()}));
  LLVM::LLVMFuncOp sameText = buildSameText(module);

  LLVM::LLVMFuncOp func = b.function(module, "bnc.max_isa", b.getI32Type(), {},
                                     LLVM::Linkage::Internal);
  Region &body = func.getBody();
  Block *done = b.createBlock(&body, body.end(), b.getI32Type(), b.getLoc());
  LLVM::ReturnOp::create(b, done->getArgument(0));
  b.setInsertionPointToEnd(&body.front());
  Value variable = LLVM::AddressOfOp::create(
      b, addString(b, module, "bnc.max_isa.variable", "BNC_MAX_ISA"));
  Value text = LLVM::CallOp::create(b, getenv, variable).getResult();
  Value best = b.i32(BNC_ISA_BEST);
  b.branchIf(b.compare(Predicate::eq, text, b.null()), done, best);
  // Scripts unset a variable by setting it to nothing.
  LLVM::GlobalOp empty = addString(b, module, "bnc.max_isa.empty", "");
  auto branchIfNamed = [&](LLVM::GlobalOp name, int level) {
    Value address = LLVM::AddressOfOp::create(b, name);
    Value isSame = LLVM::CallOp::create(b, sameText, ValueRange{text, address})
                       .getResult();
    b.branchIf(isSame, done, b.i32(level));
  };
  branchIfNamed(empty, BNC_ISA_BEST);
  for (int level = BNC_ISA_BEST; level <= BNC_ISA_X86_64_V4_FP16; ++level)
    if (const char *name = bnc_isa_name(level))
      branchIfNamed(
          addString(b, module, (Twine("bnc.max_isa.") + name).str(), name),
          level);
  LLVM::BrOp::create(b, ValueRange(b.i32(-1)), done);
  return func;
}
