// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=WITHOUT
// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=sapphirerapids --emit=schedule -o - | FileCheck %s --check-prefix=WITH

// RUN: bnc new layer_norm --shape=?x1024 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SHORT

// RUN: bnc new layer_norm --dtype=bf16 --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=NARROW
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x64 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=LAST
// RUN: bnc new batch_norm_inference --shape=?x64x8x8 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=FIRST

// The next row is prefetched where the target's row says that it pays; elsewhere
// long rows in memory read ahead, and fetch the next row where they are of 16
// bits.
// WITHOUT: #norm.cpu_schedule<<{{.*}}prefetch = 0{{[^>]*}}>, <{{.*}}prefetch = 0{{.*}}read_ahead = 4096, write_ahead = 4096>
// SHORT: #norm.cpu_schedule<{{.*}}prefetch = 0{{.*}}prefetch = 0
// SHORT-NOT: read_ahead
// WITH: #norm.cpu_schedule<{{.*}}prefetch = 1{{.*}}prefetch = 1
// WITH-NOT: read_ahead
// NARROW: #norm.cpu_schedule<<{{.*}}prefetch = 0{{[^>]*}}>, <{{.*}}prefetch = 1{{.*}}read_ahead = 4096, write_ahead = 4096>

// Outputs read ahead where parameters are loaded along with the data.
// LAST: #norm.cpu_schedule<<{{.*}}prefetch = 0{{[^>]*}}>, <{{.*}}prefetch = 0{{.*}}read_ahead = 8192, write_ahead = 4096>
// FIRST-NOT: read_ahead
