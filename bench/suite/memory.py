# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Tensors in memory of the bench library: the same values in every process."""

import ctypes
import math

from .cases import ELEMENT_BYTES

SAMPLES = 512
# Of memory whose values do not matter.
SCRATCH_SEED = 9
_TYPES = {"f32": 0, "bf16": 1, "f16": 2, "f64": 3}


class Library:
    """build/lib/libbnc_bench.so, with its signatures."""

    def __init__(self, path):
        self.calls = ctypes.CDLL(path)
        pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        for name, result, arguments in (
            ("bnc_bench_allocate", pointer, [size]),
            ("bnc_bench_free", None, [pointer]),
            ("bnc_bench_fill", None, [pointer, number, size, number, number]),
            ("bnc_bench_sample", None, [pointer, number, size, pointer, size]),
            ("bnc_bench_pool", pointer, [number]),
            ("bnc_bench_context", pointer, [pointer]),
            ("bnc_limit_seconds", ctypes.c_double, [pointer, number]),
            (
                "bnc_bench_parallel_limit",
                ctypes.c_double,
                [pointer, pointer, number],
            ),
        ):
            function = getattr(self.calls, name)
            function.restype, function.argtypes = result, arguments


class Tensor:
    """Memory that is given back with the object."""

    def __init__(self, library, dtype, shape):
        self.library, self.dtype, self.shape = library, dtype, tuple(shape)
        self.count = math.prod(shape)
        self.bytes = self.count * ELEMENT_BYTES[dtype]
        self.address = library.calls.bnc_bench_allocate(self.bytes)
        if not self.address:
            raise MemoryError(f"{self.bytes} bytes")

    def __del__(self):
        if getattr(self, "address", None):
            self.library.calls.bnc_bench_free(self.address)

    def fill(self, seed, positive):
        self.library.calls.bnc_bench_fill(
            self.address, _TYPES[self.dtype], self.count, seed, positive
        )
        return self

    def as_buffer(self):
        """A ctypes array of bytes over the memory."""
        return (ctypes.c_char * self.bytes).from_address(self.address)


def sample(library, address, dtype, count):
    """Values at some places of a contiguous tensor at `address`."""
    values = (ctypes.c_double * SAMPLES)()
    library.calls.bnc_bench_sample(
        address, _TYPES[dtype], count, values, SAMPLES if count else 0
    )
    return list(values)


class Arguments:
    """The tensors of a case: x, residual, and parameters by their names in the
    spec. Parameters are f32 (f64 for f64), or of `parameter_dtype`."""

    # Of each: the seed, and whether it must be positive.
    FILLS = {
        "x": (0, False),
        "residual": (1, False),
        "weight": (2, True),
        "bias": (3, False),
        "mean": (4, False),
        "variance": (5, True),
        "running_mean": (6, False),
        "running_variance": (7, True),
    }

    def __init__(self, library, case, parameter_dtype=None):
        self.library, self.case = library, case
        self.tensors = {}
        self.parameter_dtype = parameter_dtype or (
            "f64" if case.dtype == "f64" else "f32"
        )

    def __getitem__(self, name):
        """The tensor called `name`, filled when it is first asked for."""
        if name not in self.tensors:
            if name in ("x", "residual"):
                dtype, shape = self.case.dtype, self.case.memory_shape()
            else:
                dtype, shape = self.parameter_dtype, (self.case.channels,)
            tensor = Tensor(self.library, dtype, shape)
            self.tensors[name] = tensor.fill(*self.FILLS[name])
        return self.tensors[name]
