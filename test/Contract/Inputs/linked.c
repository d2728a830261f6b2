/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Two libraries in one C99 program: results, and every error of the contract
 * that a compiled kernel can meet, none of which may touch an output. */
#include "norms.h"
#include "other.h"

#include "expect.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 300, COLUMNS = 129 };

static float x[ROWS * COLUMNS], y[ROWS * COLUMNS], untouched[ROWS * COLUMNS];
static float weight[COLUMNS], run_mean[COLUMNS], run_var[COLUMNS];

static int calls, refuses;

static int parallel_for(void *user, int64_t n, void (*task)(void *, int64_t),
                        void *arg) {
  int64_t i;
  EXPECT(user == x);
  ++calls;
  if (refuses != 0)
    return refuses;
  for (i = n - 1; i >= 0; --i)
    task(arg, i);
  return 0;
}

static int is_untouched(void) { return memcmp(y, untouched, sizeof(y)) == 0; }

static void test_layer_norm(void) {
  EXPECT(ln(NULL, ROWS, COLUMNS, x, weight, y) == BNC_OK);
  expect_normalized(x, y, ROWS, COLUMNS, COLUMNS, 1, weight);
}

static void test_errors(void) {
  int32_t argument = 77;
  bnc_context ctx;
  memset(&ctx, 0, sizeof(ctx));
  ctx.size = sizeof(ctx);
  ctx.argument = &argument;
  memcpy(y, untouched, sizeof(y));
  EXPECT(ln(&ctx, -1, COLUMNS, x, weight, y) == BNC_NEGATIVE_EXTENT);
  EXPECT(argument == 0);
  EXPECT(ln(&ctx, INT64_MAX, 2, x, weight, y) == BNC_EXTENT_OVERFLOW);
  EXPECT(argument == 2);
  EXPECT(ln(&ctx, ROWS, COLUMNS, NULL, weight, y) == BNC_NULL_ARGUMENT);
  EXPECT(argument == 2);
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, NULL) == BNC_NULL_ARGUMENT);
  EXPECT(argument == 4);
  EXPECT(ln(&ctx, ROWS - 1, COLUMNS, y, weight, y + 1) ==
         BNC_FORBIDDEN_OVERLAP);
  EXPECT(argument == 4);
  ctx.max_isa = BNC_ISA_X86_64_V2;
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, y) == BNC_UNSUPPORTED_CPU);
  EXPECT(argument == -1);
  ctx.max_isa = 99;
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, y) == BNC_BAD_CONTEXT);
  ctx.max_isa = 0;
  ctx.size = 1;
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, y) == BNC_BAD_CONTEXT);
  EXPECT(is_untouched());
  /* No rows: nothing to point to. */
  EXPECT(ln(NULL, 0, COLUMNS, NULL, weight, NULL) == BNC_OK);
}

static void test_callbacks(void) {
  bnc_context ctx;
  memset(&ctx, 0, sizeof(ctx));
  ctx.size = sizeof(ctx);
  ctx.parallel_for = parallel_for;
  ctx.user = x;
  ctx.threads = 2;
  ln(NULL, ROWS, COLUMNS, x, weight, untouched);
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, y) == BNC_OK);
  EXPECT(calls == 1);
  EXPECT(is_untouched()); /* the same bits as from one thread */
  /* Below 128 KiB it is not called. */
  EXPECT(ln(&ctx, 100, COLUMNS, x, weight, y) == BNC_OK);
  EXPECT(calls == 1);
  refuses = 42;
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, y) == 42);
  refuses = -3;
  EXPECT(ln(&ctx, ROWS, COLUMNS, x, weight, y) == BNC_CALLBACK_FAILED);
  refuses = 0;
}

static void test_workspace(void) {
  size_t size = bn_workspace_size(ROWS, COLUMNS);
  char *workspace = malloc(size);
  float kept[COLUMNS];
  int c;
  memcpy(kept, run_mean, sizeof(kept));
  memcpy(y, untouched, sizeof(y));
  EXPECT(size > 0);
  EXPECT(bn(NULL, ROWS, COLUMNS, x, COLUMNS, run_mean, run_var, y, 0.1F, 1e-5F,
            NULL, 0) == BNC_WORKSPACE_TOO_SMALL);
  EXPECT(bn(NULL, ROWS, COLUMNS, x, COLUMNS, run_mean, run_var, y, 0.1F, 1e-5F,
            workspace, size - 1) == BNC_WORKSPACE_TOO_SMALL);
  EXPECT(bn(NULL, ROWS, COLUMNS, x, COLUMNS, run_mean, run_var, y, 0.1F, 1e-5F,
            y, size) == BNC_FORBIDDEN_OVERLAP);
  EXPECT(bn(NULL, 1, COLUMNS, x, COLUMNS, run_mean, run_var, y, 0.1F, 1e-5F,
            workspace, size) == BNC_COUNT_TOO_SMALL);
  EXPECT(is_untouched());
  EXPECT(memcmp(kept, run_mean, sizeof(kept)) == 0);
  EXPECT(bn(NULL, ROWS, COLUMNS, x, COLUMNS, run_mean, run_var, y, 0.1F, 1e-5F,
            workspace, size) == BNC_OK);
  for (c = 0; c < COLUMNS; ++c) {
    double mean = 0, wanted;
    int r;
    for (r = 0; r < ROWS; ++r)
      mean += x[r * COLUMNS + c] / (double)ROWS;
    wanted = 0.9 * kept[c] + 0.1 * mean;
    EXPECT(fabs(run_mean[c] - wanted) <= 1e-6 * (1 + fabs(wanted)));
  }
  free(workspace);
}

static void test_other_library(void) {
  static bnc_bf16 in[3 * 100], out[3 * 100];
  int i;
  for (i = 0; i < 300; ++i)
    in[i] = i % 2 ? 0x4000 : 0xC000; /* 2 and -2 */
  EXPECT(rms(NULL, 3, in, weight, out) == BNC_OK);
  for (i = 0; i < 300; ++i) {
    uint32_t bits = (uint32_t)out[i] << 16;
    float value;
    memcpy(&value, &bits, sizeof(value));
    EXPECT(fabs(value - (i % 2 ? 1 : -1) * weight[i % 100]) <= 0.02);
  }
}

int main(void) {
  int i;
  for (i = 0; i < ROWS * COLUMNS; ++i) {
    x[i] = (float)((i * 7919L) % 1000) / 100 - 4;
    untouched[i] = y[i] = 1234;
  }
  for (i = 0; i < COLUMNS; ++i) {
    weight[i] = 1 + (float)i / COLUMNS;
    run_mean[i] = (float)i;
    run_var[i] = 1;
  }
  test_layer_norm();
  test_errors();
  test_callbacks();
  memcpy(y, untouched, sizeof(y));
  test_workspace();
  test_other_library();
  EXPECT(strcmp(ln_metadata()->name, "ln") == 0);
  EXPECT(ln_metadata()->num_arguments == 5);
  EXPECT(strcmp(rms_metadata()->name, "rms") == 0);
  return failures != 0;
}
