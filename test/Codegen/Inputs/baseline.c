/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * f16 conversions and fma of f32, against libm and slow references. */
#include "baseline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* No multiple of any vector. */
enum { COUNT = 4099, ROUNDS = 500 };

static int failures;
static float a[COUNT], b[COUNT], c[COUNT], singles[COUNT];
static bnc_f16 halves[COUNT];
static uint64_t state = 1;

static uint32_t draw(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

static float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

static void fail(const char *what, uint32_t input, uint32_t got,
                 uint32_t wanted) {
  if (++failures < 20)
    printf("%s of %08x: %08x, not %08x\n", what, (unsigned)input, (unsigned)got,
           (unsigned)wanted);
}

/* By the definition of the format; NaNs become quiet and keep their payload. */
static float widen_slowly(bnc_f16 half) {
  int exponent = half >> 10 & 31, mantissa = half & 1023;
  double value =
      exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);
  uint32_t sign = (uint32_t)(half >> 15) << 31;
  if (exponent == 31)
    return float_of(sign | 0x7f800000u | (uint32_t)mantissa << 13 |
                    (mantissa ? 0x400000u : 0));
  return float_of(sign | bits_of((float)value));
}

static bnc_f16 narrow_slowly(float x) {
  uint32_t bits = bits_of(x);
  bnc_f16 sign = (bnc_f16)(bits >> 31 << 15);
  double magnitude = fabs((double)x), unit, count;
  int exponent;
  if (isnan(x))
    return (bnc_f16)(sign | 0x7e00u | (bits >> 13 & 0x3ffu));
  if (magnitude >= 65520)
    return (bnc_f16)(sign | 0x7c00u);
  /* The unit of the last place, and how many of them, to nearest even: the
   * bits of an f16 count them from its power of two on. */
  frexp(magnitude, &exponent);
  if (magnitude < ldexp(1, -14))
    return (bnc_f16)(sign + (uint32_t)rint(ldexp(magnitude, 24)));
  unit = ldexp(1, exponent - 11);
  count = rint(magnitude / unit) - 1024;
  return (bnc_f16)(sign + (uint32_t)(exponent + 14) * 1024 + (uint32_t)count);
}

static void test_widen(void) {
  uint32_t first;
  int i;
  for (first = 0; first < 65536; first += COUNT) {
    for (i = 0; i < COUNT; ++i)
      halves[i] = (bnc_f16)(first + (uint32_t)i);
    if (widen(NULL, COUNT, halves, singles) != BNC_OK)
      ++failures;
    for (i = 0; i < COUNT; ++i)
      if (bits_of(singles[i]) != bits_of(widen_slowly(halves[i])))
        fail("widen", halves[i], bits_of(singles[i]),
             bits_of(widen_slowly(halves[i])));
  }
}

static void check_narrow(void) {
  int i;
  if (narrow(NULL, COUNT, a, halves) != BNC_OK)
    ++failures;
  for (i = 0; i < COUNT; ++i)
    if (halves[i] != narrow_slowly(a[i]))
      fail("narrow", bits_of(a[i]), halves[i], narrow_slowly(a[i]));
}

static void test_narrow(void) {
  int half, step, side, used = 0, round, i;
  /* Every f16, the tie above it, and the f32 numbers next to both. */
  for (half = 0; half < 65536; ++half)
    for (side = 0; side < 2; ++side)
      for (step = -1; step <= 1; ++step) {
        float low = widen_slowly((bnc_f16)half);
        float high = widen_slowly((bnc_f16)(half + 1));
        if ((half & 0x7fff) == 0x7bff) /* as if there were one more */
          high = half & 0x8000 ? -65536.0F : 65536.0F;
        float at = side && !isnan(low + high) ? (low + high) / 2 : low;
        a[used] = float_of(bits_of(at) + (uint32_t)step);
        if (++used == COUNT) {
          check_narrow();
          used = 0;
        }
      }
  check_narrow();
  for (round = 0; round < ROUNDS; ++round) {
    for (i = 0; i < COUNT; ++i)
      a[i] = float_of(draw());
    check_narrow();
  }
}

/* A number with few bits set, so that sums and products come close to ties. */
static float draw_sparse(void) {
  uint32_t sign = draw() & 0x80000000u, exponent = 97 + draw() % 60;
  uint32_t mantissa = (1u << draw() % 23) ^ (1u << draw() % 23);
  if (draw() % 4 == 0)
    mantissa = 0x7fffffu ^ mantissa;
  return float_of(sign | exponent << 23 | mantissa);
}

static void test_fused(void) {
  int round, i;
  for (round = 0; round < ROUNDS; ++round) {
    for (i = 0; i < COUNT; ++i) {
      a[i] = round % 2 ? draw_sparse() : float_of(draw());
      b[i] = round % 2 ? draw_sparse() : float_of(draw());
      c[i] = round % 2 ? draw_sparse() : float_of(draw());
      /* The addend decides a tie of the product, or cancels it. */
      if (round % 4 == 1)
        c[i] = ldexpf(c[i], (int)(draw() % 80) - 60);
      if (round % 4 == 3)
        c[i] = -a[i] * b[i];
    }
    if (fused(NULL, COUNT, a, b, c, singles) != BNC_OK)
      ++failures;
    for (i = 0; i < COUNT; ++i) {
      float wanted = fmaf(a[i], b[i], c[i]);
      if (isnan(wanted) ? !isnan(singles[i])
                        : bits_of(singles[i]) != bits_of(wanted))
        fail("fused", bits_of(a[i]), bits_of(singles[i]), bits_of(wanted));
    }
  }
}

int main(void) {
  test_widen();
  test_narrow();
  test_fused();
  return failures != 0;
}
