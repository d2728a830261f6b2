// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Reading specs, and reproducers of what the compiler fails on.

#include "bnc/Tools/SpecFile.h"

#include "bnc/Compiler/Compiler.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace bnc;

SpecFile::SpecFile() : context(MLIRContext::Threading::DISABLED) {
  prepareContext(context);
  // A caret into the spec says more than the op in generic form.
  context.printOpOnDiagnostic(false);
}

int SpecFile::read(StringRef command, StringRef input) {
  path = input.str();
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(input, /*IsText=*/true);
  if (!buffer) {
    errorOf(command) << "cannot read '" << input
                     << "': " << buffer.getError().message() << '\n';
    return ExitUsage;
  }
  sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(*buffer), SMLoc());
  handler = std::make_unique<SourceMgrDiagnosticHandler>(*sources, &context,
                                                         llvm::errs());
  module = parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
  return module ? checkModule() : ExitSpecWrong;
}

/// What a spec is beyond what each op verifies.
int SpecFile::checkModule() {
  bool found = false;
  for (Operation &op : module->getOps()) {
    if (!isa<norm::FuncOp>(op)) {
      emitError(op.getLoc()) << "expected only norm.func at the top of a spec, "
                                "but got '"
                             << op.getName() << "'";
      return ExitSpecWrong;
    }
    found = true;
  }
  if (!found) {
    emitError(module->getLoc()) << "the spec has no norm.func";
    return ExitSpecWrong;
  }
  return ExitOk;
}

int SpecFile::guard(ArrayRef<StringRef> arguments,
                    llvm::function_ref<int()> body) {
  int code = ExitInternal;
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext recovery;
  recovery.RunSafely([&] { code = body(); });
  if (code != ExitInternal)
    return code;
  std::string reproducer = "// bnc ";
  for (StringRef argument : arguments)
    reproducer += (argument + " ").str();
  reproducer += "\n";
  reproducer += sources->getMemoryBuffer(sources->getMainFileID())->getBuffer();
  constexpr StringLiteral name = "bnc-reproducer.mlir";
  errorOf("") << "bug in bnc, not in the spec";
  if (writeFile("", name, reproducer) == ExitOk)
    llvm::errs() << "; wrote '" << name
                 << "': please report it with the lines above";
  llvm::errs() << '\n';
  return ExitInternal;
}

int bnc::writeFile(StringRef command, StringRef path, StringRef bytes) {
  std::error_code failed;
  StringRef directory = llvm::sys::path::parent_path(path);
  if (!directory.empty())
    failed = llvm::sys::fs::create_directories(directory);
  if (!failed) {
    llvm::Error error =
        llvm::writeToOutput(path, [&](llvm::raw_ostream &stream) {
          stream << bytes;
          return llvm::Error::success();
        });
    failed = llvm::errorToErrorCode(std::move(error));
  }
  if (!failed)
    return ExitOk;
  errorOf(command) << "cannot write '" << path << "': " << failed.message()
                   << '\n';
  return ExitUsage;
}
