/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Stands in for the runtime of AddressSanitizer: counts the bytes that the
 * functions of traffic.mlir load from and store to each of their arguments,
 * and prints them as "function argument loaded stored".
 * Usage: count-accesses MEAN, where MEAN is that of data which varies by 1. */
#include "traffic.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum Type { F64, F32, F16, BF16 };
enum { MAX_ARGUMENTS = 16, F16_EXPONENT_BIAS = 15, F16_FRACTION_BITS = 10 };

static struct Argument {
  const char *name;
  uintptr_t begin, end;
  size_t loaded, stored;
} arguments[MAX_ARGUMENTS];
static int count;
static double mean;

static struct Argument *find(uintptr_t address) {
  int i;
  for (i = 0; i < count; ++i)
    if (address >= arguments[i].begin && address < arguments[i].end)
      return &arguments[i];
  return NULL;
}

static void add_load(uintptr_t address, size_t bytes) {
  struct Argument *argument = find(address);
  if (argument)
    argument->loaded += bytes;
}

static void add_store(uintptr_t address, size_t bytes) {
  struct Argument *argument = find(address);
  if (argument)
    argument->stored += bytes;
}

#define HOOKS(bytes)                                                           \
  void __asan_load##bytes(uintptr_t address) { add_load(address, bytes); }     \
  void __asan_store##bytes(uintptr_t address) { add_store(address, bytes); }
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)
void __asan_loadN(uintptr_t address, size_t bytes) { add_load(address, bytes); }
void __asan_storeN(uintptr_t address, size_t bytes) {
  add_store(address, bytes);
}

static uint16_t round_to_f16(float value) {
  /* Of a positive value that f16 has exactly, without infinities. */
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if (bits == 0)
    return 0;
  return (uint16_t)((((bits >> 23) - 127 + F16_EXPONENT_BIAS)
                     << F16_FRACTION_BITS) |
                    (bits >> (23 - F16_FRACTION_BITS) &
                     ((1 << F16_FRACTION_BITS) - 1)));
}

static void set(void *data, size_t i, enum Type type, double value) {
  float single = (float)value;
  uint32_t bits;
  memcpy(&bits, &single, 4);
  switch (type) {
  case F64:
    ((double *)data)[i] = value;
    break;
  case F32:
    ((float *)data)[i] = single;
    break;
  case F16:
    ((uint16_t *)data)[i] = round_to_f16(single);
    break;
  case BF16:
    ((uint16_t *)data)[i] = (uint16_t)(bits >> 16);
    break;
  }
}

/* The bits of i, mixed until none of them follows another. */
static uint32_t mix(uint32_t i) {
  i = (i ^ i >> 16) * 0x85ebca6bu;
  i = (i ^ i >> 13) * 0xc2b2ae35u;
  return i ^ i >> 16;
}

/* An argument of `elements`: mean - 1 and mean + 1 without a period, in pairs
 * of both, so that no row or channel has a large mean of its own. */
static void *argument(const char *name, enum Type type, size_t elements) {
  static const size_t sizes[] = {8, 4, 2, 2};
  size_t bytes = elements * sizes[type], i;
  void *data = malloc(bytes);
  struct Argument added = {name, (uintptr_t)data, (uintptr_t)data + bytes, 0,
                           0};
  if (!data || count == MAX_ARGUMENTS)
    exit(1);
  for (i = 0; i < elements; ++i)
    set(data, i, type, mean + ((mix((uint32_t)i / 2) ^ i) & 1 ? 1 : -1));
  arguments[count++] = added;
  return data;
}

static void finish(const char *function, int status) {
  int i;
  if (status != BNC_OK) {
    printf("%s returned %d\n", function, status);
    exit(1);
  }
  for (i = 0; i < count; ++i) {
    printf("%s %s %zu %zu\n", function, arguments[i].name, arguments[i].loaded,
           arguments[i].stored);
    free((void *)arguments[i].begin);
  }
  count = 0;
}

#define IN(name, type, elements) argument(#name, type, elements)
#define RUN(function, ...) finish(#function, function(NULL, __VA_ARGS__))

/* The same of a function with a workspace. */
#define RUN_WITH_WORKSPACE(function, ...)                                      \
  do {                                                                         \
    size_t size = function##_workspace_size();                                 \
    void *workspace = malloc(size);                                            \
    RUN(function, __VA_ARGS__, workspace, size);                               \
    free(workspace);                                                           \
  } while (0)

int main(int argc, char **argv) {
  mean = argc > 1 ? atof(argv[1]) : 0;
  RUN(layer_norm_rows, IN(x, F32, 37 * 1000), IN(weight, F32, 1000),
      IN(bias, F32, 1000), IN(y, F32, 37 * 1000));
  RUN(short_rows, IN(x, F32, 40 * 12), IN(y, F32, 40 * 12));
  RUN(shortest_rows, IN(x, F32, 48 * 6), IN(y, F32, 48 * 6));
  RUN(add_rms_norm, IN(x, BF16, 9 * 4099), IN(residual, BF16, 9 * 4099),
      IN(weight, F32, 4099), IN(y, BF16, 9 * 4099), IN(sum, BF16, 9 * 4099));
  RUN(batch_norm_first, IN(x, F32, 3 * 5 * 17 * 15),
      IN(y, F32, 3 * 5 * 17 * 15), IN(mean, F32, 5));
  RUN_WITH_WORKSPACE(batch_norm_last, IN(x, F32, 2 * 17 * 15 * 40),
                     IN(weight, F32, 40), IN(bias, F32, 40),
                     IN(y, F32, 2 * 17 * 15 * 40));
  RUN(batch_norm_scales, IN(x, F16, 2 * 9 * 7 * 24), IN(mean, F32, 24),
      IN(variance, F32, 24), IN(y, F16, 2 * 9 * 7 * 24));
  RUN_WITH_WORKSPACE(group_norm_last, IN(x, BF16, 2 * 16 * 16 * 24),
                     IN(y, BF16, 2 * 16 * 16 * 24));
  RUN(short_planes_scale, IN(x, BF16, 16 * 32 * 49), IN(mean, F32, 32),
      IN(variance, F32, 32), IN(y, BF16, 16 * 32 * 49));
  RUN(short_planes, IN(x, F32, 16 * 32 * 36), IN(weight, F32, 32),
      IN(bias, F32, 32), IN(y, F32, 16 * 32 * 36));
  RUN(layer_norm_double, IN(x, F64, 5 * 300), IN(y, F64, 5 * 300));
  return 0;
}
