/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Fills and reads tensors of four types, in plain C. */
#define _POSIX_C_SOURCE 200112L
#include "Arguments.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *bnc_bench_allocate(size_t bytes) {
  void *memory = NULL;
  return posix_memalign(&memory, 4096, bytes ? bytes : 1) == 0 ? memory : NULL;
}

void bnc_bench_free(void *memory) { free(memory); }

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

/* Of a value that f16 holds exactly as a normal number, or 0. */
static uint16_t to_f16(float value) {
  uint32_t bits = bits_of(value);
  if (value == 0)
    return 0;
  return (uint16_t)((bits >> 16 & 0x8000) |
                    (((bits >> 23 & 0xff) - 127 + 15) << 10) |
                    (bits >> 13 & 0x3ff));
}

static double from_f16(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
  double magnitude = exponent == 0 ? ldexp(fraction, -24)
                                   : ldexp(1024 + fraction, exponent - 15 - 10);
  if (exponent == 31)
    magnitude = fraction ? (double)NAN : (double)INFINITY;
  return bits & 0x8000 ? -magnitude : magnitude;
}

static double from_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof(value));
  return value;
}

/* Scrambled enough that neither rows nor channels repeat each other. */
static uint32_t scramble(uint64_t i) {
  i = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
  return (uint32_t)(i >> 40);
}

void bnc_bench_fill(void *memory, bnc_bench_type type, size_t count, int seed,
                    int positive) {
  uint64_t start = (uint64_t)seed << 40;
  size_t i;
  for (i = 0; i < count; ++i) {
    uint32_t drawn = scramble(start + i);
    float value = positive ? 0.5f + (float)(drawn & 127) / 128
                           : ((float)(drawn & 255) - 128) / 64;
    switch (type) {
    case BNC_BENCH_F32:
      ((float *)memory)[i] = value;
      break;
    case BNC_BENCH_BF16:
      ((uint16_t *)memory)[i] = (uint16_t)(bits_of(value) >> 16);
      break;
    case BNC_BENCH_F16:
      ((uint16_t *)memory)[i] = to_f16(value);
      break;
    case BNC_BENCH_F64:
      ((double *)memory)[i] = value;
      break;
    }
  }
}

void bnc_bench_sample(const void *memory, bnc_bench_type type, size_t count,
                      double *values, size_t samples) {
  size_t i;
  for (i = 0; i < samples && count != 0; ++i) {
    size_t at = scramble(i) % count;
    switch (type) {
    case BNC_BENCH_F32:
      values[i] = ((const float *)memory)[at];
      break;
    case BNC_BENCH_BF16:
      values[i] = from_bf16(((const uint16_t *)memory)[at]);
      break;
    case BNC_BENCH_F16:
      values[i] = from_f16(((const uint16_t *)memory)[at]);
      break;
    case BNC_BENCH_F64:
      values[i] = ((const double *)memory)[at];
      break;
    }
  }
}
