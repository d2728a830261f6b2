# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Times the contenders of a case in turn."""

import math
import statistics
import time

from .process import Failed, NotSupported

REPETITIONS = 15
# On several threads: until the threads of the contender before have gone to
# sleep. OpenMP's spin longest, 7.5 ms where a pause takes 25 ns.
PAUSE_SECONDS = 20e-3
# How far two libraries may be apart, in the output, before the suite says that
# they compute different things. Outputs are of size 1; 16-bit ones may differ
# by a rounding at 8, the rest by what f32 sums in another order.
_TOLERANCES = {"f32": 2e-3, "f64": 2e-3, "f16": 2e-2, "bf16": 6e-2}


def differs(case, mine, theirs):
    """The largest difference if it is too large, else None. Scaled by the
    values, as outputs grow with the weights."""
    worst = 0.0
    for a, b in zip(mine, theirs):
        error = abs(a - b) / max(1.0, abs(a))
        if math.isnan(error):
            return error
        worst = max(worst, error)
    return None if worst <= _TOLERANCES[case.dtype] else worst


def summarize(samples):
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive")
    return {"seconds": middle, "low": low, "high": high}


def measure(case, bnc, peers):
    """The result of a case: bnc and the loops of its limit, and of each peer the
    time or the reason why there is none. `bnc` and `peers` are processes."""
    result = {"times": {}, "limits": {}, "without": {}, "settings": {}}
    turns = []
    try:
        prepared = bnc.prepare(case)
    except (Failed, NotSupported) as reason:
        return {"failed": str(reason)}
    result["facts"] = prepared["facts"]
    mine = prepared["loops"][0]["values"]
    for loop in prepared["loops"]:
        turns.append((bnc, loop["name"], loop["calls"]))
    for peer in peers:
        label = peer.peer.label
        if not case.elements:
            result["without"][label] = "nothing to compute"
            continue
        try:
            [loop] = peer.prepare(case)["loops"]
        except NotSupported as reason:
            result["without"][label] = str(reason)
            continue
        except Failed as reason:
            result["without"][label] = f"failed: {reason}"
            continue
        apart = differs(case, mine, loop["values"])
        if apart is not None:
            result["without"][label] = f"computes another result: {apart:.2g} off"
            continue
        if loop["setting"]:
            result["settings"][label] = loop["setting"]
        turns.append((peer, loop["name"], loop["calls"]))
    samples = {(process, loop): [] for process, loop, _ in turns}
    for repetition in range(REPETITIONS):
        # Each follows each other one sooner or later.
        start = repetition % len(turns)
        for process, loop, calls in turns[start:] + turns[:start]:
            key = (process, loop)
            if samples[key] is None:
                continue
            if bnc.threads > 1:
                time.sleep(PAUSE_SECONDS)
            try:
                samples[key].append(process.time(loop, calls))
            except Failed as reason:
                if process is bnc:
                    return {"failed": str(reason)}
                result["without"][loop] = f"failed: {reason}"
                samples[key] = None
    for (process, loop), seconds in samples.items():
        if seconds is None:
            continue
        kind = "limits" if loop.startswith("limit") else "times"
        result[kind][loop] = summarize(seconds)
    for process in [bnc, *peers]:
        try:
            process.forget()
        except Failed:
            # It starts again with the next case.
            pass
    return result
