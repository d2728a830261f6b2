/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Runs the kernel of add_rms_norm.mlir on real rows, compares every element
 * with the same formula in f64, and times it against the memory limit. */
#define _POSIX_C_SOURCE 200112L
#include "Limits.h"
#include "norms.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 4096, COLUMNS = 4096, RUNS = 15 };

static float from_bf16(bnc_bf16 x) {
  uint32_t bits = (uint32_t)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* To the nearest, ties to even; x is finite. */
static bnc_bf16 to_bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (bnc_bf16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* About normally distributed, the same on every run. */
static float draw(uint64_t *state) {
  float sum = 0;
  int i;
  for (i = 0; i < 4; ++i) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    sum += (float)(*state >> 40) / (1 << 24) - 0.5f;
  }
  return sum * 1.7f;
}

static void *allocate(size_t bytes) {
  void *memory;
  if (posix_memalign(&memory, 4096, bytes) != 0) {
    fprintf(stderr, "demo: out of memory\n");
    exit(1);
  }
  memset(memory, 0, bytes);
  return memory;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Distance of got from the f64 result, as a fraction of what docs/Numerics.md
 * allows: half an ulp of bf16 and 5 ulp of f32. */
static double error_fraction(bnc_bf16 got, double expected) {
  int exponent;
  double ulp, error = fabs((double)from_bf16(got) - expected);
  frexp(expected, &exponent);
  ulp = ldexp(1.0, exponent - 8); /* of bf16; 2^-16 of it is one of f32 */
  return error / (0.5 * ulp + 5 * ldexp(ulp, -16));
}

/* The worst error_fraction of row i of y; counts rows of the sum that are not
 * what x + residual rounds to. */
static double check_row(const bnc_bf16 *x, const bnc_bf16 *residual,
                        const float *weight, const bnc_bf16 *y,
                        const bnc_bf16 *sum, int *wrong_sums) {
  double squares = 0, rstd, worst = 0;
  int c;
  for (c = 0; c < COLUMNS; ++c) {
    float s = from_bf16(x[c]) + from_bf16(residual[c]);
    squares += (double)s * s;
    *wrong_sums += sum[c] != to_bf16(s);
  }
  rstd = 1 / sqrt(squares / COLUMNS + (double)1.0e-6f);
  for (c = 0; c < COLUMNS; ++c) {
    float s = from_bf16(x[c]) + from_bf16(residual[c]);
    double fraction = error_fraction(y[c], s * rstd * weight[c]);
    if (!(fraction <= worst))
      worst = fraction;
  }
  return worst;
}

int main(void) {
  size_t elements = (size_t)ROWS * COLUMNS, bytes = elements * 2, i;
  bnc_bf16 *x = allocate(bytes), *residual = allocate(bytes);
  bnc_bf16 *y = allocate(bytes), *before = allocate(bytes);
  float *weight = allocate(COLUMNS * sizeof(float));
  double worst = 0, best = DBL_MAX, limit = DBL_MAX, moved;
  int wrong_sums = 0, status, run, stores;
  uint64_t state = 1;

  for (i = 0; i < elements; ++i) {
    x[i] = to_bf16(draw(&state));
    before[i] = residual[i] = to_bf16(8 * draw(&state));
  }
  for (i = 0; i < COLUMNS; ++i)
    weight[i] = 1 + 0.1f * draw(&state);

  /* One call. Without a context it is serial; residual becomes the sum. */
  status = add_rms_norm(NULL, ROWS, x, residual, weight, y);
  if (status != BNC_OK) {
    fprintf(stderr, "demo: add_rms_norm returned %d\n", status);
    return 1;
  }
  for (i = 0; i < ROWS; ++i) {
    size_t at = i * COLUMNS;
    double fraction = check_row(x + at, before + at, weight, y + at,
                                residual + at, &wrong_sums);
    if (!(fraction <= worst))
      worst = fraction;
  }
  printf("%d rows of %d: y within %.2f of the error bound, %d wrong sums: %s\n",
         ROWS, COLUMNS, worst, wrong_sums,
         worst <= 1 && wrong_sums == 0 ? "correct" : "WRONG");

  /* Kernel and limit take turns, so both see the same machine. */
  {
    bnc_limit_stream inputs[3], outputs[2];
    bnc_limit_case traffic = {0};
    inputs[0].data = x, inputs[1].data = outputs[0].data = residual;
    inputs[2].data = weight, outputs[1].data = y;
    inputs[0].bytes = inputs[1].bytes = bytes;
    outputs[0].bytes = outputs[1].bytes = bytes;
    inputs[2].bytes = COLUMNS * sizeof(float);
    inputs[0].passes = inputs[1].passes = 1;
    outputs[0].passes = outputs[1].passes = 1;
    inputs[2].passes = ROWS;
    traffic.inputs = inputs, traffic.num_inputs = 3;
    traffic.outputs = outputs, traffic.num_outputs = 2;
    for (run = 0; run < RUNS; ++run) {
      double time;
      memcpy(residual, before, bytes);
      time = seconds();
      add_rms_norm(NULL, ROWS, x, residual, weight, y);
      time = seconds() - time;
      best = time < best ? time : best;
      for (stores = BNC_LIMIT_PLAIN; stores < BNC_LIMIT_KINDS; ++stores) {
        time = bnc_limit_seconds(&traffic, (bnc_limit_stores)stores);
        limit = time < limit ? time : limit;
      }
    }
  }
  moved = 4.0 * (double)bytes;
  printf(
      "one thread: %.2f ms, %.1f GB/s, %.2f of the memory limit (%.1f GB/s)\n",
      best * 1e3, moved / best * 1e-9, limit / best, moved / limit * 1e-9);
  return worst <= 1 && wrong_sums == 0 ? 0 : 1;
}
