// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Draws specs from seeds and holds each to what every spec promises.

#include "Compare.h"

#include "bnc/Target/CPU/TargetTable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace bnc;
using namespace llvm;

static cl::opt<uint64_t> seed("seed", cl::desc("the first seed"), cl::init(1));
static cl::opt<uint64_t> seeds("seeds", cl::desc("how many"), cl::init(400));
static cl::opt<std::string> target("target",
                                   cl::desc("row of the target table"));
static cl::opt<bool> hard("hard-inputs",
                          cl::desc("run every hard input, not one a seed"));
static cl::opt<bool> print("print", cl::desc("print the specs, run nothing"));
static cl::list<uint64_t>
    openSeeds("open", cl::CommaSeparated, cl::value_desc("seeds"),
              cl::desc("seeds known to fail: named, counted apart, not run"));
static cl::opt<std::string>
    failures("failures", cl::desc("folder for the specs of failing seeds"),
             cl::value_desc("folder"));

/// Writes the spec of a failing seed, with what it takes to run it again.
static void writeFailure(uint64_t failing, const DrawnSpec &spec,
                         StringRef violation) {
  if (failures.empty() || sys::fs::create_directories(failures))
    return;
  std::string path = formatv("{0}/seed-{1}.mlir", failures, failing);
  std::error_code error;
  raw_fd_ostream os(path, error);
  if (error) {
    errs() << "bnc-property: cannot write " << path << "\n";
    return;
  }
  os << "// bnc-property --seed=" << failing << " --seeds=1 --target=" << target
     << "\n// " << spec.cell << "; extents:";
  for (const DrawnDim &dim : spec.dims)
    os << " " << dim.name << "=" << dim.extent;
  SmallVector<StringRef> lines;
  violation.split(lines, '\n');
  os << "\n";
  for (StringRef line : lines)
    os << "// " << line << "\n";
  os << spec.text;
  outs() << "  written to " << path << "\n";
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "property test of bnc\n");
  if (target.empty())
    target = hostTargetName().str();
  CompareOptions options;
  options.target = target;
  options.hardInputs = hard;

  outs() << "seeds " << seed << " to " << seed + seeds - 1 << ", target "
         << target << "\n";
  uint64_t failed = 0, open = 0;
  for (uint64_t i = seed; i < seed + seeds; ++i) {
    DrawnSpec spec = drawSpec(i, /*allStatic=*/false);
    if (print) {
      outs() << "// seed " << i << ": " << spec.cell << "\n"
             << spec.text << "// -----\n";
      continue;
    }
    if (is_contained(openSeeds, i)) {
      ++open;
      outs() << "seed " << i << " (" << spec.cell
             << "): not run, known to fail\n";
      continue;
    }
    std::optional<std::string> violation = findViolation(i, options);
    if (!violation)
      continue;
    ++failed;
    outs() << "seed " << i << " (" << spec.cell << "): " << *violation << "\n";
    writeFailure(i, spec, *violation);
    outs().flush();
  }
  if (!print && open > 0)
    outs() << open << " seeds known to fail were not run\n";
  if (!print)
    outs() << seeds - failed - open << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}
