// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Archives and shared libraries from objects.

#include "bnc/Emit/Object.h"

#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace bnc;

std::string bnc::buildArchive(StringRef memberName, StringRef object) {
  llvm::NewArchiveMember member(llvm::MemoryBufferRef(object, memberName));
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  llvm::cantFail(llvm::writeArchiveToStream(
      stream, member, llvm::SymtabWritingMode::NormalSymtab,
      llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false));
  return bytes;
}

std::string bnc::findLinker() {
  for (StringRef program : {"cc", "ld.lld", "ld"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(program))
      return *path;
  return {};
}

bool bnc::linkSharedLibrary(StringRef objectPath, StringRef path,
                            StringRef soname, std::string &error) {
  std::string linker = findLinker();
  if (linker.empty()) {
    error = "no linker on PATH: looked for cc, ld.lld and ld";
    return false;
  }
  // Kernels need memcpy and memset at most, which any process has.
  SmallVector<StringRef> arguments = {linker, "-shared", "-o", path,
                                      objectPath};
  std::string sonameArgument = ("-Wl,-soname," + soname).str();
  if (StringRef(linker).ends_with("cc"))
    arguments.append({"-nostdlib", "-Wl,--build-id=none", sonameArgument});
  else
    arguments.append({"--build-id=none", "-soname", soname});
  int status = llvm::sys::ExecuteAndWait(linker, arguments, std::nullopt, {}, 0,
                                         0, &error);
  if (status != 0 && error.empty())
    error = linker + " failed with status " + std::to_string(status);
  return status == 0;
}
