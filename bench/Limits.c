/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Cuts streams into tiles and times the loops over them. */
#define _POSIX_C_SOURCE 199309L
#include "Limits.h"
#include "Clock.h"

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LINE ((size_t)64)
/* Bytes of the longest stream per tile, and how far ahead inputs are
 * prefetched. Measured on copies of 8 KiB to 128 MiB with tiles of 512, 1024
 * and 4096 bytes: on a Zen 4 this one is, at 192 KiB and more, as fast as a
 * copy loop unrolled by hand, or up to a quarter faster. On a Zen 5 it is from
 * 32 MiB on up to twice as slow as one line in turn. */
#define TILE ((size_t)1024)
#define LONG_TILE ((size_t)8192) /* where lines alternate */
#define PREFETCH_AHEAD ((size_t)512)
#define FAR_AHEAD ((size_t)16384)
#define FIRST_AHEAD ((size_t)8192) /* of what is read first, in halves */

/* Where a stream is. Tile t is lines t * lines / tiles and on, kept up
 * without a division: `base` lines each, and one more per overflow of
 * `credit`. */
typedef struct limit_cursor {
  const char *data;
  size_t bytes, position;
  size_t base, extra, credit, tiles;
} limit_cursor;

typedef struct limit_loop {
  limit_cursor streams[BNC_LIMIT_STREAMS]; /* inputs, then outputs */
  limit_cursor first_reads[BNC_LIMIT_STREAMS];
  size_t num_inputs, num_streams;
  size_t tiles, units;
  bnc_limit_stores stores;
  int read_first;
  char sink[64] __attribute__((aligned(64)));
} limit_loop;

/* Bytes of the next tile. */
static inline size_t next_tile(limit_cursor *cursor) {
  size_t lines = cursor->base;
  cursor->credit += cursor->extra;
  if (cursor->credit >= cursor->tiles) {
    cursor->credit -= cursor->tiles;
    ++lines;
  }
  return lines * LINE;
}

/* Bytes at *p that lie together, of the *turn that are left of a tile. */
static inline size_t next_piece(limit_cursor *cursor, size_t *turn,
                                const char **p) {
  size_t left = cursor->bytes - cursor->position;
  size_t bytes = *turn < left ? *turn : left;
  *p = cursor->data + cursor->position;
  *turn -= bytes;
  cursor->position = bytes == left ? 0 : cursor->position + bytes;
  return bytes;
}

/* What a stream has in a tile, up to its end. */
typedef struct limit_piece {
  const char *begin;
  size_t bytes;
} limit_piece;

/* Keeps the pieces of more than `bytes`, and returns how many. */
static inline size_t drop_done(limit_piece *pieces, size_t count,
                               size_t bytes) {
  size_t kept = 0, i;
  for (i = 0; i < count; ++i)
    if (pieces[i].bytes > bytes)
      pieces[kept++] = pieces[i];
  return kept;
}

/* The bytes of the shortest piece, or `least` if that is less. */
static inline size_t shortest(const limit_piece *pieces, size_t count,
                              size_t least) {
  size_t i;
  for (i = 0; i < count; ++i)
    if (pieces[i].bytes < least)
      least = pieces[i].bytes;
  return least;
}

#define TARGET __attribute__((target("avx512f")))
#define NAME(x) x##_avx512
#define VECTOR __m512i
#define LOAD(p) _mm512_load_si512((const void *)(p))
#define OR _mm512_or_si512
#define STORE(p, v) _mm512_store_si512((void *)(p), v)
#define STREAM(p, v) _mm512_stream_si512((void *)(p), v)
#include "LimitLoops.inc"

#define TARGET __attribute__((target("avx2")))
#define NAME(x) x##_avx2
#define VECTOR __m256i
#define LOAD(p) _mm256_load_si256((const __m256i *)(p))
#define OR _mm256_or_si256
#define STORE(p, v) _mm256_store_si256((__m256i *)(p), v)
#define STREAM(p, v) _mm256_stream_si256((__m256i *)(p), v)
#include "LimitLoops.inc"

#define TARGET
#define NAME(x) x##_sse2
#define VECTOR __m128i
#define LOAD(p) _mm_load_si128((const __m128i *)(p))
#define OR _mm_or_si128
#define STORE(p, v) _mm_store_si128((__m128i *)(p), v)
#define STREAM(p, v) _mm_stream_si128((__m128i *)(p), v)
#include "LimitLoops.inc"

/* The whole cache lines of a stream. */
static limit_cursor whole_lines(const bnc_limit_stream *stream) {
  uintptr_t begin = ((uintptr_t)stream->data + LINE - 1) & ~(LINE - 1);
  uintptr_t end = ((uintptr_t)stream->data + stream->bytes) & ~(LINE - 1);
  limit_cursor cursor;
  memset(&cursor, 0, sizeof(cursor));
  cursor.data = (const char *)begin;
  cursor.bytes = end > begin ? end - begin : 0;
  return cursor;
}

size_t bnc_limit_share(size_t whole, size_t part, size_t parts) {
  return whole * (part + 1) / parts - whole * part / parts;
}

bnc_limit_stream bnc_limit_cut(bnc_limit_stream stream, size_t part,
                               size_t parts) {
  if (stream.passes > 1) {
    stream.passes = bnc_limit_share(stream.passes, part, parts);
    return stream;
  }
  stream.data = (char *)stream.data + stream.bytes * part / parts;
  stream.bytes = bnc_limit_share(stream.bytes, part, parts);
  return stream;
}

/* Both halves of every stream, the first ones before the second ones. */
static void halve(const bnc_limit_stream *streams, size_t count,
                  bnc_limit_stream *halves) {
  size_t half, i;
  for (half = 0; half < 2; ++half)
    for (i = 0; i < count; ++i)
      halves[half * count + i] = bnc_limit_cut(streams[i], half, 2);
}

double bnc_limit_seconds(const bnc_limit_case *traffic,
                         bnc_limit_stores stores) {
  limit_loop loop;
  bnc_limit_stream halves[BNC_LIMIT_STREAMS];
  bnc_limit_case halved;
  size_t longest = 0, tile, i;
  double start;
  memset(&loop, 0, sizeof(loop));
  if (stores == BNC_LIMIT_NONTEMPORAL_HALVES &&
      2 * (traffic->num_inputs + traffic->num_outputs) <= BNC_LIMIT_STREAMS) {
    halve(traffic->inputs, traffic->num_inputs, halves);
    halve(traffic->outputs, traffic->num_outputs,
          halves + 2 * traffic->num_inputs);
    halved.inputs = halves;
    halved.num_inputs = 2 * traffic->num_inputs;
    halved.outputs = halves + 2 * traffic->num_inputs;
    halved.num_outputs = 2 * traffic->num_outputs;
    halved.units = (traffic->units + 1) / 2;
    traffic = &halved;
  }
  loop.num_inputs = traffic->num_inputs;
  loop.num_streams = traffic->num_inputs + traffic->num_outputs;
  if (loop.num_streams > BNC_LIMIT_STREAMS)
    return -1;
  for (i = 0; i < loop.num_streams; ++i) {
    const bnc_limit_stream *stream =
        i < loop.num_inputs ? &traffic->inputs[i]
                            : &traffic->outputs[i - loop.num_inputs];
    limit_cursor *cursor = &loop.streams[i];
    *cursor = whole_lines(stream);
    /* For now the lines of all passes; split into tiles below. */
    cursor->base = cursor->bytes / LINE * stream->passes;
    if (cursor->base > longest)
      longest = cursor->base;
  }
  tile = stores >= BNC_LIMIT_NONTEMPORAL_LINES ? LONG_TILE : TILE;
  loop.tiles = (longest * LINE + tile - 1) / tile;
  loop.read_first = traffic->units != 0;
  loop.units = loop.read_first ? traffic->units : 1;
  loop.stores = stores;
  for (i = 0; i < loop.num_streams && loop.tiles != 0; ++i) {
    limit_cursor *cursor = &loop.streams[i];
    size_t lines = cursor->bytes / LINE;
    cursor->tiles = loop.tiles;
    /* A parameter shorter than a tile is read once a tile: what is read again
     * right away is in registers. */
    if (cursor->base > lines * loop.tiles)
      cursor->base = lines * loop.tiles;
    cursor->extra = cursor->base % loop.tiles;
    cursor->base /= loop.tiles;
    loop.first_reads[i] = *cursor;
  }
  start = bnc_bench_now();
  if (__builtin_cpu_supports("avx512f"))
    run_avx512(&loop);
  else if (__builtin_cpu_supports("avx2"))
    run_avx2(&loop);
  else
    run_sse2(&loop);
  return bnc_bench_now() - start;
}
