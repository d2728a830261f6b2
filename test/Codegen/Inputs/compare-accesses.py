# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Compares what compiled functions load and store with `bnc explain --json`.

Usage: compare-accesses.py EXPLAINED.json COUNTED {least,most}

COUNTED has lines "function argument loaded stored" in bytes. Tensors over all
of a kernel must be loaded as often as explained, parameters within the bounds,
and every result stored once. What is left of a row past its loops LLVM may keep
in registers from one sweep to the next: so much may be loaded once alone.
"""

import collections
import json
import re
import sys


def bytes_past_loops(kernel, read):
    """What is left of the rows past whole blocks, and then past whole turns of
    the accumulators if these are two or more: a loop of one turn is none."""
    plans = [reduction["plan"] for reduction in kernel["reductions"]]
    if not plans or "form = rows" not in plans[0]:
        return 0
    lanes, accumulators, block = (
        int(re.search(rf"{name} = (\d+)", plans[0])[1])
        for name in ("lanes", "accumulators", "block")
    )
    element = int(re.search(r"\d+$", read["type"])[0]) // 8
    row = read["bytes"] // element // kernel["units"]
    turn = lanes * accumulators
    rest = row % block
    if rest >= 2 * turn:
        rest %= turn
    return rest * element * kernel["units"]



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
                if read["bytes"] == whole:
                    kept = bytes_past_loops(kernel, read)
                    least_most[0] -= kept * (bounds[0] - 1)
            for write in kernel["writes"]:
                key = function["function"], write["name"]
                stores[key] += write["bytes"] * write["most_accesses"]
    failed = False
    for key, (loaded, stored) in counts.items():
        least, most = loads[key]
        if not least <= loaded <= most or stored != stores[key]:
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
