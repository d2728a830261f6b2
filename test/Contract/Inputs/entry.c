/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Every status of the entry, the argument at fault, and legal overlaps. The
 * functions are those of ../entry.mlir. */
#include "bnc/abi.h"

#include <stdio.h>
#include <string.h>

int bn(const bnc_context *ctx, int64_t n, int64_t c, const float *x,
       int64_t x_stride_n, float *run, float *y, int64_t y_stride_n, float eps,
       void *workspace, size_t workspace_size);
size_t bn_workspace_size(int64_t n, int64_t c);
const bnc_metadata *bn_metadata(void);
int inter(const bnc_context *ctx, int64_t b, int64_t h, int64_t s, int64_t d,
          const float *x, int64_t x_stride_b, int64_t x_stride_h,
          int64_t x_stride_s, float *y, int64_t y_stride_b, int64_t y_stride_h,
          int64_t y_stride_s);

/* The frame: ctx, then the parameters of bn. */
struct frame {
  const bnc_context *ctx;
  int64_t n, c;
  const float *x;
  int64_t x_stride_n;
  float *run, *y;
  int64_t y_stride_n;
  float eps;
  void *workspace;
  size_t workspace_size;
};
static struct frame last;
static int calls, body_result, failures;

int bn_body(struct frame *f) __asm__("bn.body");
int bn_body(struct frame *f) {
  ++calls;
  last = *f;
  return body_result;
}
int64_t bn_bytes(struct frame *f) __asm__("bn.workspace_bytes");
int64_t bn_bytes(struct frame *f) { return f->n * f->c * 8; }
int inter_body(void *f) __asm__("inter.body");
int inter_body(void *f) {
  (void)f;
  ++calls;
  return 0;
}

static bnc_context ctx;
static float buffer[4096];
static char scratch[8192];
static float *const x = buffer, *const y = buffer + 1024,
                    *const run = buffer + 2048;
enum { untouched = -99 };

static void expect(int line, int status, int argument, int got_status,
                   int got_argument) {
  if (got_status == status && got_argument == argument &&
      calls == (status >= 0))
    return;
  ++failures;
  printf("line %d: expected status %d of argument %d, but got %d of %d and %d "
         "calls of the body\n",
         line, status, argument, got_status, got_argument, calls);
}
static void require(int line, int holds) {
  if (!holds) {
    ++failures;
    printf("line %d: does not hold\n", line);
  }
}
#define REQUIRE(holds) require(__LINE__, holds)
#define CHECK(call, status, index)                                             \
  do {                                                                         \
    int32_t argument_ = untouched;                                             \
    int got_;                                                                  \
    ctx.argument = &argument_;                                                 \
    calls = 0;                                                                 \
    got_ = (call);                                                             \
    expect(__LINE__, status, index, got_, argument_);                          \
  } while (0)

static void check_frame(size_t size) {
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_OK, untouched);
  REQUIRE(last.ctx == &ctx && last.n == 4 && last.c == 8 && last.x == x);
  REQUIRE(last.x_stride_n == 8 && last.run == run && last.y == y);
  REQUIRE(last.y_stride_n == 8 && last.eps == 1 && last.workspace_size == size);
  /* The body's workspace is aligned and inside the caller's. */
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch + 1, size), BNC_OK,
        untouched);
  REQUIRE((uintptr_t)last.workspace % 64 == 0);
  REQUIRE((char *)last.workspace >= scratch + 1 &&
          (char *)last.workspace + 4 * 8 * 8 <= scratch + 1 + size);
}

static void check_extents(size_t size) {
  CHECK(bn(&ctx, -1, 8, x, 8, run, y, 8, 1, scratch, size), BNC_NEGATIVE_EXTENT,
        0);
  CHECK(bn(&ctx, 4, -8, x, 8, run, y, 8, 1, scratch, size), BNC_NEGATIVE_EXTENT,
        1);
  CHECK(bn(&ctx, 4, 8, x, -8, run, y, 8, 1, scratch, size), BNC_NEGATIVE_EXTENT,
        3);
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, -8, 1, scratch, size), BNC_NEGATIVE_EXTENT,
        6);
  CHECK(bn(&ctx, 4, 7, x, 8, run, y, 8, 1, scratch, size),
        BNC_INDIVISIBLE_EXTENT, 1);
  CHECK(bn(&ctx, 1, 8, x, 8, run, y, 8, 1, scratch, size), BNC_COUNT_TOO_SMALL,
        0);
  CHECK(bn(&ctx, (int64_t)1 << 40, (int64_t)1 << 40, x, (int64_t)1 << 40, run,
           y, (int64_t)1 << 40, 1, scratch, size),
        BNC_EXTENT_OVERFLOW, 2);
  CHECK(bn(&ctx, 4, 8, x, (int64_t)1 << 62, run, y, 8, 1, scratch, size),
        BNC_EXTENT_OVERFLOW, 2);
}

static void check_pointers(size_t size) {
  CHECK(bn(&ctx, 4, 8, NULL, 8, run, y, 8, 1, scratch, size), BNC_NULL_ARGUMENT,
        2);
  CHECK(bn(&ctx, 4, 8, x, 8, NULL, y, 8, 1, scratch, size), BNC_NULL_ARGUMENT,
        4);
  CHECK(bn(&ctx, 4, 8, x, 8, run, NULL, 8, 1, scratch, size), BNC_NULL_ARGUMENT,
        5);
  /* Without elements a tensor may be NULL. */
  CHECK(bn(&ctx, 0, 8, NULL, 8, run, NULL, 8, 1, NULL, 0), BNC_OK, untouched);
  CHECK(bn(&ctx, 4, 0, NULL, 8, NULL, NULL, 8, 1, NULL, 0), BNC_OK, untouched);
}

static void check_workspace(size_t size) {
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, NULL, size), BNC_WORKSPACE_TOO_SMALL,
        8);
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size - 1),
        BNC_WORKSPACE_TOO_SMALL, 9);
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, x + 16, size), BNC_FORBIDDEN_OVERLAP,
        8);
  REQUIRE(bn_workspace_size(0, 8) == 0);
  REQUIRE(bn_workspace_size(-1, 8) == SIZE_MAX);
  REQUIRE(bn_workspace_size((int64_t)1 << 40, (int64_t)1 << 40) == SIZE_MAX);
}

static void check_overlap(size_t size) {
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_OK, untouched);
  CHECK(bn(&ctx, 4, 8, x, 0, run, y, 8, 1, scratch, size), BNC_OK, untouched);
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 0, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 6);
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 7, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 6);
  CHECK(bn(&ctx, 4, 8, x, 8, run, x, 8, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 5);
  CHECK(bn(&ctx, 4, 8, x, 8, run, x + 31, 8, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 5);
  CHECK(bn(&ctx, 4, 8, x, 8, run, x + 32, 8, 1, scratch, size), BNC_OK,
        untouched);
  CHECK(bn(&ctx, 4, 8, x, 16, run, x + 8, 16, 1, scratch, size), BNC_OK,
        untouched);
  CHECK(bn(&ctx, 4, 8, x + 8, 16, run, x, 16, 1, scratch, size), BNC_OK,
        untouched);
  CHECK(bn(&ctx, 4, 8, x, 16, run, x + 7, 16, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 5);
  CHECK(bn(&ctx, 4, 8, x, 16, run, x + 9, 16, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 5);
  CHECK(bn(&ctx, 4, 8, x, 16, run, x + 8, 17, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 5);
  CHECK(bn(&ctx, 4, 8, x, 16, x, y, 16, 1, scratch, size),
        BNC_FORBIDDEN_OVERLAP, 4);
}

/* Axes b, s, h, d of a packed QKV: q, k and v lie side by side in rows of 24;
 * the spec names them b, h, s, d. */
static void check_interleaved(void) {
  CHECK(inter(&ctx, 2, 2, 3, 4, x, 72, 4, 24, x + 8, 72, 4, 24), BNC_OK,
        untouched);
  CHECK(inter(&ctx, 2, 2, 3, 4, x + 16, 72, 4, 24, x + 8, 72, 4, 24), BNC_OK,
        untouched);
  CHECK(inter(&ctx, 2, 2, 3, 4, x, 72, 4, 24, x + 7, 72, 4, 24),
        BNC_FORBIDDEN_OVERLAP, 8);
  CHECK(inter(&ctx, 1, 2, 3, 4, x, 0, 4, 24, x + 8, 0, 4, 24), BNC_OK,
        untouched);
  CHECK(inter(&ctx, 2, 2, 3, 4, x, 72, 4, 24, x + 4, 72, 4, 24),
        BNC_FORBIDDEN_OVERLAP, 8);
}

static void check_context(size_t size) {
  calls = 0;
  REQUIRE(bn(NULL, -1, 8, x, 8, run, y, 8, 1, scratch, size) ==
          BNC_NEGATIVE_EXTENT);
  REQUIRE(bn(NULL, 4, 8, x, 8, run, y, 8, 1, scratch, size) == BNC_OK);
  ctx.max_isa = 1;
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_BAD_CONTEXT, -1);
  ctx.max_isa = BNC_ISA_X86_64_V4_FP16 + 1;
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_BAD_CONTEXT, -1);
  ctx.max_isa = BNC_ISA_X86_64_V2;
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_UNSUPPORTED_CPU,
        -1);
  ctx.max_isa = BNC_ISA_X86_64_V3;
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_OK, untouched);
  ctx.max_isa = BNC_ISA_BEST;
  ctx.size = sizeof(ctx) - 1;
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), BNC_BAD_CONTEXT,
        untouched);
  ctx.size = sizeof(ctx);
}

static void check_callback_codes(size_t size) {
  body_result = 7;
  CHECK(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size), 7, untouched);
  body_result = -3;
  calls = 0;
  REQUIRE(bn(&ctx, 4, 8, x, 8, run, y, 8, 1, scratch, size) ==
          BNC_CALLBACK_FAILED);
  REQUIRE(calls == 1);
  body_result = 0;
}

static void check_metadata(void) {
  const bnc_metadata *metadata = bn_metadata();
  const bnc_argument_info *run_info = &metadata->arguments[4];
  REQUIRE(metadata->size == sizeof(bnc_metadata) && metadata->abi == 1);
  REQUIRE(strcmp(metadata->name, "bn") == 0);
  REQUIRE(strcmp(metadata->target, "x86-64-v3") == 0);
  REQUIRE(metadata->num_arguments == 10);
  REQUIRE(strcmp(run_info->name, "run") == 0);
  REQUIRE(strcmp(run_info->kind, "inout") == 0);
  REQUIRE(strcmp(run_info->dtype, "f32") == 0);
  REQUIRE(run_info->rank == 1 && run_info->extents[0] == -1);
  REQUIRE(strcmp(run_info->dims[0], "c") == 0);
  REQUIRE(strstr(metadata->json, "{\"bytes_read\":\"") != NULL);
}

int main(void) {
  size_t size = bn_workspace_size(4, 8);
  REQUIRE(size == 4 * 8 * 8 + 63);
  ctx.size = sizeof(ctx);
  check_frame(size);
  check_extents(size);
  check_pointers(size);
  check_workspace(size);
  check_overlap(size);
  check_interleaved();
  check_context(size);
  check_callback_codes(size);
  check_metadata();
  return failures != 0;
}
