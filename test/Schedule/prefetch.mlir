// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=WITHOUT
// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=sapphirerapids --emit=schedule -o - | FileCheck %s --check-prefix=WITH

// RUN: bnc new layer_norm --shape=?x1024 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SHORT

// The next row is prefetched where the target's row says that it pays, and from
// memory where it is long.
// WITHOUT: #norm.cpu_schedule<{{.*}}prefetch = 0{{.*}}prefetch = 1
// SHORT: #norm.cpu_schedule<{{.*}}prefetch = 0{{.*}}prefetch = 0
// WITH: #norm.cpu_schedule<{{.*}}prefetch = 1{{.*}}prefetch = 1
