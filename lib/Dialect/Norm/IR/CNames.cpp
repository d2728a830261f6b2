// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Which names of a spec may become names in a C header.

#include "CNames.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

// Keywords of C up to C23 and of C++ up to C++23, in order; names that begin
// with an underscore and a capital are refused anyway.
static constexpr StringLiteral keywords[] = {"alignas",
                                             "alignof",
                                             "and",
                                             "and_eq",
                                             "asm",
                                             "auto",
                                             "bitand",
                                             "bitor",
                                             "bool",
                                             "break",
                                             "case",
                                             "catch",
                                             "char",
                                             "char16_t",
                                             "char32_t",
                                             "char8_t",
                                             "class",
                                             "co_await",
                                             "co_return",
                                             "co_yield",
                                             "compl",
                                             "concept",
                                             "const",
                                             "const_cast",
                                             "consteval",
                                             "constexpr",
                                             "constinit",
                                             "continue",
                                             "decltype",
                                             "default",
                                             "delete",
                                             "do",
                                             "double",
                                             "dynamic_cast",
                                             "else",
                                             "enum",
                                             "explicit",
                                             "export",
                                             "extern",
                                             "false",
                                             "float",
                                             "for",
                                             "friend",
                                             "goto",
                                             "if",
                                             "inline",
                                             "int",
                                             "long",
                                             "mutable",
                                             "namespace",
                                             "new",
                                             "noexcept",
                                             "not",
                                             "not_eq",
                                             "nullptr",
                                             "operator",
                                             "or",
                                             "or_eq",
                                             "private",
                                             "protected",
                                             "public",
                                             "register",
                                             "reinterpret_cast",
                                             "requires",
                                             "restrict",
                                             "return",
                                             "short",
                                             "signed",
                                             "sizeof",
                                             "static",
                                             "static_assert",
                                             "static_cast",
                                             "struct",
                                             "switch",
                                             "template",
                                             "this",
                                             "thread_local",
                                             "throw",
                                             "true",
                                             "try",
                                             "typedef",
                                             "typeid",
                                             "typename",
                                             "typeof",
                                             "typeof_unqual",
                                             "union",
                                             "unsigned",
                                             "using",
                                             "virtual",
                                             "void",
                                             "volatile",
                                             "wchar_t",
                                             "while",
                                             "xor",
                                             "xor_eq"};

// Macros and types of the headers that the generated header includes.
static constexpr StringLiteral headerNames[] = {
    "NULL",     "int16_t",  "int32_t",   "int64_t", "int8_t",
    "linux",    "offsetof", "ptrdiff_t", "size_t",  "uint16_t",
    "uint32_t", "uint64_t", "uint8_t",   "unix"};

// Functions that generated code, or every program, links to.
static constexpr StringLiteral linkedNames[] = {"getenv", "main",    "memcmp",
                                                "memcpy", "memmove", "memset"};

/// What rules out `name` anywhere in a header.
static StringRef whyNotIdentifier(StringRef name) {
  if (name.empty() || isDigit(name.front()) ||
      !all_of(name, [](char c) { return isAlnum(c) || c == '_'; }))
    return "is no C identifier";
  if (binary_search(keywords, name))
    return "is a keyword of C or C++";
  if (binary_search(headerNames, name))
    return "is a name of the C headers";
  if (name.contains("__") ||
      (name.size() > 1 && name[0] == '_' && isUpper(name[1])))
    return "is reserved by C or C++";
  if (name.starts_with_insensitive("bnc_"))
    return "begins with bnc_, which bnc keeps for itself";
  return "";
}

StringRef bnc::norm::whyNotParameterName(StringRef name) {
  if (name == "ctx" || name == "workspace" || name == "workspace_size")
    return "is a parameter that bnc adds";
  return whyNotIdentifier(name);
}

StringRef bnc::norm::whyNotFunctionName(StringRef name) {
  if (name.starts_with("_"))
    return "begins with an underscore, which C reserves";
  if (binary_search(linkedNames, name))
    return "is a function of the C library";
  return whyNotIdentifier(name);
}
