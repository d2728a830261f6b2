# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""One file per library."""
