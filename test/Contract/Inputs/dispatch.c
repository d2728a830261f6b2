/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Calls one library of several targets under every limit, beside libraries of
 * one target each. What BNC_MAX_ISA allows is read from the environment; with
 * the argument "unknown" or "unsupported" every call has to fail. */
#include "norms.h"

#include "expect.h"

#include "bnc/runtime.h"

#include <stdlib.h>
#include <string.h>

/* Vectors of every width have a tail here, and sum in another order. */
enum { ROWS = 37, COLUMNS = 1003 };

#define DECLARE(target)                                                        \
  int ln_##target(const bnc_context *, int64_t, int64_t, const float *,        \
                  const float *, float *);                                     \
  int bn_##target(const bnc_context *, int64_t, int64_t, const float *,        \
                  int64_t, float *, float *, float *, float, float, void *,    \
                  size_t);                                                     \
  int narrow_##target(const bnc_context *, int64_t, const float *,             \
                      bnc_bf16 *);                                             \
  size_t bn_workspace_size_##target(int64_t, int64_t);
DECLARE(x86_64_v2)
DECLARE(x86_64_v3)
DECLARE(x86_64_v4)
DECLARE(x86_64_v4_bf16)
DECLARE(x86_64_v4_fp16)

typedef int ln_function(const bnc_context *, int64_t, int64_t, const float *,
                        const float *, float *);
typedef int bn_function(const bnc_context *, int64_t, int64_t, const float *,
                        int64_t, float *, float *, float *, float, float,
                        void *, size_t);
typedef int narrow_function(const bnc_context *, int64_t, const float *,
                            bnc_bf16 *);

/* The library of one target, worst first. */
static const struct {
  int32_t isa;
  ln_function *ln;
  bn_function *bn;
  narrow_function *narrow;
  size_t (*workspace_size)(int64_t, int64_t);
} alone[] = {
    {BNC_ISA_X86_64_V2, ln_x86_64_v2, bn_x86_64_v2, narrow_x86_64_v2,
     bn_workspace_size_x86_64_v2},
    {BNC_ISA_X86_64_V3, ln_x86_64_v3, bn_x86_64_v3, narrow_x86_64_v3,
     bn_workspace_size_x86_64_v3},
    {BNC_ISA_X86_64_V4, ln_x86_64_v4, bn_x86_64_v4, narrow_x86_64_v4,
     bn_workspace_size_x86_64_v4},
    {BNC_ISA_X86_64_V4_BF16, ln_x86_64_v4_bf16, bn_x86_64_v4_bf16,
     narrow_x86_64_v4_bf16, bn_workspace_size_x86_64_v4_bf16},
    {BNC_ISA_X86_64_V4_FP16, ln_x86_64_v4_fp16, bn_x86_64_v4_fp16,
     narrow_x86_64_v4_fp16, bn_workspace_size_x86_64_v4_fp16},
};
enum { ALONE = sizeof(alone) / sizeof(alone[0]) };

static float x[ROWS * COLUMNS], y[ROWS * COLUMNS], weight[COLUMNS];
/* Of each library alone. */
static float wanted_ln[ALONE][ROWS * COLUMNS];
static float wanted_bn[ALONE][ROWS * COLUMNS];
static bnc_bf16 wanted_narrow[ALONE][COLUMNS];
/* Normal numbers and subnormal ones of bf16. */
static float wide[COLUMNS];
static void *workspace;
static size_t workspace_size;

static int call_bn(bn_function *bn_of, const bnc_context *ctx, float *out,
                   size_t size) {
  float mean[COLUMNS], var[COLUMNS];
  memset(mean, 0, sizeof(mean));
  memset(var, 0, sizeof(var));
  return bn_of(ctx, ROWS, COLUMNS, x, COLUMNS, mean, var, out, 0.1F, 1e-5F,
               workspace, size);
}

/* What the calls return with `ctx`, and that they wrote what library `index`
 * alone writes; nothing if -1. */
static void check_calls(const bnc_context *ctx, int status, int index) {
  static float untouched[ROWS * COLUMNS];
  memset(untouched, 0x7f, sizeof(untouched));
  memcpy(y, untouched, sizeof(y));
  EXPECT(ln(ctx, ROWS, COLUMNS, x, weight, y) == status);
  EXPECT(memcmp(y, index < 0 ? untouched : wanted_ln[index], sizeof(y)) == 0);
  memcpy(y, untouched, sizeof(y));
  EXPECT(call_bn(bn, ctx, y, workspace_size) == status);
  EXPECT(memcmp(y, index < 0 ? untouched : wanted_bn[index], sizeof(y)) == 0);
  memcpy(y, untouched, sizeof(y));
  EXPECT(narrow(ctx, COLUMNS, wide, (bnc_bf16 *)y) == status);
  EXPECT(memcmp(y, index < 0 ? (const void *)untouched : wanted_narrow[index],
                sizeof(wanted_narrow[0])) == 0);
}

/* Index of the best library of what runs here and `limit` allows. */
static int choose(int limit) {
  bnc_cpu_facts facts;
  int i, best = -1;
  bnc_get_cpu_facts(&facts);
  for (i = 0; i < ALONE; ++i)
    if (alone[i].isa <= facts.isa &&
        (limit == BNC_ISA_BEST || alone[i].isa <= limit))
      best = i;
  return best;
}

static void prepare(int limit) {
  size_t most = 0;
  int i, k, best = choose(limit);
  for (i = 0; i < ROWS * COLUMNS; ++i)
    x[i] = (float)sin(i * 1.7) * 3 + (float)(i % 11) / 7;
  for (i = 0; i < COLUMNS; ++i)
    weight[i] = 1 + (float)cos(i) / 3;
  for (i = 0; i < COLUMNS; ++i)
    wide[i] = i % 2 ? x[i] : 1e-39F * x[i];
  /* The workspace is enough for any of them, and no more than one needs. */
  for (i = 0; i < ALONE; ++i)
    if (alone[i].workspace_size(ROWS, COLUMNS) > most)
      most = alone[i].workspace_size(ROWS, COLUMNS);
  workspace_size = bn_workspace_size(ROWS, COLUMNS);
  EXPECT(workspace_size > 0 && workspace_size <= most);
  workspace = malloc(most);
  EXPECT(workspace != NULL);
  /* BNC_MAX_ISA holds for them as well. */
  for (i = 0; i < ALONE; ++i) {
    if (i > best) {
      EXPECT(alone[i].ln(NULL, ROWS, COLUMNS, x, weight, y) ==
             BNC_UNSUPPORTED_CPU);
      continue;
    }
    EXPECT(alone[i].ln(NULL, ROWS, COLUMNS, x, weight, wanted_ln[i]) == BNC_OK);
    EXPECT(call_bn(alone[i].bn, NULL, wanted_bn[i], most) == BNC_OK);
    EXPECT(alone[i].narrow(NULL, COLUMNS, wide, wanted_narrow[i]) == BNC_OK);
    expect_normalized(x, wanted_ln[i], ROWS, COLUMNS, COLUMNS, 1, weight);
    expect_normalized(x, wanted_bn[i], COLUMNS, 1, ROWS, COLUMNS, NULL);
  }
  /* What tells two libraries apart: the order of a row's sum, by the width of
   * vectors, and that the instruction for bf16 makes subnormal numbers zero.
   * Nothing here has other bits with AVX512-FP16. */
  for (i = 1; i <= best && alone[i].isa <= BNC_ISA_X86_64_V4_BF16; ++i)
    for (k = 0; k < i; ++k)
      EXPECT(memcmp(wanted_ln[i], wanted_ln[k], sizeof(y)) != 0 ||
             memcmp(wanted_narrow[i], wanted_narrow[k],
                    sizeof(wanted_narrow[0])) != 0);
}

static int find_limit(void) {
  const char *text = getenv("BNC_MAX_ISA");
  return text != NULL && *text != '\0' ? bnc_isa_from_name(text) : BNC_ISA_BEST;
}

int main(int argc, char **argv) {
  bnc_context ctx;
  int32_t argument = 77;
  int limit = find_limit(), status = BNC_OK, isa;
  if (argc > 1)
    status = strcmp(argv[1], "unknown") == 0 ? BNC_BAD_ENVIRONMENT
                                             : BNC_UNSUPPORTED_CPU;
  bnc_context_init(&ctx);
  ctx.argument = &argument;
  if (status != BNC_OK) {
    workspace_size = bn_workspace_size(ROWS, COLUMNS);
    workspace = malloc(workspace_size);
    check_calls(NULL, status, -1);
    check_calls(&ctx, status, -1);
    EXPECT(argument == -1);
    return failures != 0;
  }
  prepare(limit);
  check_calls(NULL, BNC_OK, choose(limit));
  for (isa = BNC_ISA_X86_64_V4_FP16; isa >= BNC_ISA_X86_64_V2; --isa) {
    int both = limit != BNC_ISA_BEST && limit < isa ? limit : isa;
    ctx.max_isa = isa;
    check_calls(&ctx, BNC_OK, choose(both));
  }
  /* The limit of one call is not that of the next. */
  ctx.max_isa = BNC_ISA_BEST;
  check_calls(&ctx, BNC_OK, choose(limit));
  EXPECT(argument == 77);
  ctx.max_isa = BNC_ISA_X86_64_V4_FP16 + 1;
  check_calls(&ctx, BNC_BAD_CONTEXT, -1);
  ctx.max_isa = 1;
  check_calls(&ctx, BNC_BAD_CONTEXT, -1);
  EXPECT(argument == -1);
  free(workspace);
  return failures != 0;
}
