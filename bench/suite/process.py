# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Starts the process of a contender (worker.py) and talks to it."""

import dataclasses
import json
import os
import select
import subprocess

from .peers import ROOT

# Freed memory stays with the process and large memory may have huge pages.
# Libraries that allocate their outputs on every call would otherwise get new
# pages from the system each time.
_GLIBC_TUNABLES = (
    "glibc.malloc.mmap_threshold=34359738368"
    ":glibc.malloc.trim_threshold=34359738368"
    ":glibc.malloc.top_pad=268435456"
    ":glibc.malloc.hugetlb=1"
)
ANSWER_SECONDS = 300


class Failed(Exception):
    """The contender could not do what it was asked for."""


class NotSupported(Exception):
    """The contender has no such kernel."""


def _environment(threads, peer, folder):
    environment = dict(os.environ)
    environment["GLIBC_TUNABLES"] = _GLIBC_TUNABLES
    environment["OMP_NUM_THREADS"] = str(threads)
    environment["PYTHONPATH"] = os.path.join(ROOT, "bench")
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(folder, "inductor")
    environment["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    environment["JAX_PLATFORMS"] = "cpu"
    multi = "true" if threads > 1 else "false"
    environment["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={multi}"
    if peer.libraries:
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(
            [peer.libraries, os.path.join(folder, "venv", "lib")]
        )
    if "icd" in peer.options:
        environment["OCL_ICD_FILENAMES"] = peer.options["icd"]
    return environment


def processors(threads):
    """The last ones this process may use: the first serve interrupts."""
    return sorted(os.sched_getaffinity(0))[-threads:]


class Process:
    """One contender on `threads` threads. Starts when it is first asked and
    again after it died."""

    def __init__(self, python, peer, library, threads, folder):
        self.python, self.peer, self.library = python, peer, library
        self.threads, self.folder = threads, os.path.abspath(folder)
        self.running, self.version = None, None

    def start(self):
        request = [
            self.peer.worker,
            os.path.abspath(self.library),
            self.threads,
            self.peer.options,
        ]
        chosen = processors(self.threads)
        label = self.peer.label.replace(" ", "-")
        log = os.path.join(self.folder, f"{label}-{self.threads}.log")
        with open(log, "a") as stderr:
            self.running = subprocess.Popen(
                [self.python, "-m", "suite.worker", json.dumps(request)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=_environment(self.threads, self.peer, self.folder),
                preexec_fn=lambda: os.sched_setaffinity(0, chosen),
            )
        self.version = self.exchange({"do": "hello"})["version"]

    def ask(self, **request):
        if self.running is None:
            self.start()
        return self.exchange(request)

    def exchange(self, request):
        try:
            self.running.stdin.write((json.dumps(request) + "\n").encode())
            self.running.stdin.flush()
            stdout = self.running.stdout
            ready, _, _ = select.select([stdout], [], [], ANSWER_SECONDS)
            line = stdout.readline() if ready else None
        except OSError:
            line = b""
        if not line:
            late = line is None
            code = self.stop(kill=True)
            raise Failed(
                f"no answer in {ANSWER_SECONDS} s"
                if late
                else f"its process ended with {code}"
            )
        answer = json.loads(line)
        if "unsupported" in answer:
            raise NotSupported(answer["unsupported"])
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer

    def prepare(self, case):
        return self.ask(do="prepare", case=dataclasses.asdict(case))

    def time(self, loop, calls):
        return self.ask(do="time", loop=loop, calls=calls)["seconds"]

    def forget(self):
        """Gives the memory of the case back."""
        if self.running is not None:
            self.ask(do="forget")

    def stop(self, kill=False):
        if self.running is None:
            return None
        self.running.stdin.close()
        if kill:
            self.running.kill()
        code = self.running.wait()
        self.running.stdout.close()
        self.running = None
        return code
