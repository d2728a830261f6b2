// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The recipes: random inputs, and those that some library was seen to fail on.

#include "bnc/Check/Inputs.h"

#include <cmath>
#include <limits>

using namespace bnc;

using Normal = llvm::function_ref<double()>;

static double randn(int64_t, int64_t, Normal normal) { return normal(); }

static constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
static constexpr double infinity = std::numeric_limits<double>::infinity();

/// Behind each comment: what the input is known to break.
static const InputKind kinds[] = {
    {"randn", randn, 1e-5, 0, /*random=*/true},
    {"1 + 3 randn",
     [](int64_t, int64_t, Normal normal) { return 1 + 3 * normal(); }, 1e-5, 0,
     /*random=*/true},
    // A mean that no float holds.
    {"{1e7, 1e7 + 1}", [](int64_t p, int64_t, Normal) { return 1e7 + p % 2; }},
    // mean / deviation of 1e7: one pass, and Welford's.
    {"1e6 + 0.1 randn",
     [](int64_t, int64_t, Normal normal) { return 1e6 + 0.1 * normal(); }},
    // E[x^2] - E[x]^2, negative by rounding: NaN.
    {"constant 1234", [](int64_t, int64_t, Normal) { return 1234.0; }},
    {"constant 0.1", [](int64_t, int64_t, Normal) { return 0.1; }},
    {"constant 1e10", [](int64_t, int64_t, Normal) { return 1e10; }},
    {"40000..40003",
     [](int64_t p, int64_t, Normal) { return 40000.0 + p % 4; }},
    {"2000 + randn",
     [](int64_t, int64_t, Normal normal) { return 2000 + normal(); }},
    {"100 + 0.01 randn",
     [](int64_t, int64_t, Normal normal) { return 100 + 0.01 * normal(); }},
    {"1e4 + 0.5 randn",
     [](int64_t, int64_t, Normal normal) { return 1e4 + 0.5 * normal(); }},
    {"5e4 + 0.5 randn",
     [](int64_t, int64_t, Normal normal) { return 5e4 + 0.5 * normal(); }},
    {"1e5 + randn",
     [](int64_t, int64_t, Normal normal) { return 1e5 + normal(); }},
    {"-15.94 + 0.05 randn",
     [](int64_t, int64_t, Normal normal) { return -15.94 + 0.05 * normal(); }},
    // The float variance overflows.
    {"1e30 randn",
     [](int64_t, int64_t, Normal normal) { return 1e30 * normal(); }},
    // A shift by the first element.
    {"x0 = 1e4, rest randn",
     [](int64_t p, int64_t, Normal normal) { return p ? normal() : 1e4; }},
    {"x0 = 1e4, rest 100 + 0.01 randn",
     [](int64_t p, int64_t, Normal normal) {
       return p ? 100 + 0.01 * normal() : 1e4;
     }},
    // One float mean: 33 ulp of bf16.
    {"one 258, rest 256",
     [](int64_t p, int64_t, Normal) { return p ? 256.0 : 258.0; }},
    {"ramp", [](int64_t p, int64_t, Normal) { return double(p); }},
    {"lognormal",
     [](int64_t, int64_t, Normal normal) { return std::exp(normal()); }},
    {"zeros", [](int64_t, int64_t, Normal) { return 0.0; }},
    // Squares that underflow; subnormal in f32 and bf16, and in f16.
    {"1e-39 randn",
     [](int64_t, int64_t, Normal normal) { return 1e-39 * normal(); }},
    {"1e-6 randn",
     [](int64_t, int64_t, Normal normal) { return 1e-6 * normal(); }},
    // Sums that overflow f16.
    {"65504 and 65472",
     [](int64_t p, int64_t, Normal) { return p % 2 ? 65472.0 : 65504.0; }},
    {"NaN in one row", randn, 1e-5, NaN},
    {"infinity in one row", randn, 1e-5, infinity},
    {"randn, eps 0", randn, 0},
    // Squares that underflow where nothing hides it.
    {"1e-25 randn, eps 0",
     [](int64_t, int64_t, Normal normal) { return 1e-25 * normal(); }, 0},
    {"constant 3, eps 0", [](int64_t, int64_t, Normal) { return 3.0; }, 0},
    // Below minus the variance: NaN, and not garbage.
    {"randn, eps -100", randn, -100},
};

llvm::ArrayRef<InputKind> bnc::getInputKinds() { return kinds; }
