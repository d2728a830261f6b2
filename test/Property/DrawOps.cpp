// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Draws the norm of a random spec and the elementwise graph around it.

#include "Drawing.h"

#include "llvm/ADT/STLExtras.h"

using namespace bnc;

using Fill = DrawnArgument::Fill;

SpecValue Drawing::drawTensor(llvm::StringRef name,
                              const std::vector<unsigned> &dims,
                              llvm::StringRef element, DrawnArgument contents) {
  return writer.argument(name, dims, element, random.chance(25), contents);
}

SpecValue Drawing::drawActivation(const SpecValue &value) {
  // f64 has no exp, tanh or erf yet.
  switch (random.below(value.element == "f64" ? 2 : 7)) {
  case 0:
    return writer.unary("norm.relu", value);
  case 1:
    return writer.unary("norm.leaky_relu", value, " slope 1.0e-02");
  case 2:
    return writer.unary("norm.silu", value);
  case 3:
    return writer.unary("norm.gelu", value);
  case 4:
    return writer.unary("norm.gelu_tanh", value);
  case 5:
    return writer.unary("norm.sigmoid", value);
  default:
    return writer.unary("norm.tanh", value);
  }
}

/// What happens before the norm: nothing, a residual (whose sum may be kept,
/// in place or not), a bias per parameter, or arithmetic.
SpecValue Drawing::drawPrologue(SpecValue value) {
  switch (random.below(8)) {
  case 0:
  case 1: {
    SpecValue residual =
        drawTensor("residual", shape, dtype, {Fill::Normal, 0, 2});
    SpecValue sum = writer.binary("arith.addf", value,
                                  writer.cast(residual, value.element));
    if (random.chance(60))
      pending.push_back(
          {"sum", writer.cast(sum, dtype),
           random.chance(50) ? std::optional(residual) : std::nullopt});
    return sum;
  }
  case 2: {
    SpecValue bias =
        drawTensor("bias", parameterDims, value.element, {Fill::Normal, 0, 1});
    SpecValue wide = writer.fresh(shape, value.element);
    std::string dims;
    for (unsigned dim : parameterDims)
      dims += (dims.empty() ? "" : ", ") +
              std::to_string(llvm::find(shape, dim) - shape.begin());
    writer.op(wide, "norm.broadcast " + bias.name + " like " + value.name +
                        " dims [" + dims + "] : " + writer.type(bias) + ", " +
                        writer.type(value) + " -> " + writer.type(wide));
    return writer.binary("arith.addf", value, wide);
  }
  case 3:
    return writer.binary(random.pick({"arith.mulf", "arith.subf"}), value,
                         writer.splat(value, "1.500000e+00"));
  case 4:
    return drawActivation(value);
  default:
    return value;
  }
}

SpecValue Drawing::drawEps(llvm::StringRef name, llvm::StringRef compute) {
  double number = random.pick({1e-5, 1e-6, 1e-3});
  if (random.chance(40))
    return writer.scalar(name, compute, number);
  SpecValue eps = writer.fresh({}, compute);
  eps.scalar = true;
  writer.op(eps,
            "arith.constant " + std::to_string(number) + " : " + eps.element);
  return eps;
}

SpecValue Drawing::drawNorm(const SpecValue &input) {
  std::string compute = input.element == "f64" ? "f64" : "f32";
  bool wide = compute == "f64" || input.element == "f32";
  std::string parameter =
      random.chance(60) ? "f32" : (random.chance(50) ? input.element : dtype);
  // A narrow norm may give f32; a wide one rarely rounds by itself.
  std::string output = input.element;
  if (random.chance(25))
    output = wide ? random.pick({"f32", "bf16", "f16"}) : "f32";

  std::vector<SpecValue> operands = {input};
  std::string text = std::string("norm.") + ops[kind].name + " " + input.name;
  auto operand = [&](const std::string &before, const SpecValue &value) {
    text += before + value.name;
    operands.push_back(value);
  };
  if (ops[kind].axes) {
    std::string list;
    for (int64_t axis : axes)
      list += (list.empty() ? "" : ", ") + std::to_string(axis);
    text += " over [" + list + "]";
  } else {
    text += " feature " + std::to_string(feature);
  }
  if (kind == Group)
    text += " groups " + std::to_string(groups);
  if (kind == L2 && random.chance(40))
    text += " form max";
  if (kind == BatchInference) {
    operand(" mean ",
            drawTensor("mean", parameterDims, parameter, {Fill::Normal, 0, 2}));
    operand(" variance ", drawTensor("variance", parameterDims, parameter,
                                     {Fill::Positive, 0, 3}));
  }
  bool scaled = random.chance(65);
  if (scaled)
    operand(" scale ", drawTensor("weight", parameterDims, parameter,
                                  {Fill::Normal, 1, 0.5}));
  if (random.chance(50))
    operand(" shift ", drawTensor("shift", parameterDims, parameter,
                                  {Fill::Normal, 0, 1}));
  std::vector<SpecValue> updated;
  if (kind == BatchTraining && random.chance(50)) {
    SpecValue mean = drawTensor("running_mean", parameterDims, parameter,
                                {Fill::Normal, 0, 2});
    SpecValue variance = drawTensor("running_var", parameterDims, parameter,
                                    {Fill::Positive, 0, 3});
    operand(" running ", mean);
    operand(", ", variance);
    operand(" momentum ", writer.scalar("momentum", compute, 0.1));
    if (random.chance(30) || count == 1)
      text += " biased_running_variance";
    updated = {mean, variance};
  }
  operand(" eps ", drawEps("eps", compute));

  std::vector<SpecValue> results = {writer.fresh(shape, output)};
  std::string saves;
  auto save = [&](const char *name) {
    if (!random.chance(30))
      return;
    SpecValue value = writer.fresh(savedDims, compute);
    saves += (saves.empty() ? "" : ", ") + std::string(name);
    results.push_back(value);
    pending.push_back({std::string("saved_") + name, value, std::nullopt});
  };
  // A statistic of no dims is no tensor a spec can return.
  if (kind != BatchInference && !savedDims.empty()) {
    if (ops[kind].mean) {
      save("mean");
      save("mean_low");
    }
    save("rstd");
  }
  if (!saves.empty())
    text += " saves [" + saves + "]";
  for (const SpecValue &old : updated) {
    SpecValue value = writer.fresh(old.dims, old.element);
    results.push_back(value);
    pending.push_back({"new_" + old.name.substr(1), value,
                       random.chance(80) ? std::optional(old) : std::nullopt});
  }
  if (scaled && random.chance(25))
    text += " {weight_offset = 1.000000e+00 : f64}";

  std::string names, types, resultTypes;
  for (const SpecValue &value : operands)
    types += (types.empty() ? "" : ", ") + writer.type(value);
  for (const SpecValue &value : results) {
    names += (names.empty() ? "" : ", ") + value.name;
    resultTypes += (resultTypes.empty() ? "" : ", ") + writer.type(value);
  }
  writer.line(names + " = " + text + " : (" + types + ") -> (" + resultTypes +
              ")");
  return results.front();
}

/// What happens after the norm: up to two of an activation, a residual, a
/// gate, a clamp.
SpecValue Drawing::drawEpilogue(SpecValue value) {
  for (unsigned i = 0, steps = random.pick({0, 0, 1, 1, 2}); i < steps; ++i) {
    std::string suffix = std::to_string(i);
    switch (random.below(5)) {
    case 0:
    case 1:
      value = drawActivation(value);
      break;
    case 2:
      value = writer.binary("arith.addf", value,
                            drawTensor("skip" + suffix, shape, value.element,
                                       {Fill::Normal, 0, 1}));
      break;
    case 3:
      value = writer.binary("arith.mulf", value,
                            drawTensor("gate" + suffix, shape, value.element,
                                       {Fill::Normal, 0, 1}));
      break;
    default:
      value = writer.binary(random.pick({"arith.maximumf", "arith.minimumf"}),
                            value, writer.splat(value, "2.500000e-01"));
    }
  }
  return value;
}

/// Sometimes a norm of the norm: over the same dims (a chain in one kernel) or
/// others (a second kernel).
SpecValue Drawing::drawSecondNorm(const SpecValue &input) {
  if (!random.chance(10))
    return input;
  std::string list;
  if (ops[kind].axes && random.chance(50)) {
    for (int64_t axis : axes)
      list += (list.empty() ? "" : ", ") + std::to_string(axis);
  } else {
    list = std::to_string(random.below(shape.size()));
  }
  std::string compute = input.element == "f64" ? "f64" : "f32";
  SpecValue eps = drawEps("eps2", compute);
  SpecValue result = writer.fresh(shape, input.element);
  writer.op(result, random.pick({"norm.layer_norm ", "norm.rms_norm "}) +
                        input.name + " over [" + list + "] eps " + eps.name +
                        " : (" + writer.type(input) + ", " + writer.type(eps) +
                        ") -> " + writer.type(result));
  return result;
}
