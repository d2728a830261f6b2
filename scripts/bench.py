# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""bench.py BNC CASES [PATTERN]: times the cases of a JSON file whose names match
PATTERN on one thread, and prints a Markdown table: the kernel, the limit of its
case in the same run, the bar, and how often the naive pipeline is slower."""

import json
import re
import statistics
import subprocess
import sys

RUNS = 5


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def measure(bnc, case):
    """The median of RUNS processes: how memory is laid out differs in each."""
    spec = run([bnc, "new", *case["spec"].split()])
    extents = [f"--extent={k}={v}" for k, v in case.get("extents", {}).items()]
    command = [bnc, "bench", "-", "--json", "--naive", "--threads=1", *extents]
    results = [json.loads(run(command, spec))[0] for _ in range(RUNS)]
    middle = statistics.median_low(r["fraction_of_limit"] for r in results)
    return next(r for r in results if r["fraction_of_limit"] == middle)


def main():
    bnc, cases = sys.argv[1:3]
    pattern = sys.argv[3] if len(sys.argv) > 3 else ""
    print("| case | us | GB/s | limit, us | of the limit | bar | naive takes |")
    print("|---|---|---|---|---|---|---|")
    for case in json.load(open(cases)):
        if not re.search(pattern, case["name"]):
            continue
        result = measure(bnc, case)
        print(
            f"| {case['name']} | {result['seconds'] * 1e6:.0f} "
            f"| {result['gb_per_second']:.1f} "
            f"| {result['limit_seconds'] * 1e6:.0f} "
            f"| {result['fraction_of_limit']:.2f} | {case['bar']} "
            f"| {result['naive_seconds'] / result['seconds']:.1f} times |",
            flush=True,
        )


main()
