// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What `--target` means.

#include "bnc/Target/CPU/TargetTable.h"
#include "bnc/Tools/SpecFile.h"

using namespace mlir;
using namespace bnc;

std::optional<norm::TargetAttr> bnc::chooseTarget(StringRef command,
                                                  const Options &options,
                                                  MLIRContext &context,
                                                  int &code) {
  code = ExitNotPossible;
  StringRef name = options.get("--target", "host");
  if (name.contains(',') || options.getAll("--target").size() > 1) {
    errorOf(command) << "several targets in one library are not possible yet: "
                        "they come with the dispatcher\n";
    return std::nullopt;
  }
  if (isGPUTargetName(name)) {
    errorOf(command) << "target '" << name
                     << "' is not possible: this bnc generates code for x86-64 "
                        "processors only\n";
    return std::nullopt;
  }
  if (name == "host" && hostTargetName().empty()) {
    errorOf(command) << "target 'host' is not possible: this processor has "
                        "less than x86-64-v2; name a target\n";
    return std::nullopt;
  }
  std::optional<norm::TargetAttr> target = lookupTarget(name, &context);
  if (!target) {
    SmallVector<StringRef> names = {"host"};
    for (const TargetRow &row : getTargetRows())
      names.push_back(row.name);
    errorOf(command) << "unknown target '" << name << "'"
                     << suggest(name, names) << " ('bnc targets' lists them)\n";
    code = ExitUsage;
    return std::nullopt;
  }
  if (!options.has("--target"))
    llvm::errs() << "bnc: note: target is '" << target->getName()
                 << "', the processor of this machine; --target=NAME names "
                    "another\n";
  return target;
}

std::optional<norm::TargetAttr>
bnc::chooseRunnableTarget(StringRef command, const Options &options,
                          MLIRContext &context, int &code) {
  std::optional<norm::TargetAttr> target =
      chooseTarget(command, options, context, code);
  if (!target || hostCanRun(*target))
    return target;
  errorOf(command) << "code for '" << target->getName()
                   << "' cannot run on this processor\n";
  code = ExitNotPossible;
  return std::nullopt;
}
