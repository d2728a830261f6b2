// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=WITHOUT
// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=sapphirerapids --emit=schedule -o - | FileCheck %s --check-prefix=WITH

// RUN: bnc new layer_norm --shape=?x1024 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SHORT

// RUN: bnc new layer_norm --dtype=bf16 --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=NARROW
// RUN: bnc new layer_norm --shape=?x8193 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=LONG
// RUN: bnc new batch_norm_training --shape=32x64x56x56 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PLANES
// RUN: bnc new instance_norm --shape=1x64x256x256 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PLANES
// RUN: bnc new instance_norm --shape=1x64x512x512 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=LARGE
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x144 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=LAST
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x128 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=FIRST
// RUN: bnc new batch_norm_inference --shape=?x64x8x8 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=FIRST

// The next row is prefetched where the target's row says that it pays; elsewhere
// long rows in memory read ahead, and rows of up to 32 KiB what follows them while
// outputs are written. With a parameter a channel it is the next channel or group,
// if that is less than L2.
// WITHOUT: #norm.cpu_schedule<<{{.*}}prefetch = 0{{[^>]*}}>, <{{.*}}prefetch = 0{{.*}}read_ahead = 4096, map_ahead = 32768, write_ahead = 4096>
// SHORT: #norm.cpu_schedule<{{.*}}prefetch = 0{{.*}}prefetch = 0
// SHORT-NOT: read_ahead
// SHORT-SAME: map_ahead = 32768
// WITH: #norm.cpu_schedule<{{.*}}prefetch = 1{{.*}}prefetch = 1
// WITH-NOT: read_ahead
// WITH-NOT: map_ahead
// NARROW: #norm.cpu_schedule<<{{.*}}prefetch = 0{{[^>]*}}>, <{{.*}}prefetch = 0{{.*}}read_ahead = 4096, map_ahead = 32768, write_ahead = 4096>
// LONG: prefetch = 0, nontemporal = true, read_ahead = 4096, write_ahead
// PLANES: #norm.cpu_schedule<<{{.*}}prefetch = 0{{[^>]*}}>, <{{.*}}prefetch = 1, nontemporal = true, {{.*}}write_ahead
// LARGE: prefetch = 0, nontemporal = true,

// RUN: bnc new batch_norm_inference --shape=?x64x8x8 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=UNTIL
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x128 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=UNTIL
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x8x8x128 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=ALWAYS

// One stream is read ahead too where the target says so, of an elementwise kernel up
// to eight times its share of the last level.
// UNTIL: <min_bytes = 15728640, rows = 1, {{[^>]*}}read_ahead = 8192, {{[^>]*}}>, <min_bytes = 125829120, rows = 1, prefetch = 0, nontemporal = true, write_ahead = 4096>>
// ALWAYS: <min_bytes = 15728640, rows = 1, {{[^>]*}}read_ahead = 8192, {{[^>]*}}>>

// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x8x8x64 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SHARE
// RUN: bnc new group_norm --layout=nhwc --dtype=bf16 --shape=?x8x8x64 --groups=4 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=TWO
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x8x8x40 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x8x8x63 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=STREAMS
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x72 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=ALONE
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x8x8x? | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=DYNAMIC
// RUN: bnc new batch_norm_inference --shape=?x?x8x? | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=FIRST

// Outputs read ahead where parameters are loaded along with the data, of pixels
// of more than 512 bytes.
// LAST: #norm.cpu_schedule<<min_bytes = 0, rows = 1, prefetch = 0{{[^>]*}}>, <min_bytes = 15728640, rows = 1, prefetch = 0{{.*}}read_ahead = 8192, write_ahead = 4096>
// FIRST-NOT: read_ahead

// Pixels of 16 bits share parameters past the caches too, and others where a
// vector of parameters crosses lines: each fetches the block after.
// SHARE: #norm.cpu_schedule<<min_bytes = 0, rows = 4, {{[^>]*}}>, <min_bytes = 15728640, rows = 4, {{[^>]*}}read_ahead = 16384, {{[^>]*}}>, <min_bytes = 62914560, rows = 1, {{[^>]*}}read_ahead = 8192,
// TWO: #norm.cpu_schedule<<min_bytes = 0, rows = 4, {{[^>]*}}>, <min_bytes = 15728640, rows = 2, {{[^>]*}}read_ahead = 16384, {{[^>]*}}>>
// STREAMS: #norm.cpu_schedule<<min_bytes = 0, rows = 2, {{[^>]*}}>, <min_bytes = 15728640, rows = 4, {{[^>]*}}read_ahead = 16384, {{[^>]*}}>>
// ALONE: #norm.cpu_schedule<<min_bytes = 0, rows = 2, {{[^>]*}}>, <min_bytes = 15728640, rows = 1,
// DYNAMIC: #norm.cpu_schedule<<min_bytes = 0, rows = 1, {{[^>]*}}>, <min_bytes = 15728640, rows = 4, {{[^>]*}}read_ahead = 16384, {{[^>]*}}>>
