// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=WITHOUT
// RUN: bnc new layer_norm --shape=?x4096 | bnc - --target=sapphirerapids --emit=schedule -o - | FileCheck %s --check-prefix=WITH

// RUN: bnc new layer_norm --shape=?x1024 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=SHORT

// RUN: bnc new layer_norm --dtype=bf16 --shape=?x4096 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=NARROW
// RUN: bnc new layer_norm --shape=?x8193 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=LONG
// RUN: bnc new batch_norm_training --shape=32x64x56x56 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PLANES
// RUN: bnc new instance_norm --shape=1x64x256x256 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PLANES
// RUN: bnc new instance_norm --shape=1x64x512x512 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=LARGE

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

// RUN: bnc new batch_norm_inference --shape=?x64x8x8 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x128 | bnc - --target=znver5 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x8x8x64 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new batch_norm_inference --layout=nhwc --dtype=bf16 --shape=?x8x8x40 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new batch_norm_inference --layout=nhwc --shape=?x8x8x72 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x8x8x? | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new group_norm --layout=nhwc --dtype=bf16 --shape=?x8x8x64 --groups=4 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=PARTS
// RUN: bnc new batch_norm_training --layout=nhwc --shape=?x8x8x63 | bnc - --target=znver4 --emit=schedule -o - | FileCheck %s --check-prefix=FOUR

// Past the caches two parts of the pixels or planes are streams that the hardware
// follows; four where a vector of f32 parameters crosses lines and few whole vectors
// are no turn.
// PARTS: <min_bytes = 15728640, rows = 2, prefetch = {{[01]}}, nontemporal = true, write_ahead = 4096{{(, turn = 1)?}}>>
// FOUR: <min_bytes = 15728640, rows = 4, prefetch = 1, nontemporal = true, write_ahead = 4096, turn = 1>>
