# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev bench: the cases of bench/cases.json, those whose name matches
# the argument if there is one, beside the memory limit.

build bnc
python3 scripts/bench.py build/bin/bnc bench/cases.json "$@"
