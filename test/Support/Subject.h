// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A spec under test, compiled in every way there is.

#ifndef BNC_TEST_SUPPORT_SUBJECT_H
#define BNC_TEST_SUPPORT_SUBJECT_H

#include "bnc/Execution/CompiledFunction.h"
#include "bnc/Target/CPU/TargetTable.h"

#include <atomic>

// The tests give kernels a context of their own.
#include "../../runtime/include/bnc/abi.h"

namespace bnc {

/// One way to compile.
struct Variant {
  bool naive = false;
  /// Index of the schedule case to force; -1: by the guards.
  int64_t scheduleCase = -1;
  /// Cut rows into pieces, by whatever number of threads.
  bool split = false;

  std::string describe() const;
};

/// A parsed spec of one function.
class Subject {
public:
  /// Parses and verifies `text`, a module of one norm.func, to be compiled for
  /// the row `target` of the target table. Fails after a diagnostic.
  static mlir::FailureOr<Subject>
  parse(mlir::MLIRContext &context, llvm::StringRef text,
        llvm::StringRef target = hostTargetName());

  norm::FuncOp getFunc() const { return func; }

  /// Compiles and loads. Fails after a diagnostic.
  mlir::FailureOr<CompiledFunction> compile(const Variant &variant) const;

  /// By the guards, every schedule case forced, and with rows cut into pieces
  /// where a kernel may do that. Fails after a diagnostic.
  mlir::FailureOr<llvm::SmallVector<Variant>> listSchedules() const;

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
  norm::FuncOp func;
  norm::TargetAttr target;
};

/// A context with threads that last one parallel_for each. The tasks are run
/// in a scattered order, so that a kernel that depends on it fails.
class ScatteredThreads {
public:
  explicit ScatteredThreads(int threads);
  ScatteredThreads(const ScatteredThreads &) = delete;

  const bnc_context *get() const { return &context; }
  /// How often parallel_for was called.
  int64_t getNumCalls() const { return calls; }

  /// Runs on every thread before its first task and after its last.
  std::function<void()> before, after;

private:
  static int parallelFor(void *user, int64_t n,
                         void (*task)(void *arg, int64_t i), void *arg);

  bnc_context context = {};
  std::atomic<int64_t> calls{0};
};

/// Everything one call leaves in the results, by result port; nothing after a
/// failure, which is in `error`.
std::optional<llvm::SmallVector<Bytes>>
runOnce(norm::FuncOp func, const Callee &callee, const Extents &extents,
        llvm::ArrayRef<Bytes> arguments, const InvocationOptions &options,
        std::string &error);

} // namespace bnc

#endif // BNC_TEST_SUPPORT_SUBJECT_H
