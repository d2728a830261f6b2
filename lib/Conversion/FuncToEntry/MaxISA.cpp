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
  // One walk over the names, beside which the text goes as far as it is the
  // same: level and `differs` are those of the name that byte `at` is of.
  Type i1 = b.getI1Type();
  Block *walk = b.createBlock(&body, body.end(), {i32, i64, i64, i1},
                              {loc, loc, loc, loc});
  Block *nameEnds = b.createBlock(&body, body.end());
  Block *isOther = b.createBlock(&body, body.end());
  Block *done = b.createBlock(&body, body.end(), i32, loc);
  LLVM::ReturnOp::create(b, done->getArgument(0));

  b.setInsertionPointToEnd(&body.front());
  Value end = LLVM::ConstantOp::create(b, b.getI8Type(), b.getI8IntegerAttr(0));
  Value first = b.i64(0), best = b.i32(BNC_ISA_BEST), no = b.i1(false);
  Value last = b.i32(BNC_ISA_X86_64_V4_FP16), unknown = b.i32(-1);
  Value variable = LLVM::AddressOfOp::create(
      b, addString(b, module, "bnc.max_isa.variable", "BNC_MAX_ISA"));
  Value text = LLVM::CallOp::create(b, getenv, variable).getResult();
  b.branchIf(b.compare(Predicate::eq, text, b.null()), done, best);
  // Scripts unset a variable by setting it to nothing.
  b.branchIf(b.compare(Predicate::eq, loadByte(b, text, first), end), done,
             best);
  Value names = LLVM::AddressOfOp::create(
      b, addString(b, module, "bnc.max_isa.names", listNames()));
  LLVM::BrOp::create(b, ValueRange{best, first, first, no}, walk);

  b.setInsertionPointToEnd(walk);
  Value level = walk->getArgument(0), at = walk->getArgument(1),
        inText = walk->getArgument(2);
  Value letter = loadByte(b, names, at);
  Value isUnequal = b.compare(Predicate::ne, loadByte(b, text, inText), letter);
  Value differs = LLVM::OrOp::create(b, walk->getArgument(3), isUnequal);
  Value following = LLVM::AddOp::create(b, at, b.i64(1));
  b.branchIf(b.compare(Predicate::eq, letter, end), nameEnds, {});
  Value step = LLVM::SelectOp::create(b, differs, first, b.i64(1));
  Value further = LLVM::AddOp::create(b, inText, step);
  LLVM::BrOp::create(b, ValueRange{level, following, further, differs}, walk);

  b.setInsertionPointToEnd(nameEnds);
  b.branchIf(differs, isOther, {});
  LLVM::BrOp::create(b, ValueRange(level), done);
  b.setInsertionPointToEnd(isOther);
  b.branchIf(b.compare(Predicate::eq, level, last), done, unknown);
  Value above = LLVM::AddOp::create(b, level, b.i32(1));
  LLVM::BrOp::create(b, ValueRange{above, following, first, no}, walk);
  return func;
}
