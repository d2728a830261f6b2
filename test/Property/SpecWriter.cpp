// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Writes the text of a spec value by value.

#include "SpecWriter.h"

using namespace bnc;

static unsigned getBits(llvm::StringRef element) {
  return element == "bf16" ? 16 : std::stoi(element.drop_front().str());
}

std::string SpecWriter::type(const SpecValue &value) const {
  if (value.scalar)
    return value.element;
  std::string text = "tensor<";
  for (unsigned dim : value.dims)
    text += (dims[dim].dynamic ? "?" : std::to_string(dims[dim].extent)) + "x";
  return text + value.element + ">";
}

std::string SpecWriter::port(const SpecValue &value, bool strided) {
  if (value.scalar)
    return value.element;
  extentWritten.resize(dims.size());
  std::string text;
  for (unsigned dim : value.dims) {
    text += (text.empty() ? "" : ", ") + dims[dim].name;
    if (!dims[dim].dynamic && !extentWritten[dim])
      text += " = " + std::to_string(dims[dim].extent);
    extentWritten[dim] = true;
  }
  return "[" + text + "] " + value.element + (strided ? " strided" : "");
}

SpecValue SpecWriter::argument(llvm::StringRef name,
                               std::vector<unsigned> valueDims,
                               llvm::StringRef element, bool strided,
                               DrawnArgument contents) {
  SpecValue value{"%" + name.str(), std::move(valueDims), element.str()};
  value.strided = strided;
  inputs +=
      (inputs.empty() ? "" : ", ") + value.name + ": " + port(value, strided);
  arguments.push_back(contents);
  return value;
}

SpecValue SpecWriter::scalar(llvm::StringRef name, llvm::StringRef element,
                             double number) {
  SpecValue value{"%" + name.str(), {}, element.str(), true};
  inputs +=
      (inputs.empty() ? "" : ", ") + value.name + ": " + port(value, false);
  arguments.push_back({DrawnArgument::Fill::Constant, number, 0});
  return value;
}

void SpecWriter::result(llvm::StringRef name, const SpecValue &value,
                        bool strided, const SpecValue *tied) {
  bool first = outputs.empty();
  outputs += (first ? "" : ", ") + name.str() + ": " +
             port(value, tied ? tied->strided : strided);
  if (tied)
    outputs += " ties " + tied->name;
  returned += (first ? "" : ", ") + value.name;
  returnedTypes += (first ? "" : ", ") + type(value);
}

SpecValue SpecWriter::fresh(std::vector<unsigned> valueDims,
                            llvm::StringRef element) {
  return {"%v" + std::to_string(counter++), std::move(valueDims),
          element.str()};
}

void SpecWriter::op(const SpecValue &value, const std::string &text) {
  line(value.name + " = " + text);
}

void SpecWriter::line(const std::string &text) { body += "  " + text + "\n"; }

SpecValue SpecWriter::cast(const SpecValue &value, llvm::StringRef element) {
  if (value.element == element)
    return value;
  // No op turns one narrow type into the other.
  if (getBits(value.element) == getBits(element))
    return cast(cast(value, "f32"), element);
  SpecValue result = fresh(value.dims, element);
  const char *name =
      getBits(element) > getBits(value.element) ? "arith.extf" : "arith.truncf";
  op(result,
     name + (" " + value.name) + " : " + type(value) + " to " + type(result));
  return result;
}

SpecValue SpecWriter::splat(const SpecValue &like, const std::string &number) {
  // Scalars are f32 or f64.
  SpecValue scalar = fresh({}, like.element == "f64" ? "f64" : "f32");
  scalar.scalar = true;
  op(scalar, "arith.constant " + number + " : " + scalar.element);
  SpecValue result = fresh(like.dims, scalar.element);
  op(result, "norm.broadcast " + scalar.name + " like " + like.name +
                 " dims [] : " + type(scalar) + ", " + type(like) + " -> " +
                 type(result));
  return cast(result, like.element);
}

SpecValue SpecWriter::binary(llvm::StringRef name, const SpecValue &lhs,
                             const SpecValue &rhs) {
  SpecValue result = fresh(lhs.dims, lhs.element);
  op(result,
     name.str() + " " + lhs.name + ", " + rhs.name + " : " + type(result));
  return result;
}

SpecValue SpecWriter::unary(llvm::StringRef name, const SpecValue &value,
                            llvm::StringRef extra) {
  SpecValue result = fresh(value.dims, value.element);
  op(result,
     name.str() + " " + value.name + extra.str() + " : " + type(result));
  return result;
}

std::string SpecWriter::finish() {
  return "norm.func @f(" + inputs + ")\n    -> (" + outputs + ") {\n" + body +
         "  norm.return " + returned + " : " + returnedTypes + "\n}\n";
}
