/* Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
 * Calls both kernels with every tail length, on heap blocks of the exact
 * size, which AddressSanitizer guards. */
#include "norms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5, COLUMNS = 129, STRIDE = COLUMNS + 3 };

static void *filled(size_t bytes) {
  void *memory = malloc(bytes);
  memset(memory, 0x3f, bytes); /* about 0.75 as f32 and as bf16 */
  return memory;
}

static void require_ok(int status, int columns) {
  if (status != BNC_OK) {
    printf("status %d at %d columns\n", status, columns);
    exit(1);
  }
}

int main(void) {
  int calls = 0, c;
  for (c = 1; c <= COLUMNS; ++c) {
    float *x = filled(((ROWS - 1) * STRIDE + c) * sizeof(float));
    float *weight = filled(c * sizeof(float)), *mean = filled(c * 4);
    bnc_bf16 *x16 = filled(ROWS * c * 2), *y = filled(ROWS * c * 2);
    size_t size = batch_norm_columns_workspace_size(ROWS, c);
    void *workspace = filled(size);
    require_ok(layer_norm_rows(NULL, ROWS, c, x, STRIDE, weight, y), c);
    require_ok(batch_norm_columns(NULL, ROWS, c, x16, y, mean, workspace, size),
               c);
    calls += 2;
    free(x), free(weight), free(mean), free(x16), free(y), free(workspace);
  }
  printf("%d calls\n", calls);
  return 0;
}
