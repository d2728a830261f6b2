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

/// The names of all levels, one after the other, each with a NUL; empty where a
/// number has none.
static std::string listNames() {
  std::string names;
  for (int level = BNC_ISA_BEST; level <= BNC_ISA_X86_64_V4_FP16; ++level) {
    if (const char *name = bnc_isa_name(level))
      names += name;
    names.push_back('\0');
  }
  names.pop_back();
  return names;
}

LLVM::LLVMFuncOp bnc::buildMaxISA(ModuleOp module) {
  CodeBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type pointer = b.getPointerType(), i32 = b.getI32Type(), i64 = b.getI64Type();
  auto getenv = LLVM::LLVMFuncOp::create(
      b, "getenv", LLVM::LLVMFunctionType::get(pointer, {pointer}));
  LLVM::LLVMFuncOp func =
      b.function(module, "bnc.max_isa", i32, {}, LLVM::Linkage::Internal);
  Region &body = func.getBody();
  Location loc = b.getLoc();
  // for (level = 0; level <= last; ++level) {
  //   for (i = 0; text[i] == name[i]; ++i) if (!text[i]) return level;
  //   for (; name[i]; ++i) {}
  //   name += i + 1;
  // }
  // return -1;
  Block *nextName = b.createBlock(&body, body.end(), {i32, pointer}, {loc, loc});
  Block *nextByte = b.createBlock(&body, body.end(), i64, loc);
  Block *isSame = b.createBlock(&body, body.end());
  Block *skip = b.createBlock(&body, body.end(), i64, loc);
  Block *skipped = b.createBlock(&body, body.end());
  Block *done = b.createBlock(&body, body.end(), i32, loc);
  LLVM::ReturnOp::create(b, done->getArgument(0));

  b.setInsertionPointToEnd(&body.front());
  Value end = LLVM::ConstantOp::create(b, b.getI8Type(), b.getI8IntegerAttr(0));
  Value first = b.i64(0), step = b.i64(1), best = b.i32(BNC_ISA_BEST);
  Value variable = LLVM::AddressOfOp::create(
      b, addString(b, module, "bnc.max_isa.variable", "BNC_MAX_ISA"));
  Value text = LLVM::CallOp::create(b, getenv, variable).getResult();
  b.branchIf(b.compare(Predicate::eq, text, b.null()), done, best);
  // Scripts unset a variable by setting it to nothing.
  b.branchIf(b.compare(Predicate::eq, loadByte(b, text, first), end), done,
             best);
  Value names = LLVM::AddressOfOp::create(
      b, addString(b, module, "bnc.max_isa.names", listNames()));
  LLVM::BrOp::create(b, ValueRange{best, names}, nextName);

  b.setInsertionPointToEnd(nextName);
  Value level = nextName->getArgument(0), name = nextName->getArgument(1);
  b.branchIf(
      b.compare(Predicate::sgt, level, b.i32(BNC_ISA_X86_64_V4_FP16)), done,
      b.i32(-1));
  LLVM::BrOp::create(b, ValueRange(first), nextByte);

  b.setInsertionPointToEnd(nextByte);
  Value index = nextByte->getArgument(0);
  Value byte = loadByte(b, text, index);
  b.branchIf(b.compare(Predicate::eq, byte, loadByte(b, name, index)), isSame,
             {});
  LLVM::BrOp::create(b, ValueRange(index), skip);
  b.setInsertionPointToEnd(isSame);
  b.branchIf(b.compare(Predicate::eq, byte, end), done, level);
  LLVM::BrOp::create(
      b, ValueRange(LLVM::AddOp::create(b, index, step).getResult()), nextByte);

  b.setInsertionPointToEnd(skip);
  Value at = skip->getArgument(0);
  b.branchIf(b.compare(Predicate::eq, loadByte(b, name, at), end), skipped, {});
  LLVM::BrOp::create(
      b, ValueRange(LLVM::AddOp::create(b, at, step).getResult()), skip);
  b.setInsertionPointToEnd(skipped);
  Value past = LLVM::AddOp::create(b, at, step);
  Value following =
      LLVM::GEPOp::create(b, pointer, b.getI8Type(), name, past);
  Value above = LLVM::AddOp::create(b, level, b.i32(1));
  LLVM::BrOp::create(b, ValueRange{above, following}, nextName);
  return func;
}
