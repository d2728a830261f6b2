// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Command lines.

#include "bnc/Tools/Options.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;
using namespace bnc;

llvm::raw_ostream &bnc::errorOf(StringRef command) {
  llvm::errs() << StringRef("bnc");
  if (!command.empty())
    llvm::errs() << ' ' << command;
  return llvm::errs() << StringRef(": error: ");
}

std::string bnc::suggest(StringRef name, ArrayRef<StringRef> candidates) {
  StringRef best;
  unsigned bestDistance = std::max<size_t>(2, name.size() / 3) + 1;
  for (StringRef candidate : candidates) {
    unsigned distance = name.edit_distance(candidate, true, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best.empty() ? "" : ("; did you mean '" + best + "'?").str();
}

std::optional<Options> Options::parse(StringRef command,
                                      ArrayRef<OptionSpec> table,
                                      ArrayRef<StringRef> arguments) {
  Options options;
  options.command = command;
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef argument = arguments[i];
    if (!argument.starts_with("-") || argument == "-") {
      options.positional.push_back(argument);
      continue;
    }
    StringRef name = argument.split('=').first;
    StringRef value = argument.split('=').second;
    bool hasValue = argument.contains('=');
    const OptionSpec *spec = llvm::find_if(
        table, [&](const OptionSpec &spec) { return spec.name == name; });
    if (spec == table.end()) {
      auto names = llvm::map_to_vector(
          table, [](const OptionSpec &spec) -> StringRef { return spec.name; });
      errorOf(command) << "unknown option '" << name << "'"
                       << suggest(name, names) << '\n';
      return std::nullopt;
    }
    if (spec->value.empty() && hasValue) {
      errorOf(command) << "option '" << name << "' takes no value\n";
      return std::nullopt;
    }
    if (!spec->value.empty() && !hasValue) {
      if (i + 1 == arguments.size()) {
        errorOf(command) << "option '" << name << "' needs a value: " << name
                         << '=' << spec->value << '\n';
        return std::nullopt;
      }
      value = arguments[++i];
    }
    options.values[name].push_back(value);
  }
  return options;
}

StringRef Options::get(StringRef name, StringRef otherwise) const {
  auto it = values.find(name);
  return it == values.end() ? otherwise : it->second.back();
}

ArrayRef<StringRef> Options::getAll(StringRef name) const {
  auto it = values.find(name);
  return it == values.end() ? ArrayRef<StringRef>() : it->second;
}

std::optional<int64_t> Options::getInteger(StringRef name, int64_t otherwise,
                                           int64_t least) const {
  if (!has(name))
    return otherwise;
  int64_t value;
  if (get(name).getAsInteger(10, value) || value < least) {
    errorOf(command) << "expected option '" << name
                     << "' to be an integer of at least " << least
                     << ", but got '" << get(name) << "'\n";
    return std::nullopt;
  }
  return value;
}

bool Options::needsOne(StringRef what) const {
  if (positional.size() == 1)
    return true;
  if (positional.empty())
    errorOf(command) << "expected " << what << ", '-' for standard input\n";
  else
    errorOf(command) << "expected one argument, " << what << ", but got '"
                     << positional[0] << "' and '" << positional[1] << "'\n";
  return false;
}

void bnc::printOptions(llvm::raw_ostream &os, ArrayRef<OptionSpec> table) {
  for (const OptionSpec &spec : table) {
    std::string left = ("  " + spec.name).str();
    if (!spec.value.empty())
      left += (spec.name.starts_with("--") ? "=" : " ") + spec.value.str();
    os << left;
    os.indent(left.size() < 24 ? 24 - left.size() : 1);
    os << spec.help << '\n';
  }
}
