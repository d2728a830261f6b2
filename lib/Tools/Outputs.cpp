// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The kinds of file `bnc` writes.

#include "Outputs.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bnc;

static const OutputKindInfo kOutputKinds[] = {
    {OutputKind::Library, "lib", ".a", "archive of the object"},
    {OutputKind::Shared, "shared", ".so", "shared library (needs a linker)"},
    {OutputKind::Header, "header", ".h", "C header"},
    {OutputKind::Metadata, "metadata", ".json",
     "arguments; plan and schedule of every target"},
    {OutputKind::Object, "obj", ".o", "ELF object"},
    {OutputKind::Assembly, "asm", ".s", "assembly"},
    {OutputKind::LLVM, "llvm", ".ll", "LLVM IR after LLVM's passes"},
    {OutputKind::Lowered, "mlir", ".lowered.mlir", "the LLVM dialect"},
    {OutputKind::Kernel, "kernel", ".kernel.mlir", "fused kernels"},
    {OutputKind::Schedule, "schedule", ".schedule.mlir",
     "kernels with plan and schedule"},
};

ArrayRef<OutputKindInfo> bnc::getOutputKinds() { return kOutputKinds; }

std::optional<SmallVector<OutputKind>> bnc::parseOutputKinds(StringRef list) {
  SmallVector<OutputKind> kinds;
  SmallVector<StringRef> words;
  list.split(words, ',');
  for (StringRef word : words) {
    const OutputKindInfo *info = llvm::find_if(
        kOutputKinds, [&](const OutputKindInfo &i) { return i.name == word; });
    if (info == std::end(kOutputKinds)) {
      auto names = llvm::map_to_vector(
          getOutputKinds(),
          [](const OutputKindInfo &i) -> StringRef { return i.name; });
      errorOf("") << "unknown kind of output '" << word << "'"
                  << suggest(word, names) << " (--emit takes "
                  << llvm::join(names, ",") << ")\n";
      return std::nullopt;
    }
    if (!llvm::is_contained(kinds, info->kind))
      kinds.push_back(info->kind);
  }
  return kinds;
}

std::string bnc::getOutputPath(OutputKind kind, StringRef prefix) {
  StringRef suffix = kOutputKinds[unsigned(kind)].suffix;
  if (kind != OutputKind::Shared)
    return (prefix + suffix).str();
  SmallString<128> path(llvm::sys::path::parent_path(prefix));
  llvm::sys::path::append(path,
                          "lib" + llvm::sys::path::filename(prefix) + suffix);
  return std::string(path);
}
