// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The processors code can be generated for. Cache sizes are the vendors'
// figures. `llc_share` is what one call may expect to keep of the last level:
// on servers 6 x L2, where non-temporal stores were measured to pay even when
// the output is read at once (12 MB at 2 MB of L2, the nominal 260 MB
// notwithstanding). Where a few cores share one L3, about half of it: measured
// on Zen 4 with 32 MB, where non-temporal stores pay from 15 MiB in training
// and for 16-bit rows, from 18 in inference, and a copy that is read at once
// from 26. On a Zen 3 whose L3 other guests use as well they pay from 12 in
// training and for rows and from 15 in inference, and are up to three times as
// fast while those use it. Elsewhere not measured. `prefetch` was measured to
// give 10 to 15 % on Xeons and to cost as much on Zen 4, so the rows for any
// x86-64 have it not.

#include "bnc/Target/CPU/TargetTable.h"

using namespace mlir;
using namespace bnc;

static constexpr int64_t kKiB = 1024, kMiB = 1024 * 1024;

static const TargetRow kRows[] = {
    {"x86-64-v2", "any x86-64 since 2009: SSE4.2", "x86-64-v2", "", 128, 16,
     32 * kKiB, 256 * kKiB, 4 * kMiB, false, false, false, false, false},
    {"x86-64-v3", "any x86-64 since 2015: AVX2, FMA, F16C", "x86-64-v3", "",
     256, 16, 32 * kKiB, 512 * kKiB, 8 * kMiB, true, true, false, false, false},
    {"x86-64-v4", "servers with AVX-512", "x86-64-v4", "", 512, 32, 32 * kKiB,
     kMiB, 12 * kMiB, true, true, false, true, false},
    {"x86-64-v4-bf16", "x86-64-v4 with AVX512-BF16", "x86-64-v4", "+avx512bf16",
     512, 32, 32 * kKiB, kMiB, 12 * kMiB, true, true, true, true, false},
    {"x86-64-v4-fp16", "x86-64-v4 with AVX512-BF16 and AVX512-FP16",
     "x86-64-v4", "+avx512bf16,+avx512fp16", 512, 32, 48 * kKiB, 2 * kMiB,
     12 * kMiB, true, true, true, true, false},
    // Desktops: four to eight cores share an L3 of 8 MB.
    {"skylake", "Intel desktops and laptops, 2013 to 2020", "x86-64-v3", "",
     256, 16, 32 * kKiB, 256 * kKiB, 4 * kMiB, true, true, false, false, true},
    // Hybrids: AVX-512 is fused off; 30 MB of L3 for both kinds of core.
    {"alderlake", "Intel hybrids: Alder, Raptor and Arrow Lake", "x86-64-v3",
     "", 256, 16, 32 * kKiB, 1280 * kKiB, 15 * kMiB, true, true, false, false,
     true},
    // 512-bit instructions lower the clock of these.
    {"skylake-avx512", "Xeon: Skylake and Cascade Lake, 256-bit vectors",
     "x86-64-v4", "", 256, 32, 32 * kKiB, kMiB, 6 * kMiB, true, true, false,
     true, true},
    {"icelake-server", "Xeon: Ice Lake", "x86-64-v4", "", 512, 32, 48 * kKiB,
     1280 * kKiB, 7680 * kKiB, true, true, false, true, true},
    {"sapphirerapids", "Xeon: Sapphire, Emerald and Granite Rapids",
     "x86-64-v4", "+avx512bf16,+avx512fp16", 512, 32, 48 * kKiB, 2 * kMiB,
     12 * kMiB, true, true, true, true, true},
    // Zen: eight cores (four before Zen 3) share an L3 of 32 (16) MB.
    {"znver2", "AMD Zen 2", "x86-64-v3", "", 256, 16, 32 * kKiB, 512 * kKiB,
     7680 * kKiB, true, true, false, false, false},
    {"znver3", "AMD Zen 3", "x86-64-v3", "", 256, 16, 32 * kKiB, 512 * kKiB,
     12 * kMiB, true, true, false, false, false},
    {"znver4", "AMD Zen 4", "x86-64-v4", "+avx512bf16", 512, 32, 32 * kKiB,
     kMiB, 15 * kMiB, true, true, true, true, false},
    {"znver5", "AMD Zen 5", "x86-64-v4", "+avx512bf16", 512, 32, 48 * kKiB,
     kMiB, 15 * kMiB, true, true, true, true, false},
};

ArrayRef<TargetRow> bnc::getTargetRows() { return kRows; }

std::optional<norm::TargetAttr> bnc::lookupTarget(StringRef name,
                                                  MLIRContext *context) {
  context->getOrLoadDialect<norm::NormDialect>();
  if (name == "host")
    name = hostTargetName();
  context->getOrLoadDialect<norm::NormDialect>();
  for (const TargetRow &row : kRows)
    if (row.name == name)
      return norm::TargetAttr::get(context, row.name, row.cpu, row.features,
                                   row.vectorBits, row.registers, row.l1,
                                   row.l2, row.llcShare, row.fma, row.f16c,
                                   row.bf16Convert, row.masks, row.prefetch);
  return std::nullopt;
}

bool bnc::isGPUTargetName(StringRef name) {
  return name.starts_with("sm_") || name.starts_with("gfx") ||
         name == "vulkan" || name == "spirv";
}
