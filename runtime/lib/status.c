/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Names of status codes and instruction sets. */
#include "bnc/runtime.h"

#include <string.h>

const char *bnc_status_string(int status) {
  if (status > 0)
    return "error of the caller's own callback";
  switch ((enum bnc_status)status) {
  case BNC_OK:
    return "success";
  case BNC_NULL_ARGUMENT:
    return "a pointer is NULL and its tensor has elements";
  case BNC_NEGATIVE_EXTENT:
    return "an extent or stride is negative";
  case BNC_EXTENT_OVERFLOW:
    return "a tensor has more bytes than 64 bits count";
  case BNC_FORBIDDEN_OVERLAP:
    return "an output overlaps another argument";
  case BNC_WORKSPACE_TOO_SMALL:
    return "the workspace is missing or too small";
  case BNC_UNSUPPORTED_CPU:
    return "the processor, max_isa or BNC_MAX_ISA lacks what the code was made "
           "for";
  case BNC_COUNT_TOO_SMALL:
    return "an unbiased variance needs more than one element";
  case BNC_INDIVISIBLE_EXTENT:
    return "an extent is no multiple of the number of its parts";
  case BNC_BAD_CONTEXT:
    return "ctx->size or ctx->max_isa is unknown";
  case BNC_CALLBACK_FAILED:
    return "a callback returned a negative code";
  case BNC_BAD_ENVIRONMENT:
    return "the environment variable BNC_MAX_ISA names no instruction set";
  }
  return "unknown status";
}

static const struct {
  int isa;
  const char *name;
} isa_names[] = {
    {BNC_ISA_BEST, "best"},
    {BNC_ISA_X86_64_V2, "x86-64-v2"},
    {BNC_ISA_X86_64_V3, "x86-64-v3"},
    {BNC_ISA_X86_64_V4, "x86-64-v4"},
    {BNC_ISA_X86_64_V4_BF16, "x86-64-v4-bf16"},
    {BNC_ISA_X86_64_V4_FP16, "x86-64-v4-fp16"},
};

const char *bnc_isa_name(int isa) {
  for (size_t i = 0; i < sizeof(isa_names) / sizeof(isa_names[0]); ++i)
    if (isa_names[i].isa == isa)
      return isa_names[i].name;
  return NULL;
}

int bnc_isa_from_name(const char *name) {
  for (size_t i = 0; i < sizeof(isa_names) / sizeof(isa_names[0]); ++i)
    if (strcmp(isa_names[i].name, name) == 0)
      return isa_names[i].isa;
  return -1;
}

void bnc_context_init(bnc_context *ctx) {
  memset(ctx, 0, sizeof(*ctx));
  ctx->size = sizeof(*ctx);
}
