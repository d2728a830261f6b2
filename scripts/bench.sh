# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev bench: the suite (bench/suite), or with --naive the cases of
# bench/cases.json beside the naive pipeline.

build bnc bnc_bench
if [[ ${1:-} == --naive ]]; then
  shift
  python3 scripts/bench.py build/bin/bnc bench/cases.json "$@"
else
  # shellcheck disable=SC2034  # set_up reads it
  # Where this cannot be had, the suite names the peers as missing.
  python3 -c 'import ensurepip' 2>/dev/null ||
    (PACKAGES=(python3-venv) && set_up) || true
  PYTHONPATH=bench python3 -m suite "$@"
fi
