// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What `host` means: the row of the processor this runs on.

#include "bnc/Target/CPU/TargetTable.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace bnc;

/// The features, beyond those of the level below, that make an x86-64 level.
static ArrayRef<StringLiteral> getLevelFeatures(StringRef cpu) {
  static const StringLiteral v2[] = {"cx16", "popcnt", "sahf", "sse4.2",
                                     "ssse3"};
  static const StringLiteral v3[] = {"cx16", "popcnt", "sahf",  "sse4.2",
                                     "avx2", "bmi",    "bmi2",  "f16c",
                                     "fma",  "lzcnt",  "movbe", "xsave"};
  static const StringLiteral v4[] = {
      "cx16",    "popcnt",   "sahf",     "sse4.2",   "avx2",    "bmi",
      "bmi2",    "f16c",     "fma",      "lzcnt",    "movbe",   "xsave",
      "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"};
  return llvm::StringSwitch<ArrayRef<StringLiteral>>(cpu)
      .Case("x86-64-v4", v4)
      .Case("x86-64-v3", v3)
      .Default(v2);
}

/// A virtual machine may hide what its processor's name promises, so both the
/// level and the extras are looked up one by one.
static bool hasAll(const llvm::StringMap<bool> &host, StringRef cpu,
                   StringRef features) {
  for (StringRef feature : getLevelFeatures(cpu))
    if (!host.lookup(feature))
      return false;
  SmallVector<StringRef> extras;
  features.split(extras, ',', -1, /*KeepEmpty=*/false);
  return llvm::all_of(extras, [&](StringRef feature) {
    return host.lookup(feature.drop_front());
  });
}

/// The row written for LLVM's processor name, "" if none was.
static StringRef getRowOfProcessor(StringRef processor) {
  return llvm::StringSwitch<StringRef>(processor)
      .Cases({"haswell", "broadwell", "skylake", "icelake-client"}, "skylake")
      .Cases({"rocketlake", "tigerlake"}, "icelake-server")
      .Cases({"alderlake", "raptorlake", "meteorlake", "arrowlake"},
             "alderlake")
      .Cases({"arrowlake-s", "lunarlake", "pantherlake"}, "alderlake")
      .Cases({"skylake-avx512", "cascadelake", "cooperlake"}, "skylake-avx512")
      .Cases({"icelake-server"}, "icelake-server")
      .Cases({"sapphirerapids", "emeraldrapids", "graniterapids",
              "graniterapids-d"},
             "sapphirerapids")
      .Cases({"znver1", "znver2"}, "znver2")
      .Cases({"znver3", "znver4", "znver5"}, processor)
      .Default("");
}

StringRef bnc::hostTargetName() {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  StringRef named = getRowOfProcessor(llvm::sys::getHostCPUName());
  StringRef best;
  for (const TargetRow &row : getTargetRows()) {
    if (!hasAll(host, row.cpu, row.features))
      continue;
    if (row.name == named)
      return row.name;
    if (row.name.starts_with("x86-64-"))
      best = row.name; // later portable rows need more
  }
  return best;
}

bool bnc::hostCanRun(StringRef cpu, StringRef features) {
  return hasAll(llvm::sys::getHostCPUFeatures(), cpu, features);
}
