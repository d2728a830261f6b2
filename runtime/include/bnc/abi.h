/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * The types a generated kernel and its caller share. Every generated header
 * carries the block below word for word, so this file is needed only by
 * programs that use the runtime without a generated header. */
#ifndef BNC_ABI_1
#define BNC_ABI_1
#include <stddef.h>
#include <stdint.h>

typedef uint16_t bnc_bf16;
typedef uint16_t bnc_f16;
typedef uint8_t bnc_f8e4m3;

/* What a kernel returns: 0, one of these, or a positive code of the callback.
 */
enum bnc_status {
  BNC_OK = 0,
  BNC_NULL_ARGUMENT = -1,     /* a pointer is NULL and has elements */
  BNC_NEGATIVE_EXTENT = -2,   /* an extent or stride is below zero */
  BNC_EXTENT_OVERFLOW = -3,   /* a tensor has more than 2^63 - 1 bytes */
  BNC_FORBIDDEN_OVERLAP = -4, /* an output overlaps another argument */
  BNC_WORKSPACE_TOO_SMALL =
      -5,                   /* workspace missing or below f_workspace_size */
  BNC_UNSUPPORTED_CPU = -6, /* no variant for this processor and limits */
  BNC_COUNT_TOO_SMALL = -7, /* unbiased running variance of one element */
  BNC_INDIVISIBLE_EXTENT =
      -8,                    /* a dynamic extent is no multiple of its split */
  BNC_BAD_CONTEXT = -9,      /* ctx->size or ctx->max_isa is unknown */
  BNC_CALLBACK_FAILED = -10, /* a callback returned a negative code */
  BNC_BAD_ENVIRONMENT = -11  /* BNC_MAX_ISA names no instruction set */
};

/* Instruction sets for bnc_context.max_isa and BNC_MAX_ISA, best last. */
enum bnc_isa {
  BNC_ISA_BEST = 0,
  BNC_ISA_X86_64_V2 = 2,
  BNC_ISA_X86_64_V3 = 3,
  BNC_ISA_X86_64_V4 = 4,
  BNC_ISA_X86_64_V4_BF16 = 5, /* with AVX512-BF16 */
  BNC_ISA_X86_64_V4_FP16 = 6  /* with AVX512-BF16 and AVX512-FP16 */
};

/* How to run. Zero a context, set size = sizeof(bnc_context), then what you
 * need. Used during the call only. NULL means serial, best instruction set. */
typedef struct bnc_context {
  size_t size;
  /* Calls task(arg, i) once for each i in [0, n), on any threads in any order,
   * and returns when all are done: 0, or an error code that the kernel passes
   * on. Tasks never wait for each other. Must not throw or longjmp. */
  int (*parallel_for)(void *user, int64_t n, void (*task)(void *arg, int64_t i),
                      void *arg);
  void *user;        /* first argument of the callbacks */
  int32_t threads;   /* how many threads parallel_for has; below 2: serial */
  int32_t max_isa;   /* enum bnc_isa */
  int32_t *argument; /* if set, receives the index of the argument at fault */
  /* Sums data[0..n) over all ranks, in place; 0 or an error code. */
  int (*allreduce)(void *user, double *data, int64_t n);
  void *stream; /* GPU stream */
} bnc_context;

/* One argument as f_metadata() describes it. */
typedef struct bnc_argument_info {
  const char *name; /* C parameter name */
  const char *kind; /* "extent", "input", "output", "inout", "stride", "scalar",
                       "workspace", "workspace_size" */
  const char
      *dtype;   /* "f64", "f32", "f16", "bf16", "i64"; "" for the workspace */
  int32_t rank; /* of a tensor, else 0 */
  const int64_t *extents;  /* rank of them, -1 where dynamic */
  const char *const *dims; /* rank names */
} bnc_argument_info;

typedef struct bnc_metadata {
  size_t size;           /* sizeof(bnc_metadata) of the generator */
  int32_t abi;           /* 1 */
  const char *name;      /* of the function */
  const char *target;    /* of the generated code; several: with commas */
  int32_t num_arguments; /* without ctx */
  const bnc_argument_info *arguments;
  const char *json; /* plan, schedule and bytes moved, as the JSON sidecar */
} bnc_metadata;
#endif /* BNC_ABI_1 */
