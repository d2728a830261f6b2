// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What `--target` means.

#include "bnc/Target/CPU/InstructionSet.h"
#include "bnc/Target/CPU/TargetTable.h"
#include "bnc/Tools/SpecFile.h"

using namespace mlir;
using namespace bnc;

/// The row called `name`. Says why not and sets `code` if there is none.
static std::optional<norm::TargetAttr>
findTarget(StringRef command, StringRef name, MLIRContext &context, int &code) {
  code = ExitNotPossible;
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
  }
  return target;
}

std::optional<SmallVector<norm::TargetAttr>>
bnc::chooseTargets(StringRef command, const Options &options,
                   MLIRContext &context, int &code) {
  SmallVector<StringRef> names;
  for (StringRef list : options.getAll("--target"))
    list.split(names, ',');
  if (names.empty())
    names.push_back("host");
  SmallVector<norm::TargetAttr> targets;
  for (StringRef name : names) {
    std::optional<norm::TargetAttr> target =
        findTarget(command, name, context, code);
    if (!target)
      return std::nullopt;
    for (norm::TargetAttr other : targets)
      if (getISALevel(other) == getISALevel(*target)) {
        errorOf(command) << "targets '" << other.getName() << "' and '"
                         << target->getName()
                         << "' have the same instructions: nothing at run time "
                            "could choose between them\n";
        code = ExitUsage;
        return std::nullopt;
      }
    targets.push_back(*target);
  }
  llvm::sort(targets, [](norm::TargetAttr a, norm::TargetAttr b) {
    return getISALevel(a) < getISALevel(b);
  });
  if (!options.has("--target"))
    llvm::errs() << "bnc: note: target is '" << targets[0].getName()
                 << "', the processor of this machine; --target=NAME names "
                    "another\n";
  return targets;
}

std::optional<norm::TargetAttr> bnc::chooseTarget(StringRef command,
                                                  const Options &options,
                                                  MLIRContext &context,
                                                  int &code) {
  std::optional<SmallVector<norm::TargetAttr>> targets =
      chooseTargets(command, options, context, code);
  if (!targets)
    return std::nullopt;
  if (targets->size() == 1)
    return targets->front();
  errorOf(command) << "expected one target, but got " << targets->size() << ": "
                   << printTargets(*targets) << '\n';
  code = ExitUsage;
  return std::nullopt;
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
