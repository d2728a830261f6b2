/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Facts about the processor, from cpuid and sysfs. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "bnc/runtime.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

static int has_bits(unsigned value, unsigned bits) {
  return (value & bits) == bits;
}

/* Features of the x86-64 levels: ecx and extended ecx, then leaf 7's ebx. */
enum {
  v2_ecx = bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 |
           bit_POPCNT,
  v3_ecx = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C,
  v3_ebx = bit_BMI | bit_AVX2 | bit_BMI2,
  v3_extended_ecx = bit_LZCNT,
  /* XCR0 bits the system sets if it saves xmm and ymm, also masks and zmm. */
  ymm_state = 0x6,
  zmm_state = 0xe6
};
static const unsigned v4_ebx =
    bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;

static int detect_isa(void) {
  unsigned eax, ebx, ecx, edx;
  unsigned extended = 0, structured = 0, structured_edx = 0, subleaf = 0;
  if (!__get_cpuid(0x80000001, &eax, &ebx, &extended, &edx))
    extended = 0;
  if (!__get_cpuid_count(7, 0, &eax, &structured, &ecx, &structured_edx))
    structured = structured_edx = 0;
  if (!__get_cpuid_count(7, 1, &subleaf, &ebx, &ecx, &edx))
    subleaf = 0;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !has_bits(ecx, v2_ecx))
    return -1;
  if (!has_bits(ecx, v3_ecx) || !has_bits(structured, v3_ebx) ||
      !has_bits(extended, v3_extended_ecx))
    return BNC_ISA_X86_64_V2;
  unsigned state, high;
  __asm__("xgetbv" : "=a"(state), "=d"(high) : "c"(0));
  if (!has_bits(state, ymm_state))
    return BNC_ISA_X86_64_V2;
  if (!has_bits(structured, v4_ebx) || !has_bits(state, zmm_state))
    return BNC_ISA_X86_64_V3;
  if (!has_bits(subleaf, bit_AVX512BF16))
    return BNC_ISA_X86_64_V4;
  return has_bits(structured_edx, bit_AVX512FP16) ? BNC_ISA_X86_64_V4_FP16
                                                  : BNC_ISA_X86_64_V4_BF16;
}

/* The brand string is in three leaves of 16 characters. */
static void read_name(char name[64]) {
  unsigned registers[12];
  for (unsigned i = 0; i < 3; ++i) {
    unsigned *at = registers + 4 * i;
    if (!__get_cpuid(0x80000002 + i, at, at + 1, at + 2, at + 3))
      return;
  }
  memcpy(name, registers, sizeof(registers));
}
#else
static int detect_isa(void) { return -1; }
static void read_name(char name[64]) { (void)name; }
#endif

/* Reads one line of a file of cache `index`; 0 if there is none. */
static int read_line(int index, const char *file, char *line, int size) {
  char path[96];
  snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/%s",
           index, file);
  FILE *stream = fopen(path, "r");
  if (!stream)
    return 0;
  int found = fgets(line, size, stream) != NULL;
  fclose(stream);
  return found;
}

static void read_caches(bnc_cpu_facts *facts) {
  char level[16], type[32], size[32];
  for (int i = 0; read_line(i, "level", level, sizeof(level)) &&
                  read_line(i, "type", type, sizeof(type)) &&
                  read_line(i, "size", size, sizeof(size));
       ++i) {
    long long amount;
    char unit = 0;
    if (sscanf(size, "%lld%c", &amount, &unit) < 1)
      continue;
    int64_t bytes = amount * (unit == 'K' ? 1024 : unit == 'M' ? 1048576 : 1);
    if (level[0] == '1' && type[0] == 'D')
      facts->l1_data = bytes;
    else if (level[0] == '2')
      facts->l2 = bytes;
    else if (level[0] == '3')
      facts->l3 = bytes;
  }
}

void bnc_get_cpu_facts(bnc_cpu_facts *facts) {
  memset(facts, 0, sizeof(*facts));
  facts->size = sizeof(*facts);
  facts->isa = detect_isa();
  cpu_set_t set;
  facts->processors =
      sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  read_caches(facts);
  read_name(facts->name);
}
