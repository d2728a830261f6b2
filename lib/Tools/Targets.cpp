// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// bnc targets: what code can be generated for.

#include "bnc/Target/CPU/TargetTable.h"
#include "bnc/Tools/Options.h"
#include "bnc/Tools/Tool.h"

#include "llvm/Support/Format.h"

using namespace mlir;
using namespace bnc;

static const OptionSpec kOptions[] = {
    {"--help", "", "this text"},
};

int bnc::runTargets(ArrayRef<StringRef> arguments) {
  std::optional<Options> options =
      Options::parse("targets", kOptions, arguments);
  if (!options)
    return ExitUsage;
  llvm::raw_ostream &os = llvm::outs();
  if (options->has("--help")) {
    os << "Usage: bnc targets\n\nLists what --target= takes.\n";
    return ExitOk;
  }
  if (!options->getPositional().empty()) {
    errorOf("targets") << "expected no argument, but got '"
                       << options->getPositional()[0] << "'\n";
    return ExitUsage;
  }
  os << "name             bits  l1 KiB  l2 KiB  llc KiB  runs here  for\n";
  for (const TargetRow &row : getTargetRows()) {
    os << llvm::format("%-16s %4d  %6d  %6d  %7d  ", row.name.data(),
                       int(row.vectorBits), int(row.l1 / 1024),
                       int(row.l2 / 1024), int(row.llcShare / 1024))
       << (hostCanRun(row.cpu, row.features) ? "yes        " : "no         ")
       << row.summary << '\n';
  }
  os << '\n';
  if (hostTargetName().empty())
    os << "host: none of these (the processor has less than x86-64-v2)\n";
  else
    os << "host: " << hostTargetName() << '\n';
  return ExitOk;
}
