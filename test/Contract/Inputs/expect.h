/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Expectations of the C programs that call compiled kernels. */
#ifndef BNC_TEST_CONTRACT_EXPECT_H
#define BNC_TEST_CONTRACT_EXPECT_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static int failures;

static void expect(int holds, const char *file, int line) {
  if (!holds) {
    printf("%s:%d\n", file, line);
    ++failures;
  }
}
#define EXPECT(condition) expect(condition, __FILE__, __LINE__)

/* Each of `groups` groups of `count` elements of `out` is that of `x` less its
 * mean, over its standard deviation (eps 1e-5), times weight[i] of element i
 * (NULL: 1). Groups begin `group_stride` elements apart, elements `stride`. */
static void expect_normalized(const float *x, const float *out, int64_t groups,
                              int64_t group_stride, int64_t count,
                              int64_t stride, const float *weight) {
  int64_t g, i;
  for (g = 0; g < groups; ++g, x += group_stride, out += group_stride) {
    double mean = 0, var = 0;
    for (i = 0; i < count; ++i)
      mean += x[i * stride] / (double)count;
    for (i = 0; i < count; ++i)
      var += pow(x[i * stride] - mean, 2) / (double)count;
    for (i = 0; i < count; ++i) {
      double wanted = (x[i * stride] - mean) / sqrt(var + 1e-5) *
                      (weight == NULL ? 1 : weight[i]);
      EXPECT(fabs(out[i * stride] - wanted) <= 1e-6 * (1 + fabs(wanted)));
    }
  }
}

#endif /* BNC_TEST_CONTRACT_EXPECT_H */
