# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Bars that hold one result against another: decode against oneDNN, odd channel
counts against 64, two threads against one, and the time of a call."""

from . import store
from .cases import CALL

DECODE, DECODE_BAR = "rms_norm f32 1x4096", 0.45
THREADS_BAR = 1.7
CALL_BAR_NS = 15
# Bytes from which a second thread must pay: what leaves the L2 of a core.
_THREADED_BYTES = 2 << 20


def _channels_bar(channels):
    if channels >= 16:
        return 0.9
    return 0.7 if channels >= 8 else 0.5


def _seconds(result, label="bnc"):
    return result["times"][label]["seconds"]


def _decode(cases):
    result = cases.get(store.key(DECODE, 1))
    times = result["times"] if result else {}
    builds = [label for label in times if label.startswith("oneDNN")]
    if builds:
        fastest = min(builds, key=lambda label: times[label]["seconds"])
        ratio = _seconds(result) / _seconds(result, fastest)
        yield (
            f"{DECODE}, time over that of {fastest}, both called from C",
            ratio,
            f"at most {DECODE_BAR}",
            ratio <= DECODE_BAR,
        )


def _call(cases):
    for result in cases.values():
        if result["family"] == CALL and result["threads"] == 1:
            nanoseconds = _seconds(result) * 1e9
            yield (
                f"{result['name']}, ns a call",
                nanoseconds,
                f"under {CALL_BAR_NS}",
                nanoseconds < CALL_BAR_NS,
            )


def _speed(result):
    return result["facts"]["bytes"] / _seconds(result)


def _odd_channels(cases):
    """Speed per byte of C channels over that of 64."""
    for key, result in cases.items():
        name, _, threads = key.rpartition(" @ ")
        if not result["family"].startswith("batch norm"):
            continue
        channels = result["channels"]
        shape = f" 16x{channels}x56x56"
        even = name.replace(shape, " 16x64x56x56")
        if even.endswith(" dynamic"):
            even = even[: -len(" dynamic")]
        other = cases.get(store.key(even, threads))
        if shape not in name or even == name or other is None:
            continue
        bar = 0.7 if name.endswith(" dynamic") else _channels_bar(channels)
        ratio = _speed(result) / _speed(other)
        yield (
            f"{key}, speed per byte over that of 64 channels",
            ratio,
            f"{bar}",
            ratio >= bar,
        )


def _two_threads(cases):
    for key, result in cases.items():
        single = cases.get(store.key(result["name"], 1))
        if result["threads"] != 2 or single is None:
            continue
        if result["facts"]["bytes"] < _THREADED_BYTES:
            continue
        ratio = _seconds(single) / _seconds(result)
        yield (
            f"{result['name']}, speed of two threads over one",
            ratio,
            f"{THREADS_BAR}",
            ratio >= THREADS_BAR,
        )


def relations(cases):
    """(what, figure, bar, whether it is met) of all results by their keys."""
    good = {k: r for k, r in cases.items() if "failed" not in r}
    return [
        *_decode(good),
        *_call(good),
        *_odd_channels(good),
        *_two_threads(good),
    ]
