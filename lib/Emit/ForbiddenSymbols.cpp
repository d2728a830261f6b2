// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// What generated code must not need from outside.

#include "bnc/Emit/Object.h"

#include "llvm/Object/ELFObjectFile.h"

using namespace mlir;
using namespace bnc;

SmallVector<std::string> bnc::findForbiddenSymbols(StringRef object) {
  SmallVector<std::string> forbidden;
  auto file = llvm::cantFail(llvm::object::ObjectFile::createELFObjectFile(
      llvm::MemoryBufferRef(object, "bnc")));
  for (const llvm::object::SymbolRef &symbol : file->symbols()) {
    uint32_t flags = llvm::cantFail(symbol.getFlags());
    if (!(flags & llvm::object::SymbolRef::SF_Undefined) ||
        flags & llvm::object::SymbolRef::SF_FormatSpecific)
      continue;
    StringRef name = llvm::cantFail(symbol.getName());
    if (!name.empty() && name != "memcpy" && name != "memset" &&
        name != "getenv" && name != "_GLOBAL_OFFSET_TABLE_")
      forbidden.push_back(name.str());
  }
  return forbidden;
}
