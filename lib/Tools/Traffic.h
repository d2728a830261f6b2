// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What a kernel reads and writes for given extents: the cost model.

#ifndef BNC_LIB_TOOLS_TRAFFIC_H
#define BNC_LIB_TOOLS_TRAFFIC_H

#include "bnc/Check/ExtentLadder.h"
#include "bnc/Check/Invocation.h"
#include "bnc/Dialect/Norm/IR/Norm.h"
#include "bnc/Tools/Options.h"

namespace bnc {

/// One tensor that a kernel reads or writes.
struct Stream {
  /// Of the argument or result, or of the kernel that made it ("kernel 0").
  std::string name;
  mlir::Value value;
  /// Whether it is a result, and the index of the port; -1 for a tensor that
  /// stays in the workspace.
  bool isResult = false;
  int64_t port = -1;
  int64_t bytes = 0;
  /// How often the kernel goes over all of it in one sweep: the number of rows
  /// for a parameter that every row reads again.
  int64_t passes = 1;
  /// How often a call loads each element, or stores it: of a tensor over the
  /// whole kernel the least where no sums cancel and the most where all do, of
  /// a parameter something between.
  int64_t leastAccesses = 1, mostAccesses = 1;
};

/// What one kernel moves.
struct Traffic {
  llvm::SmallVector<Stream> inputs, outputs;
  /// Sweeps over the inputs that the arithmetic makes: one for each stage of
  /// reductions, one for the outputs; and those where sums cancel, which take
  /// moments a second one.
  int64_t sweeps = 1, mostSweeps = 1;
  /// Sweeps of them that start at the front of a unit again: one for each
  /// stage of reductions, one for the outputs. The others go over a chunk
  /// that the nearest cache still has.
  int64_t restarts = 1;
  /// The parts that are finished one after the other (a row, a channel's
  /// planes, a sample; the whole for channels-last statistics), and the bytes
  /// of the inputs of one.
  int64_t units = 1, unitBytes = 0;

  /// Inputs and outputs, each once.
  int64_t getBytes() const;
  /// How often the inputs come from beyond a cache of `cacheBytes`: half of it
  /// is taken as theirs.
  int64_t getReads(int64_t cacheBytes) const {
    return unitBytes * 2 <= cacheBytes ? 1 : restarts;
  }
};

/// The traffic of `kernel` in `func` where the dynamic dims have `extents`.
Traffic getTraffic(norm::FuncOp func, norm::KernelOp kernel,
                   const Extents &extents);

/// The schedule case of `kernel` for a call that moves `bytes`.
std::optional<norm::CPUCaseAttr> getCase(norm::KernelOp kernel, int64_t bytes);

/// Extents for the dynamic dims of `func`: those of --extent, the rest such
/// that the largest tensor has some 4 million elements. Says what is wrong and
/// returns nothing on error.
std::optional<Extents> chooseExtents(llvm::StringRef command,
                                     const Options &options, norm::FuncOp func);

/// Checks the values of --extent=DIM=N against the dynamic dims of `module`.
bool checkExtents(llvm::StringRef command, const Options &options,
                  mlir::ModuleOp module);

/// The value of --extent for `dim`, if given.
std::optional<int64_t> getExtentOption(const Options &options,
                                       llvm::StringRef dim);

} // namespace bnc

#endif // BNC_LIB_TOOLS_TRAFFIC_H
