# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""The benchmark suite: bnc's kernels beside the limit of the memory and the
libraries people use. `./dev bench` runs it; docs/Speed.md says how."""
