# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Compares what compiled functions load and store with `bnc explain --json`.

Usage: compare-accesses.py EXPLAINED.json COUNTED {least,most}

COUNTED has lines "function argument loaded stored" in bytes. Tensors over all
of a kernel must be loaded as often as explained, parameters within the bounds,
and every result stored once. What is left of a row past its loops LLVM may keep
in registers from one sweep to the next: that much less may be loaded.
"""

import collections
import json
import sys

KEPT_IN_REGISTERS = 0.02


def read_counts(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            function, argument, loaded, stored = line.split()
            yield (function, argument), (int(loaded), int(stored))


def main():
    explained, counted, kind = sys.argv[1:]
    counts = dict(read_counts(counted))
    loads = collections.defaultdict(lambda: [0, 0])
    stores = collections.Counter()
    with open(explained, encoding="utf-8") as file:
        functions = json.load(file)
    for function in functions:
        for kernel in function["kernels"]:
            whole = max(read["bytes"] for read in kernel["reads"])
            for read in kernel["reads"]:
                bounds = [read["least_accesses"], read["most_accesses"]]
                if read["bytes"] == whole:
                    bounds = [read[kind + "_accesses"]] * 2
                least_most = loads[function["function"], read["name"]]
                for i in range(2):
                    least_most[i] += read["bytes"] * bounds[i]
            for write in kernel["writes"]:
                key = function["function"], write["name"]
                stores[key] += write["bytes"] * write["most_accesses"]
    failed = False
    for key, (loaded, stored) in counts.items():
        least, most = loads[key]
        if not least * (1 - KEPT_IN_REGISTERS) <= loaded <= most or stored != stores[key]:
            failed = True
            print(
                f"{'.'.join(key)}: loads {loaded} bytes, explained as {least} "
                f"to {most}; stores {stored}, explained as {stores[key]}"
            )
    if set(counts) != set(loads) | set(stores):
        failed = True
        print("not the same arguments:", set(counts) ^ (set(loads) | set(stores)))
    print(f"{len(counts)} arguments compared")
    return failed


if __name__ == "__main__":
    sys.exit(main())
