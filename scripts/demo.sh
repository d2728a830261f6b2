# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev demo: a spec becomes a library, the library a program.

build bnc bnc_limits
out=build/demo
mkdir -p "$out"

# show COMMAND...: prints a command and runs it.
show() {
  echo "\$ $*"
  "$@"
}

show build/bin/bnc examples/add_rms_norm.mlir -o "$out/norms"
show cat "$out/norms.h"
show cc -O2 -std=c99 -I "$out" -I bench examples/demo.c "$out/norms.a" \
  build/lib/libbnc_limits.a -lm -o "$out/demo"
show "$out/demo"
