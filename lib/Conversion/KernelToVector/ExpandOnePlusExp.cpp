// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// 1 + exp(x) of f32, what sigmoid and silu divide by.

#include "bnc/Conversion/KernelToVector/ExpandExp.h"

#include "Exponential.h"

#include "bnc/Conversion/Elements.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnc;

/// Steps from one power of 2 to the next.
static constexpr unsigned steps = 8;

/// c e^r for |r| <= ln(2) / 16 by falling powers, relative error 2^-25.7. Of
/// the c for which c e^r is just below 2, where floats are densest to their
/// size, the one for which all of `powers` are closest to floats.
static constexpr double coefficients[] = {
    0.31645309925079346, 0.9495968222618103, 1.8988968133926392,
    1.8988966941833496};

/// The bits of 2^(j / steps) / c, off by at most 2^-27.1 of it.
static constexpr uint32_t powers[steps] = {0x3f06d0ac, 0x3f130456, 0x3f2052b7,
                                           0x3f2ed566, 0x3f3ea84a, 0x3f4fe9d1,
                                           0x3f62bb2a, 0x3f774085};

/// Where the last bits of `counted`, put in front of the mantissa, begin.
static constexpr unsigned countedShift = 23 - 3;
static_assert(1 << (23 - countedShift) == steps);

/// The powers by the last bits of `counted`, less what these add to the
/// mantissa when all of `counted` is added to the exponent.
static Value emitPowers(Exponential e, Value counted) {
  auto type = cast<VectorType>(e.integers);
  SmallVector<uint32_t> table;
  for (int64_t lane = 0; lane < type.getNumElements(); ++lane) {
    unsigned j = lane % steps;
    table.push_back(powers[j] - (j << countedShift));
  }
  Value entries = arith::ConstantOp::create(
      e.b, e.loc, DenseIntElementsAttr::get(type, ArrayRef(table)));
  bool wide = type.getNumElements() == 16;
  StringRef name =
      wide ? "llvm.x86.avx512.permvar.si.512" : "llvm.x86.avx2.permd";
  return LLVM::CallIntrinsicOp::create(e.b, e.loc, type,
                                       e.b.getStringAttr(name),
                                       ValueRange{entries, counted})
      .getResult(0);
}

/// 1 + e^x of a vector of 8 or 16 lanes.
static Value emitOnePlusExp(Exponential e, Value x) {
  // Below it the sum is 1, above it infinite; between them 2^n / c is a normal
  // number.
  constexpr double least = -86.5, most = 89;
  auto [counted, n, r] = e.reduce(x, least, most, steps);
  Value entry = emitPowers(e, counted);
  Value exponent = e.shiftLeft(counted, countedShift);
  Value power = e.asFloat(e.add(entry, exponent));
  Value p = e.polynomial(coefficients, r);
  return e.fma(p, power, e.constant(1));
}

static bool isOne(Value value) {
  if (auto broadcast = value.getDefiningOp<vector::BroadcastOp>())
    value = broadcast.getSource();
  return matchPattern(value, m_OneFloat());
}

bool bnc::expandOnePlusExp(arith::AddFOp sum, norm::TargetAttr target) {
  auto exp = sum.getLhs().getDefiningOp<math::ExpOp>();
  if (!exp || !exp->hasOneUse() || !isOne(sum.getRhs()) ||
      !getElementTypeOrSelf(sum.getType()).isF32() || !target ||
      target.getVectorBits() < 256)
    return false;
  OpBuilder b(sum);
  Location loc = sum.getLoc();
  Value x = exp.getOperand();
  // Other widths take a part of 8 lanes: scalars have the bits of vectors.
  auto type = dyn_cast<VectorType>(sum.getType());
  int64_t lanes = type ? type.getNumElements() : 1;
  bool isPart = lanes != 8 && (lanes != 16 || !target.getMasks());
  assert((!isPart || lanes < 8) && "no vectors beyond the target's");
  auto whole = isPart ? VectorType::get({8}, b.getF32Type()) : type;
  SmallVector<int64_t> from;
  for (int64_t lane = 0; lane < 8; ++lane)
    from.push_back(std::min(lane, lanes - 1));
  if (!type)
    x = vector::BroadcastOp::create(b, loc, whole, x);
  else if (isPart)
    x = vector::ShuffleOp::create(b, loc, x, x, from);
  Value result = emitOnePlusExp(Exponential(b, loc, whole), x);
  if (!type)
    result = vector::ExtractOp::create(b, loc, result, 0);
  else if (isPart)
    result = vector::ShuffleOp::create(b, loc, result, result,
                                       ArrayRef(from).take_front(lanes));
  sum.replaceAllUsesWith(result);
  sum.erase();
  exp.erase();
  return true;
}
