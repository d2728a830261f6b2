// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Asks the processor, by cpuid and xgetbv, for what a target needs.

#include "DetectCPU.h"

#include "CodeBuilder.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace mlir;
using namespace bnc;

using Predicate = CodeBuilder::Predicate;

namespace {

enum Register { EAX, EBX, ECX, EDX };

/// Where cpuid tells of a feature.
struct FeatureBit {
  StringRef name;
  uint32_t leaf, subleaf;
  Register where;
  unsigned bit;
};

/// The bits one cpuid leaf must have set.
struct LeafMasks {
  uint32_t leaf, subleaf;
  uint32_t masks[4];
};

} // namespace

/// The features, in LLVM's names, that instruction selection may use without
/// being asked to by an intrinsic (Intel SDM volume 2A, CPUID).
static const FeatureBit featureBits[] = {
    {"sse3", 1, 0, ECX, 0},
    {"ssse3", 1, 0, ECX, 9},
    {"fma", 1, 0, ECX, 12},
    {"sse4.1", 1, 0, ECX, 19},
    {"sse4.2", 1, 0, ECX, 20},
    {"movbe", 1, 0, ECX, 22},
    {"popcnt", 1, 0, ECX, 23},
    {"avx", 1, 0, ECX, 28},
    {"f16c", 1, 0, ECX, 29},
    {"bmi", 7, 0, EBX, 3},
    {"avx2", 7, 0, EBX, 5},
    {"bmi2", 7, 0, EBX, 8},
    {"avx512f", 7, 0, EBX, 16},
    {"avx512dq", 7, 0, EBX, 17},
    {"avx512ifma", 7, 0, EBX, 21},
    {"avx512cd", 7, 0, EBX, 28},
    {"avx512bw", 7, 0, EBX, 30},
    {"avx512vl", 7, 0, EBX, 31},
    {"avx512vbmi", 7, 0, ECX, 1},
    {"avx512vbmi2", 7, 0, ECX, 6},
    {"gfni", 7, 0, ECX, 8},
    {"avx512vnni", 7, 0, ECX, 11},
    {"avx512bitalg", 7, 0, ECX, 12},
    {"avx512vpopcntdq", 7, 0, ECX, 14},
    {"avx512fp16", 7, 0, EDX, 23},
    {"avxvnni", 7, 1, EAX, 4},
    {"avx512bf16", 7, 1, EAX, 5},
    {"avxifma", 7, 1, EAX, 23},
    {"avxvnniint8", 7, 1, EDX, 4},
    {"avxneconvert", 7, 1, EDX, 5},
    {"avxvnniint16", 7, 1, EDX, 10},
    {"lzcnt", 0x80000001, 0, ECX, 5},
    {"prfchw", 0x80000001, 0, ECX, 8},
};

/// cpuid's flag that xgetbv may be used.
static constexpr uint32_t osxsaveBit = 1u << 27;
/// XCR0: the system saves xmm and ymm; also opmasks and zmm.
static constexpr uint32_t ymmState = 0x6, zmmState = 0xe6;

/// All features of `target`: its processor's, plus and minus its own.
static llvm::StringSet<> collectFeatures(norm::TargetAttr target) {
  llvm::StringSet<> features;
  SmallVector<StringRef> names;
  if (!target.getCpu().empty())
    llvm::X86::getFeaturesForCPU(target.getCpu(), names);
  features.insert_range(names);
  SmallVector<StringRef> changes;
  target.getFeatures().split(changes, ',', -1, /*KeepEmpty=*/false);
  for (StringRef change : changes) {
    if (change.consume_front("-"))
      features.erase(change);
    else
      features.insert(change.starts_with("+") ? change.drop_front() : change);
  }
  return features;
}

/// Runs `instruction` and gives its results. Asking twice gives the same
/// answer, so the optimizer may ask once.
static SmallVector<Value> runAsm(CodeBuilder &b, StringRef instruction,
                                 StringRef constraints, unsigned numResults,
                                 ValueRange operands) {
  SmallVector<Type> types(numResults, b.getI32Type());
  auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), types);
  auto op = LLVM::InlineAsmOp::create(
      b, type, operands, instruction, constraints, /*has_side_effects=*/false,
      /*is_align_stack=*/false, LLVM::TailCallKind::None,
      LLVM::AsmDialectAttr::get(b.getContext(), LLVM::AsmDialect::AD_ATT),
      /*operand_attrs=*/ArrayAttr());
  SmallVector<Value> results;
  for (unsigned i = 0; i < numResults; ++i)
    results.push_back(LLVM::ExtractValueOp::create(b, op.getResult(0), i));
  return results;
}

static SmallVector<Value> cpuid(CodeBuilder &b, uint32_t leaf,
                                uint32_t subleaf) {
  return runAsm(b, "cpuid", "={ax},={bx},={cx},={dx},{ax},{cx}", 4,
                {b.i32(int32_t(leaf)), b.i32(subleaf)});
}

/// Branches to `missing` unless `value` has all bits of `mask`.
static void require(CodeBuilder &b, Value value, uint32_t mask,
                    Missing missing) {
  Value bits = b.i32(int32_t(mask));
  Value found = LLVM::AndOp::create(b, value, bits);
  b.branchIf(b.compare(Predicate::ne, found, bits), missing.block,
             missing.found);
}

/// Branches to `missing` unless cpuid knows `leaf`.
static void requireLeaf(CodeBuilder &b, uint32_t leaf, uint32_t subleaf,
                        Missing missing) {
  Value last = cpuid(b, leaf & 0x80000000, 0)[EAX];
  b.branchIf(b.compare(Predicate::ult, last, b.i32(int32_t(leaf))),
             missing.block, missing.found);
  if (subleaf == 0)
    return;
  Value lastSub = cpuid(b, leaf, 0)[EAX];
  b.branchIf(b.compare(Predicate::ult, lastSub, b.i32(subleaf)), missing.block,
             missing.found);
}

void bnc::buildDetection(CodeBuilder &b, norm::TargetAttr target,
                         Missing missing) {
  llvm::StringSet<> features = collectFeatures(target);
  SmallVector<LeafMasks> leaves;
  for (const FeatureBit &feature : featureBits) {
    if (!features.contains(feature.name))
      continue;
    if (leaves.empty() || leaves.back().leaf != feature.leaf ||
        leaves.back().subleaf != feature.subleaf)
      leaves.push_back({feature.leaf, feature.subleaf, {}});
    leaves.back().masks[feature.where] |= 1u << feature.bit;
  }
  // Vector state is the system's to save: before the rest, because a system
  // that does not may still show the instructions' bits.
  if (features.contains("avx")) {
    require(b, cpuid(b, 1, 0)[ECX], osxsaveBit, missing);
    Value state = runAsm(b, "xgetbv", "={ax},={dx},{cx}", 2, {b.i32(0)})[0];
    require(b, state, features.contains("avx512f") ? zmmState : ymmState,
            missing);
  }
  for (const LeafMasks &leaf : leaves) {
    requireLeaf(b, leaf.leaf, leaf.subleaf, missing);
    SmallVector<Value> registers = cpuid(b, leaf.leaf, leaf.subleaf);
    for (unsigned i = 0; i < 4; ++i)
      if (leaf.masks[i] != 0)
        require(b, registers[i], leaf.masks[i], missing);
  }
}
