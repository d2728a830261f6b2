# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""The process of one contender. Reads requests, a line of JSON each, and answers
with a line: what the driver (process.py) says is done when it says so, so that
contenders take turns."""

import importlib
import json
import os
import sys
import traceback

from .cases import Case
from .contender import Unsupported
from .memory import Library

# Where the contenders are: module and class.
CONTENDERS = {
    "bnc": ("bnc", "Bnc"),
    "onednn": ("onednn", "OneDNN"),
    "pytorch": ("pytorch", "PyTorch"),
    "compiled": ("pytorch", "Compiled"),
    "onnxruntime": ("onnxruntime", "OnnxRuntime"),
    "jax": ("jax", "Jax"),
}
# The least time of a sample: long against the clock and the first call, which
# finds other data in the caches.
SAMPLE_SECONDS = 5e-3
MAX_CALLS = 1000000
# How often each of several ways to compute the same is tried.
ROUNDS = 3


def once(loop):
    """Seconds of a call, after two that warm up."""
    loop.run(2)
    calls, seconds = 1, loop.run(1)
    while seconds < SAMPLE_SECONDS / 4 and calls < MAX_CALLS:
        calls *= 4
        seconds = loop.run(calls)
    return seconds / calls


def choose(alternatives):
    """The fastest loop and the seconds of a call; in turn and by the least time,
    so that other load on the machine does not choose."""
    if len(alternatives) == 1:
        return alternatives[0], once(alternatives[0])
    rounds = [[once(loop) for loop in alternatives] for _ in range(ROUNDS)]
    least = [min(seconds) for seconds in zip(*rounds)]
    seconds = min(least)
    return alternatives[least.index(seconds)], seconds


class Worker:
    def __init__(self, name, library, threads, options):
        module, kind = CONTENDERS[name]
        module = importlib.import_module("suite.contenders." + module)
        self.contender = getattr(module, kind)(
            Library(library), threads, options
        )
        self.loops = {}

    def prepare(self, request):
        self.loops = {}
        case = dict(request["case"], shape=tuple(request["case"]["shape"]))
        answer = []
        for alternatives in self.contender.prepare(Case(**case)):
            loop, seconds = choose(alternatives)
            self.loops[loop.name] = loop
            calls = max(1, min(MAX_CALLS, int(SAMPLE_SECONDS / seconds)))
            answer.append(
                {
                    "name": loop.name,
                    "setting": loop.setting,
                    "calls": calls,
                    "values": loop.values() if loop.values else None,
                }
            )
        return {"loops": answer, "facts": self.contender.describe()}

    def time(self, request):
        loop, calls = self.loops[request["loop"]], request["calls"]
        loop.run(1)
        return {"seconds": loop.run(calls) / calls}

    def answer(self, request):
        if request["do"] == "prepare":
            return self.prepare(request)
        if request["do"] == "time":
            return self.time(request)
        self.loops = {}
        return {}


def main():
    name, library, threads, options = json.loads(sys.argv[1])
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = None
    for line in sys.stdin:
        try:
            if worker is None:
                worker = Worker(name, library, threads, options)
                answer = {"version": worker.contender.version()}
            else:
                answer = worker.answer(json.loads(line))
        except Unsupported as reason:
            answer = {"unsupported": str(reason)}
        except Exception as error:
            traceback.print_exc()
            text = f"{type(error).__name__}: {error}".strip().splitlines()[0]
            answer = {"failed": text[:200]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
