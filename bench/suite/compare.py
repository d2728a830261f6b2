# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""What got slower between two files of results."""

import math

# The machine may be faster or slower as a whole that day: times are held against
# the limit of the same run.
LEAST_CHANGE = 1.05


def _relative(result):
    """Quartiles and median of bnc's time over the limit's."""
    limit = min(l["seconds"] for l in result["limits"].values())
    time = result["times"]["bnc"]
    return {name: time[name] / limit for name in ("low", "seconds", "high")}


def compare(before, after):
    """Lists of (name, threads, factor): what got slower and what got faster by
    more than LEAST_CHANGE, with quartiles that do not overlap; and the geometric
    mean of all factors (above 1: slower), and how many cases both have."""
    slower, faster, logs = [], [], []
    for key, old in before["cases"].items():
        new = after["cases"].get(key)
        if new is None or "failed" in old:
            continue
        if "failed" in new:
            slower.append((old["name"], old["threads"], math.inf))
            continue
        was, now = _relative(old), _relative(new)
        factor = now["seconds"] / was["seconds"]
        logs.append(math.log(factor))
        if factor > LEAST_CHANGE and now["low"] > was["high"]:
            slower.append((old["name"], old["threads"], factor))
        elif factor < 1 / LEAST_CHANGE and now["high"] < was["low"]:
            faster.append((old["name"], old["threads"], factor))
    slower.sort(key=lambda entry: -entry[2])
    faster.sort(key=lambda entry: entry[2])
    mean = math.exp(sum(logs) / len(logs)) if logs else 1.0
    return slower, faster, mean, len(logs)


def describe(before, after):
    slower, faster, mean, count = compare(before, after)
    lines = []
    for title, entries in (("slower", slower), ("faster", faster)):
        lines.append(f"{title}: {len(entries)}")
        for name, threads, factor in entries:
            lines.append(f"  {factor:5.2f} of the time  {name} @ {threads}")
    missing = [k for k in before["cases"] if k not in after["cases"]]
    if missing:
        lines.append(f"in the first only: {len(missing)}")
    lines.append(f"{count} cases, {mean:.3f} of the time on average")
    return "\n".join(lines), bool(slower)
