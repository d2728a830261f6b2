/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * What the memory of this machine allows: loops that only read and write. */
#ifndef BNC_BENCH_LIMITS_H
#define BNC_BENCH_LIMITS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Inputs and outputs of a case at most. */
enum { BNC_LIMIT_STREAMS = 64 };

/* Memory that a loop reads or writes from its begin to its end, whole cache
 * lines only. `passes` is how often that happens in one run: 1, or the number
 * of rows for parameters that every row reads again. */
typedef struct bnc_limit_stream {
  void *data;
  size_t bytes;
  size_t passes;
} bnc_limit_stream;

/* The memory traffic of a kernel. All streams advance side by side, each in
 * proportion to its length; outputs may be inputs as well (in place).
 *
 * `units` is 0 where every input is read once. Otherwise the streams are cut
 * into that many equal units, and the inputs of a unit are read once more
 * before the loop goes over it: the read of a statistic that is needed before
 * the first output. */
typedef struct bnc_limit_case {
  const bnc_limit_stream *inputs;
  size_t num_inputs;
  const bnc_limit_stream *outputs;
  size_t num_outputs;
  size_t units;
} bnc_limit_case;

typedef enum bnc_limit_stores {
  BNC_LIMIT_PLAIN,
  BNC_LIMIT_NONTEMPORAL,
  BNC_LIMIT_NONTEMPORAL_PREFETCH, /* of the inputs, some lines ahead */
  /* A line of every stream in turn, where the others take some at a time. */
  BNC_LIMIT_NONTEMPORAL_LINES,
  BNC_LIMIT_NONTEMPORAL_LINES_PREFETCH, /* far ahead */
  /* A line of both halves of every stream; what is read first is prefetched. A
   * case with streams for more than half of BNC_LIMIT_STREAMS is not halved. */
  BNC_LIMIT_NONTEMPORAL_HALVES,
  BNC_LIMIT_KINDS
} bnc_limit_stores;

/* Part number `part` of `parts` of a stream or of a number. */
bnc_limit_stream bnc_limit_cut(bnc_limit_stream stream, size_t part,
                               size_t parts);
size_t bnc_limit_share(size_t whole, size_t part, size_t parts);

/* Runs the loop once with the widest vectors of this machine and returns the
 * seconds it took. Overwrites the outputs. */
double bnc_limit_seconds(const bnc_limit_case *traffic,
                         bnc_limit_stores stores);

#ifdef __cplusplus
}
#endif

#endif /* BNC_BENCH_LIMITS_H */
