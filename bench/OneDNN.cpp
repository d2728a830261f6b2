// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The norms of oneDNN behind functions that Python can call. Compiled by the
// suite against the headers of a package; no part of the project's build.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace dnnl;

namespace {

/// What Python fills in; suite/contenders/onednn.py has the same fields.
struct Request {
  const char *op;
  const char *type;
  const char *activation;
  int32_t channelsLast, rank;
  int64_t dims[8];
  int64_t groups;
  float eps;
  void *x, *residual, *sum, *y;
  void *weight, *bias, *mean, *variance;
};

/// Primitives in the order of their execution.
struct Chain {
  std::vector<std::pair<primitive, std::unordered_map<int, memory>>> steps;
  std::string implementation;
};

engine &cpu() {
  static engine it(engine::kind::cpu, 0);
  return it;
}

stream &order() {
  static stream it(cpu());
  return it;
}

memory::data_type getType(const std::string &name) {
  return name == "bf16"  ? memory::data_type::bf16
         : name == "f16" ? memory::data_type::f16
                         : memory::data_type::f32;
}

memory::desc describe(const Request &request) {
  using tag = memory::format_tag;
  memory::dims dims(request.dims, request.dims + request.rank);
  tag order = request.rank == 2 ? tag::ab
              : request.rank == 4
                  ? (request.channelsLast ? tag::acdb : tag::abcd)
                  : (request.channelsLast ? tag::acdeb : tag::abcde);
  return memory::desc(dims, getType(request.type), order);
}

primitive_attr getAttributes(const Request &request) {
  primitive_attr attributes;
  std::string name = request.activation;
  if (name.empty())
    return attributes;
  post_ops after;
  if (name == "relu")
    after.append_eltwise(algorithm::eltwise_relu, 0, 0);
  else
    after.append_eltwise(algorithm::eltwise_swish, 1, 0);
  attributes.set_post_ops(after);
  return attributes;
}

template <typename Description>
void append(Chain &chain, const Description &description, primitive step,
            std::unordered_map<int, memory> arguments) {
  chain.steps.emplace_back(std::move(step), std::move(arguments));
  if (!chain.implementation.empty())
    chain.implementation += ", ";
  chain.implementation += description.impl_info_str();
}

void build(const Request &request, Chain &chain) {
  std::string op = request.op;
  memory::desc md = describe(request);
  memory::dim channels = request.dims[request.rank == 2 ? request.rank - 1 : 1];
  memory::desc parameter({channels}, memory::data_type::f32,
                         memory::format_tag::a);
  void *input = request.x;
  if (request.residual) {
    binary::primitive_desc add(cpu(), algorithm::binary_add, md, md, md);
    append(chain, add, binary(add),
           {{DNNL_ARG_SRC_0, memory(md, cpu(), request.x)},
            {DNNL_ARG_SRC_1, memory(md, cpu(), request.residual)},
            {DNNL_ARG_DST, memory(md, cpu(), request.sum)}});
    input = request.sum;
  }
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, memory(md, cpu(), input)},
      {DNNL_ARG_DST, memory(md, cpu(), request.y)},
      {DNNL_ARG_SCALE, memory(parameter, cpu(), request.weight)}};
  if (op != "rms_norm")
    arguments[DNNL_ARG_SHIFT] = memory(parameter, cpu(), request.bias);

  using flags = normalization_flags;
  flags both = flags::use_scale | flags::use_shift;
  if (op == "layer_norm" || op == "rms_norm") {
    if (op == "rms_norm")
      both = flags::use_scale | static_cast<flags>(dnnl_rms_norm);
    layer_normalization_forward::primitive_desc norm(
        cpu(), prop_kind::forward_inference, md, md, request.eps, both,
        getAttributes(request));
    append(chain, norm, layer_normalization_forward(norm), arguments);
  } else if (op == "group_norm" || op == "instance_norm") {
    group_normalization_forward::primitive_desc norm(
        cpu(), prop_kind::forward_inference, md, md, request.groups,
        request.eps, both, getAttributes(request));
    append(chain, norm, group_normalization_forward(norm), arguments);
  } else {
    bool training = op == "batch_norm_training";
    primitive_attr attributes;
    if (!training)
      both |= flags::use_global_stats;
    if (std::string(request.activation) == "relu" && !training)
      both |= flags::fuse_norm_relu;
    else
      attributes = getAttributes(request);
    batch_normalization_forward::primitive_desc norm(
        cpu(),
        training ? prop_kind::forward_training : prop_kind::forward_inference,
        md, md, request.eps, both, attributes);
    arguments[DNNL_ARG_MEAN] = memory(parameter, cpu(), request.mean);
    arguments[DNNL_ARG_VARIANCE] = memory(parameter, cpu(), request.variance);
    append(chain, norm, batch_normalization_forward(norm), arguments);
  }
}

} // namespace

extern "C" {

/// A chain for the request, or null and why into `error`.
void *onednn_create(const Request *request, char *error, int64_t size) {
  auto *chain = new Chain;
  try {
    build(*request, *chain);
    return chain;
  } catch (const std::exception &problem) {
    std::snprintf(error, size, "%s", problem.what());
  }
  delete chain;
  return nullptr;
}

void onednn_destroy(void *chain) { delete static_cast<Chain *>(chain); }

const char *onednn_implementation(void *chain) {
  return static_cast<Chain *>(chain)->implementation.c_str();
}

/// Seconds of `calls` executions.
double onednn_run(void *opaque, int64_t calls) {
  auto *chain = static_cast<Chain *>(opaque);
  auto begin = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < calls; ++i) {
    for (auto &step : chain->steps)
      step.first.execute(order(), step.second);
    order().wait();
  }
  auto end = std::chrono::steady_clock::now();
  return std::chrono::duration<double>(end - begin).count();
}

const char *onednn_version() {
  static char text[160];
  const dnnl_version_t *it = dnnl_version();
  const char *runtime = it->cpu_runtime == DNNL_RUNTIME_OMP    ? "OpenMP"
                        : it->cpu_runtime == DNNL_RUNTIME_SYCL ? "SYCL"
                        : it->cpu_runtime == DNNL_RUNTIME_TBB  ? "TBB"
                                                               : "other";
  std::snprintf(text, sizeof(text), "%d.%d.%d, %s runtime", it->major,
                it->minor, it->patch, runtime);
  return text;
}

} // extern "C"
