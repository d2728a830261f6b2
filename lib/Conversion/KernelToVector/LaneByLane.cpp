// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// From vectors to loops over single lanes.

#include "bnc/Conversion/KernelToVector/LaneByLane.h"

#include "bnc/Conversion/KernelToVector/LoopMath.h"
#include "bnc/Conversion/KernelToVector/Records.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bnc;

Value bnc::emitSpill(OpBuilder &b, Location loc, Value vector) {
  auto type = cast<VectorType>(vector.getType());
  Value array = allocateOnStack(b, loc, type.getShape(), type.getElementType());
  Value zero = LoopMath(b, loc).constant(0);
  vector::StoreOp::create(b, loc, vector, array, zero);
  return array;
}

Value bnc::emitReload(OpBuilder &b, Location loc, Value array) {
  auto type = cast<MemRefType>(array.getType());
  return vector::LoadOp::create(
      b, loc, VectorType::get(type.getShape(), type.getElementType()), array,
      LoopMath(b, loc).constant(0));
}

Value bnc::emitAny(OpBuilder &b, Location loc, Value flags, Value count) {
  if (count) {
    Value inUse = vector::CreateMaskOp::create(
        b, loc, cast<VectorType>(flags.getType()), count);
    flags = arith::AndIOp::create(b, loc, flags, inUse);
  }
  return vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, flags);
}

void bnc::emitFlaggedLanes(OpBuilder &b, Location loc, Value flags, Value count,
                           llvm::function_ref<void(OpBuilder &, Value)> body) {
  auto bytes = cast<VectorType>(flags.getType()).clone(b.getI8Type());
  Value wide = arith::ExtUIOp::create(b, loc, bytes, flags);
  Value array = emitSpill(b, loc, wide);
  emitLoop(b, loc, LoopMath(b, loc).constant(0), count, 1, {},
           [&](OpBuilder &each, Value lane, ValueRange) {
             Value byte = memref::LoadOp::create(each, loc, array, lane);
             Value none = arith::ConstantIntOp::create(each, loc, 0, 8);
             Value isSet = arith::CmpIOp::create(
                 each, loc, arith::CmpIPredicate::ne, byte, none);
             auto onSet = scf::IfOp::create(each, loc, isSet,
                                            /*withElseRegion=*/false);
             OpBuilder set = onSet.getThenBodyBuilder();
             body(set, lane);
             return SmallVector<Value>();
           });
}
