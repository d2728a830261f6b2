// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// One run of the compiler, from a spec to files.

#include "Compilation.h"

#include "bnc/Emit/Header.h"
#include "bnc/Emit/Metadata.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bnc;

static std::string printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text + "\n";
}

/// The kernels without the decisions on them.
static std::string printKernels(ModuleOp module) {
  OwningOpRef<ModuleOp> plain = module.clone();
  (*plain)->removeAttr("norm.target");
  plain->walk([](Operation *op) {
    op->removeAttr("plan");
    op->removeAttr("schedule");
  });
  return printModule(*plain);
}

int Compilation::generate(ArrayRef<OutputKind> kinds) {
  for (norm::TargetAttr target : targets) {
    options.target = target;
    owned.push_back(buildKernels(spec.getModule(), options));
    if (!owned.back())
      return ExitSpecWrong;
    kernels.push_back(*owned.back());
  }
  options.target = targets.front();
  bool levelsOnly = llvm::all_of(kinds, [](OutputKind kind) {
    return kind == OutputKind::Kernel || kind == OutputKind::Schedule ||
           kind == OutputKind::Header || kind == OutputKind::Metadata;
  });
  if (!levelsOnly) {
    lowered = lowerKernels(kernels, options);
    if (!lowered)
      return ExitInternal;
  }
  if (llvm::any_of(kinds, [](OutputKind kind) {
        return kind == OutputKind::Library || kind == OutputKind::Shared ||
               kind == OutputKind::Object;
      })) {
    FailureOr<std::string> code =
        generateCode(*lowered, options, CodeForm::Object);
    if (failed(code))
      return ExitInternal;
    object = std::move(*code);
  }
  for (OutputKind kind : kinds) {
    FailureOr<std::string> bytes = generate(kind);
    if (failed(bytes))
      return ExitInternal;
    outputs.emplace_back(kind, std::move(*bytes));
  }
  return ExitOk;
}

FailureOr<std::string> Compilation::generate(OutputKind kind) {
  StringRef name = llvm::sys::path::filename(prefix);
  switch (kind) {
  case OutputKind::Library:
    return buildArchive((name + ".o").str(), object);
  case OutputKind::Shared:
  case OutputKind::Object:
    return object;
  case OutputKind::Header:
    return buildHeader(kernels, mangleLibraryName(name));
  case OutputKind::Metadata:
    return buildMetadata(kernels, mangleLibraryName(name));
  case OutputKind::Assembly:
    return generateCode(*lowered, options, CodeForm::Assembly);
  case OutputKind::LLVM:
    return generateCode(*lowered, options, CodeForm::LLVM);
  case OutputKind::Lowered:
    return printModule(*lowered);
  case OutputKind::Kernel:
    return printKernels(kernels.front());
  case OutputKind::Schedule:
    return printModule(kernels.front());
  }
  llvm_unreachable("a kind of output");
}

/// The linker wants files: object and library are made beside `path` and the
/// library renamed when it is whole.
int Compilation::writeShared(StringRef path) {
  SmallString<128> objectPath, linkedPath;
  StringRef folder = llvm::sys::path::parent_path(path);
  std::error_code failed;
  if (!folder.empty())
    failed = llvm::sys::fs::create_directories(folder);
  if (!failed)
    failed = llvm::sys::fs::createUniqueFile(path + ".%%%%%%.o", objectPath);
  if (failed) {
    errorOf("") << "cannot write '" << path << "': " << failed.message()
                << '\n';
    return ExitUsage;
  }
  linkedPath = objectPath;
  llvm::sys::path::replace_extension(linkedPath, "so");
  std::string error;
  int code = writeFile("", objectPath, object);
  if (code == ExitOk &&
      !linkSharedLibrary(objectPath, linkedPath,
                         llvm::sys::path::filename(path), error)) {
    errorOf("") << "cannot link '" << path << "': " << error << '\n';
    code = ExitNotPossible;
  }
  llvm::sys::fs::remove(objectPath);
  if (code == ExitOk)
    llvm::sys::fs::rename(linkedPath, path);
  else
    llvm::sys::fs::remove(linkedPath);
  return code;
}

int Compilation::write(bool verbose, bool dependencies) {
  std::string targets;
  for (auto &[kind, bytes] : outputs) {
    std::string path = prefix == "-" ? "-" : getOutputPath(kind, prefix);
    int code = ExitOk;
    if (kind == OutputKind::Shared) {
      code = writeShared(path);
    } else {
      code = writeFile("", path, bytes);
    }
    if (code != ExitOk)
      return code;
    if (verbose && path != "-")
      llvm::errs() << "bnc: wrote '" << path << "'\n";
    targets += (targets.empty() ? "" : " ") + path;
  }
  if (!dependencies)
    return ExitOk;
  return writeFile("", (prefix + ".d").str(),
                   targets + ": " + spec.getPath().str() + "\n");
}
