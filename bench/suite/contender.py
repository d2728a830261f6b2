# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""What a library that takes part in the suite provides. Each runs in a process
of its own (worker.py)."""

import abc
import time


class Unsupported(Exception):
    """The library has no such kernel; the text says what it lacks."""


class Loop:
    """Something that is timed. `run(calls)` returns the seconds that so many
    calls took, `values()` samples of the output of the last call, or None for
    what computes nothing."""

    def __init__(self, name, run, values=None, setting=""):
        self.name, self.run, self.values = name, run, values
        self.setting = setting


def python_loop(name, call, values, setting=""):
    """A loop over `call`, as a program in Python makes it."""

    def run(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return time.perf_counter() - start

    return Loop(name, run, values, setting)


class Contender(abc.ABC):
    """One library."""

    def __init__(self, library, threads, options):
        """`library` is a memory.Library; `options` are those of peers.py."""
        self.library, self.threads, self.options = library, threads, options

    @abc.abstractmethod
    def version(self):
        """The version and what matters of the build, for the report."""

    @abc.abstractmethod
    def prepare(self, case):
        """A list of lists of loops: of each inner list, which compute the same
        in different ways, the fastest is measured. Raises Unsupported. What the
        last call returned is not used again."""

    def describe(self):
        """Facts of the prepared case that belong into the results."""
        return {}
