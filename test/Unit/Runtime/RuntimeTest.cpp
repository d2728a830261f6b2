// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// Status strings, names and facts.

#include "bnc/runtime.h"

#include "gtest/gtest.h"

#include <set>
#include <string>

TEST(Status, EveryCodeHasItsOwnString) {
  std::set<std::string> strings;
  for (int status = BNC_BAD_ENVIRONMENT; status <= BNC_OK; ++status)
    strings.insert(bnc_status_string(status));
  EXPECT_EQ(strings.size(), 12u);
  EXPECT_EQ(strings.count("unknown status"), 0u);
  EXPECT_STREQ(bnc_status_string(-1000), "unknown status");
  EXPECT_STREQ(bnc_status_string(7), "error of the caller's own callback");
}

TEST(ISA, NamesGoBothWays) {
  for (int isa :
       {BNC_ISA_BEST, BNC_ISA_X86_64_V2, BNC_ISA_X86_64_V3, BNC_ISA_X86_64_V4,
        BNC_ISA_X86_64_V4_BF16, BNC_ISA_X86_64_V4_FP16})
    EXPECT_EQ(bnc_isa_from_name(bnc_isa_name(isa)), isa);
  EXPECT_EQ(bnc_isa_name(1), nullptr);
  EXPECT_EQ(bnc_isa_from_name("x86-64-v5"), -1);
}

TEST(Context, InitMakesASerialOne) {
  bnc_context context;
  bnc_context_init(&context);
  EXPECT_EQ(context.size, sizeof(bnc_context));
  EXPECT_EQ(context.parallel_for, nullptr);
  EXPECT_EQ(context.max_isa, BNC_ISA_BEST);
}

TEST(CPU, FactsAreFilled) {
  bnc_cpu_facts facts;
  bnc_get_cpu_facts(&facts);
  EXPECT_EQ(facts.size, sizeof(bnc_cpu_facts));
  EXPECT_GE(facts.processors, 1);
#if defined(__x86_64__)
  EXPECT_NE(bnc_isa_name(facts.isa), nullptr);
  EXPECT_EQ(facts.isa >= BNC_ISA_X86_64_V3,
            bool(__builtin_cpu_supports("x86-64-v3")));
  EXPECT_EQ(facts.isa >= BNC_ISA_X86_64_V4,
            bool(__builtin_cpu_supports("x86-64-v4")));
  EXPECT_EQ(facts.isa >= BNC_ISA_X86_64_V4_BF16,
            bool(__builtin_cpu_supports("avx512bf16")));
#endif
}
