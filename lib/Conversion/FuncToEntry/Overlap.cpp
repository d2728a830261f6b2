// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which arguments may share memory.

#include "Overlap.h"
#include "ArgumentChecks.h"

#include "bnc/abi.h"

#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace bnc;

using Predicate = CodeBuilder::Predicate;

static constexpr StringLiteral interleavedName = "bnc.interleaved";

/// What `checkPairOverlap` calls where the byte ranges of two strided tensors
/// meet, in its own words: outer axes are those with a stride of at least
/// `period`, which is the stride of one of them.
static constexpr StringLiteral interleavedSource =
#include "Interleaved.mlir.inc"
    ;

LLVM::LLVMFuncOp bnc::getInterleavedFunction(ModuleOp module) {
  if (auto func = module.lookupSymbol<LLVM::LLVMFuncOp>(interleavedName))
    return func;
  OwningOpRef<ModuleOp> parsed = parseSourceString<ModuleOp>(
      interleavedSource, ParserConfig(module.getContext()));
  auto func = parsed->lookupSymbol<LLVM::LLVMFuncOp>(interleavedName);
  func->remove();
  // A debugger has no use for lines of the compiler's own text.
  func->walk([&](Operation *op) { op->setLoc(module.getLoc()); });
  module.push_back(func);
  return func;
}

void ArgumentChecks::checkOverlap() {
  for (const TensorSpan &span : spans) {
    if (!span.isWritten)
      continue;
    // Steps shorter than a run put two elements at one place.
    for (unsigned axis = 0; axis < span.strides.size(); ++axis) {
      Value repeats = b.compare(Predicate::sgt, span.extents[axis], b.i64(1));
      Value isShort =
          b.compare(Predicate::slt, span.strides[axis], span.extents.back());
      failIf(b.both(span.hasElements, b.both(repeats, isShort)),
             BNC_FORBIDDEN_OVERLAP, span.index + 1 + axis);
    }
  }
  for (const TensorSpan &written : spans)
    for (const TensorSpan &other : spans) {
      bool isSeen = other.isWritten && other.index <= written.index;
      if (written.isWritten && !isSeen)
        checkPairOverlap(written, other);
    }
}

/// The tensor as `bnc.interleaved` reads it: address, bytes of the innermost
/// run, then extent and stride in bytes of every other axis.
Value ArgumentChecks::describe(const TensorSpan &span, Value slot,
                               unsigned numFields) {
  Type type = LLVM::LLVMArrayType::get(b.getI64Type(), numFields);
  Value size = b.i64(span.elementBytes);
  SmallVector<Value> fields;
  fields.push_back(LLVM::PtrToIntOp::create(b, b.getI64Type(), span.pointer));
  fields.push_back(LLVM::MulOp::create(b, span.extents.back(), size));
  for (auto [extent, stride] : llvm::zip(span.extents, span.strides)) {
    fields.push_back(extent);
    fields.push_back(LLVM::MulOp::create(b, stride, size));
  }
  for (auto [i, field] : llvm::enumerate(fields))
    LLVM::StoreOp::create(b, field, b.field(type, slot, i));
  return slot;
}

void ArgumentChecks::checkPairOverlap(const TensorSpan &written,
                                      const TensorSpan &other) {
  Value a = LLVM::PtrToIntOp::create(b, b.getI64Type(), written.pointer);
  Value c = LLVM::PtrToIntOp::create(b, b.getI64Type(), other.pointer);
  // Whether a byte of the other is also one of the written: whether it begins
  // less than its own bytes before or less than the written ones behind.
  Value before = LLVM::SubOp::create(b, other.bytes, b.i64(1));
  Value distance = LLVM::SubOp::create(b, c, a);
  Value reach = LLVM::AddOp::create(b, distance, before);
  Value both = LLVM::AddOp::create(b, written.bytes, before);
  Value meet = b.compare(Predicate::ult, reach, both);
  if (written.hasElements)
    meet = b.both(written.hasElements, meet);
  if (other.hasElements)
    meet = b.both(other.hasElements, meet);

  unsigned numStrides = written.strides.size();
  if (numStrides == 0 || other.strides.size() != numStrides) {
    failIf(meet, BNC_FORBIDDEN_OVERLAP, written.index);
    return;
  }
  // Both are strided: they may interleave.
  Region *body = b.getBlock()->getParent();
  Block *apart = b.createBlock(body, std::next(b.getBlock()->getIterator()));
  b.setInsertionPointToEnd(&*std::prev(apart->getIterator()));
  b.branchIf(LLVM::XOrOp::create(b, meet, b.i1(true)), apart, {});
  unsigned numFields = 2 + 2 * numStrides;
  Type type = LLVM::LLVMArrayType::get(b.getI64Type(), numFields);
  Value first = describe(written, b.stackSlot(type), numFields);
  Value second = describe(other, b.stackSlot(type), numFields);
  LLVM::LLVMFuncOp interleaved =
      getInterleavedFunction(body->getParentOp()->getParentOfType<ModuleOp>());
  Value isLegal =
      LLVM::CallOp::create(b, interleaved,
                           ValueRange{first, second, b.i64(numStrides)})
          .getResult();
  failIf(LLVM::XOrOp::create(b, isLegal, b.i1(true)), BNC_FORBIDDEN_OVERLAP,
         written.index);
  LLVM::BrOp::create(b, ValueRange(), apart);
  b.setInsertionPointToEnd(apart);
}
