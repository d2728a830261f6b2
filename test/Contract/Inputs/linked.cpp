// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The headers of two libraries in a C++11 program, and the runtime's pool.
#include "norms.h"
#include "other.h"

#include "bnc/runtime.h"

#include <cmath>
#include <vector>

int main() {
  const int64_t rows = 2000, columns = 33;
  std::vector<float> x(rows * columns), serial(x.size()), pooled(x.size());
  std::vector<float> weight(columns, 1.0f);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = std::sin(static_cast<float>(i));
  if (ln(nullptr, rows, columns, x.data(), weight.data(), serial.data()) !=
      BNC_OK)
    return 1;
  bnc_context ctx;
  bnc_context_init(&ctx);
  bnc_pool *pool = bnc_pool_create(3);
  if (!pool)
    return 2;
  bnc_pool_context(pool, &ctx);
  if (ln(&ctx, rows, columns, x.data(), weight.data(), pooled.data()) != BNC_OK)
    return 3;
  bnc_pool_destroy(pool);
  return serial == pooled && rms_metadata()->abi == 1 ? 0 : 4;
}
