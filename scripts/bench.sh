# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev bench: every example against the memory limit.

build bnc
for spec in examples/*.mlir; do
  build/bin/bnc bench "$spec" "$@"
done
