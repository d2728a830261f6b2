// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// A spec under test, compiled in every way there is.

#include "Subject.h"

#include "Emulation.h"

#include "bnc/Dialect/Norm/Analysis/KernelStructure.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <thread>

using namespace bnc;
using namespace bnc::norm;
using namespace mlir;

FailureOr<Subject> Subject::parse(MLIRContext &context, StringRef text,
                                  StringRef target) {
  Subject subject;
  subject.module = parseSourceString<ModuleOp>(text, &context);
  if (!subject.module)
    return failure();
  subject.func = *subject.module->getOps<FuncOp>().begin();
  std::optional<TargetAttr> row = lookupTarget(target, &context);
  if (!row || (!hostCanRun(*row) && !canEmulate(*row)))
    return subject.func.emitError()
           << "target '" << target << "' does not run here";
  subject.target = *row;
  return subject;
}

FailureOr<CompiledFunction> Subject::compile(const Variant &variant) const {
  CompileOptions options;
  options.target = target;
  options.naive = variant.naive;
  options.forceCase = variant.scheduleCase;
  options.forceSplit = variant.split;
  // The packaged MLIR asserts nothing: the verifier finds what a pass breaks.
  options.configure = [](PassManager &passes) { passes.enableVerifier(true); };
  if (!hostCanRun(target))
    options.rewriteCode = emulate;
  FailureOr<Compiled> compiled = bnc::compile(*module, options);
  if (failed(compiled))
    return failure();
  FuncOp op = func;
  // What calls it is code for this processor.
  TargetAttr host = *lookupTarget("host", target.getContext());
  std::string error;
  std::optional<CompiledFunction> function =
      CompiledFunction::load(*compiled, host, op.getSymName(), error);
  if (!function)
    return op.emitError() << error;
  return *function;
}

std::string Variant::describe() const {
  if (naive)
    return "naive";
  if (split)
    return "rows in pieces";
  return "schedule case " + std::to_string(scheduleCase);
}

FailureOr<SmallVector<Variant>> Subject::listSchedules() const {
  CompileOptions options;
  options.target = target;
  OwningOpRef<ModuleOp> kernels = buildKernels(*module, options);
  if (!kernels)
    return failure();
  int64_t cases = 0;
  bool hasRows = false;
  kernels->walk([&](KernelOp kernel) {
    auto schedule = cast<CPUScheduleAttr>(*kernel.getSchedule());
    cases = std::max<int64_t>(cases, schedule.getCases().size());
    hasRows |= KernelStructure(kernel).getForm() == KernelForm::Rows;
  });
  SmallVector<Variant> variants;
  for (int64_t i = -1; i < cases; ++i)
    variants.push_back({/*naive=*/false, i});
  if (hasRows)
    variants.push_back({/*naive=*/false, /*scheduleCase=*/-1, /*split=*/true});
  return variants;
}

ScatteredThreads::ScatteredThreads(int threads) {
  context.size = sizeof(context);
  context.threads = threads;
  context.parallel_for = parallelFor;
  context.user = this;
}

int ScatteredThreads::parallelFor(void *user, int64_t n,
                                  void (*task)(void *arg, int64_t i),
                                  void *arg) {
  auto *self = static_cast<ScatteredThreads *>(user);
  ++self->calls;
  int64_t threads = self->context.threads;
  std::vector<std::thread> workers;
  for (int64_t t = 0; t < threads; ++t)
    workers.emplace_back([=] {
      if (self->before)
        self->before();
      // Every threads-th task, last one first.
      for (int64_t i = n - 1 - t; i >= 0; i -= threads)
        task(arg, i);
      if (self->after)
        self->after();
    });
  for (std::thread &worker : workers)
    worker.join();
  return 0;
}

std::optional<SmallVector<Bytes>>
bnc::runOnce(FuncOp func, const Callee &callee, const Extents &extents,
             ArrayRef<Bytes> arguments, const InvocationOptions &options,
             std::string &error) {
  std::optional<Invocation> invocation =
      Invocation::create(func, callee, extents, arguments, options);
  if (!invocation) {
    error = "no memory";
    return std::nullopt;
  }
  if (int32_t status = invocation->call(callee)) {
    error = "status " + std::to_string(status);
    return std::nullopt;
  }
  if (std::optional<std::string> name = invocation->findStrayWrite()) {
    error = "stray write to '" + *name + "'";
    return std::nullopt;
  }
  SmallVector<Bytes> results;
  for (unsigned i = 0; i < func.getNumResultPorts(); ++i)
    results.push_back(invocation->readResult(i));
  return results;
}
