# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Kernels of bnc, linked to a C program that calls them, and the loops of the
memory limit over the same memory."""

import ctypes
import json
import os
import subprocess
import tempfile

from ..cases import EPS, MOMENTUM
from ..contender import Contender, Loop
from ..memory import SCRATCH_SEED, Arguments, Tensor, sample

_CALLER = """#define _POSIX_C_SOURCE 199309L
#include "kernel.h"
#include <time.h>

int time_calls(const bnc_context *ctx, void *const *pointers,
               size_t workspace_size, int64_t calls, double *seconds) {{
  struct timespec begin, end;
  int status = 0;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int64_t i = 0; i < calls; ++i)
    status |= {function}({arguments});
  clock_gettime(CLOCK_MONOTONIC, &end);
  *seconds = (double)(end.tv_sec - begin.tv_sec) +
             1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
  return status;
}}

size_t workspace_bytes(void) {{ return {workspace}; }}
"""
_STORES = (
    "plain",
    "non-temporal",
    "non-temporal, prefetched",
    "non-temporal, line by line",
    "non-temporal, line by line, prefetched",
    "non-temporal, both halves",
)


class _Stream(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("bytes", ctypes.c_size_t),
        ("passes", ctypes.c_size_t),
    ]


class _LimitCase(ctypes.Structure):
    _fields_ = [
        ("inputs", ctypes.POINTER(_Stream)),
        ("num_inputs", ctypes.c_size_t),
        ("outputs", ctypes.POINTER(_Stream)),
        ("num_outputs", ctypes.c_size_t),
        ("units", ctypes.c_size_t),
    ]


def _run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip()[:500])
    return done.stdout


class Bnc(Contender):
    def __init__(self, library, threads, options):
        super().__init__(library, threads, options)
        self.pool = None
        if threads > 1:
            self.pool = library.calls.bnc_bench_pool(threads)
            if not self.pool:
                raise RuntimeError(f"cannot start {threads} threads")
        self.context = library.calls.bnc_bench_context(self.pool)
        self.folder = tempfile.TemporaryDirectory()
        self.cases = 0

    def version(self):
        return _run([self.options["bnc"], "--version"]).strip()

    def describe(self):
        return self.facts

    def prepare(self, case):
        self.facts = {}
        # Each its own name: the loader would return a library it has loaded.
        self.cases += 1
        base = os.path.join(self.folder.name, f"case{self.cases}")
        os.mkdir(base)
        self.compile(case, base)
        with open(os.path.join(base, "kernel.json")) as file:
            function = json.load(file)["functions"][0]
        extents = self.extents(case, function)
        tensors = self.allocate(case, function)
        call = self.link(function, extents, base)
        explained = self.explain(base, extents)
        kernels = explained["kernels"]
        self.facts = {
            "target": function["target"],
            "bytes": sum(kernel["bytes"] for kernel in kernels),
            "one_read_of_two": any(
                kernel["reads_beyond_l1"] > kernel["reads_beyond_l2"]
                for kernel in kernels
            ),
            "nontemporal": any(kernel["nontemporal"] for kernel in kernels),
        }
        return [[self.kernel_loop(call, tensors)]] + [
            [loop] for loop in self.limit_loops(kernels, tensors)
        ]

    def compile(self, case, base):
        """kernel.mlir, .a, .h and .json in the folder `base`."""
        bnc, spec = self.options["bnc"], os.path.join(base, "kernel.mlir")
        text = _run([bnc, "new", *case.spec_arguments()])
        with open(spec, "w") as file:
            file.write(text)
        _run([bnc, spec, "-o", os.path.join(base, "kernel")])

    def explain(self, base, extents):
        """What `bnc explain --json` says of the one function."""
        command = [self.options["bnc"], "explain", "--json"]
        command.append(os.path.join(base, "kernel.mlir"))
        command += [f"--extent={dim}={n}" for dim, n in extents.items()]
        return json.loads(_run(command))[0]

    def dims(self, case, function):
        """The extents of the dims of x by their names."""
        x = next(a for a in function["arguments"] if a["name"] == "x")
        return dict(zip(x["dims"], case.memory_shape()))

    def extents(self, case, function):
        """Of the dynamic dims, in the order of the C parameters."""
        dims = self.dims(case, function)
        names = [
            a["name"] for a in function["arguments"] if a["kind"] == "extent"
        ]
        return {name: dims[name] for name in names}

    def allocate(self, case, function):
        """The tensors of the call, in order, by their names in C."""
        arguments = Arguments(self.library, case)
        dims = self.dims(case, function)
        tensors = {}
        for argument in function["arguments"]:
            name, kind = argument["name"], argument["kind"]
            if kind in ("input", "inout"):
                tensors[name] = arguments[name]
            elif kind == "output":
                shape = [dims[dim] for dim in argument["dims"]]
                tensors[name] = Tensor(self.library, argument["type"], shape)
                tensors[name].fill(SCRATCH_SEED, False)
        return tensors

    def link(self, function, extents, base):
        """The library of the kernel and its caller."""
        arguments, place = ["ctx"], 0
        scalars = {"eps": EPS, "momentum": MOMENTUM}
        for argument in function["arguments"]:
            name, kind = argument["name"], argument["kind"]
            if kind == "extent":
                arguments.append(str(extents[name]))
            elif kind == "scalar":
                arguments.append(repr(scalars[name]))
            elif kind == "workspace_size":
                arguments.append("workspace_size")
            else:
                arguments.append(f"pointers[{place}]")
                place += 1
        sizes = ", ".join(str(n) for n in extents.values())
        workspace = "0"
        if any(a["kind"] == "workspace" for a in function["arguments"]):
            workspace = f"{function['name']}_workspace_size({sizes})"
        source = os.path.join(base, "call.c")
        with open(source, "w") as file:
            file.write(
                _CALLER.format(
                    function=function["name"],
                    arguments=", ".join(arguments),
                    workspace=workspace,
                )
            )
        shared = os.path.join(base, "call.so")
        _run(
            ["cc", "-O2", "-shared", "-fPIC", "-I", base, source]
            + [os.path.join(base, "kernel.a"), "-o", shared]
        )
        return ctypes.CDLL(shared)

    def kernel_loop(self, call, tensors):
        call.workspace_bytes.restype = ctypes.c_size_t
        size = call.workspace_bytes()
        workspace = Tensor(self.library, "f32", ((size + 3) // 4,))
        addresses = [tensor.address for tensor in tensors.values()]
        pointers = (ctypes.c_void_p * (len(addresses) + 1))(
            *addresses, workspace.address
        )
        seconds = ctypes.c_double()
        y, library = tensors["y"], self.library

        def run(calls):
            status = call.time_calls(
                ctypes.c_void_p(self.context),
                pointers,
                ctypes.c_size_t(size),
                ctypes.c_int64(calls),
                ctypes.byref(seconds),
            )
            if status != 0:
                raise RuntimeError(f"the kernel returned {status}")
            # The memory lives as long as the loop.
            assert workspace.address
            return seconds.value

        return Loop(
            "bnc", run, lambda: sample(library, y.address, y.dtype, y.count)
        )

    def limit_loops(self, kernels, tensors):
        """The loops of docs/Tool.md, 'limit'."""
        memory = dict(tensors)
        cases = [self.limit_case(kernel, memory) for kernel in kernels]
        calls = self.library.calls

        def loop(stores, pool):
            def once():
                total = 0
                for kernel, case in zip(kernels, cases):
                    kind = stores if kernel["nontemporal"] else 0
                    if pool:
                        total += calls.bnc_bench_parallel_limit(
                            pool, ctypes.byref(case), kind
                        )
                    else:
                        total += calls.bnc_limit_seconds(
                            ctypes.byref(case), kind
                        )
                return total

            name = "limit, " + _STORES[stores]
            if self.pool and not pool:
                name += ", one thread"
            return Loop(name, lambda n: memory and sum(once() for _ in range(n)))

        nontemporal = any(kernel["nontemporal"] for kernel in kernels)
        loops = [
            loop(stores, self.pool)
            for stores in range(len(_STORES) if nontemporal else 1)
        ]
        if self.pool:
            # Small cases are not worth a second thread.
            loops.append(loop(0, None))
        return loops

    def limit_case(self, kernel, memory):
        def streams(descriptions):
            array = (_Stream * len(descriptions))()
            for stream, description in zip(array, descriptions):
                tensor = self.memory_of(description, memory)
                stream.data = tensor.address
                stream.bytes = description["bytes"]
                stream.passes = description["passes"]
            return array

        inputs, outputs = streams(kernel["reads"]), streams(kernel["writes"])
        units = kernel["units"] if kernel["reads_beyond_l2"] > 1 else 0
        return _LimitCase(inputs, len(inputs), outputs, len(outputs), units)

    def memory_of(self, description, memory):
        """Of an argument; for what is in the workspace or overwrites an argument
        under another name, more of the same size."""
        name = description["name"]
        if name not in memory:
            shape = (description["bytes"] // 8 + 1,)
            tensor = Tensor(self.library, "f64", shape)
            memory[name] = tensor.fill(SCRATCH_SEED, False)
        return memory[name]
