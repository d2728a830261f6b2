# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""oneDNN, called from C++ (bench/OneDNN.cpp)."""

import ctypes

from ..cases import EPS
from ..contender import Contender, Loop, Unsupported
from ..memory import SCRATCH_SEED, Arguments, Tensor, sample

_ERROR_BYTES = 300


class _Request(ctypes.Structure):
    _fields_ = [
        ("op", ctypes.c_char_p),
        ("type", ctypes.c_char_p),
        ("activation", ctypes.c_char_p),
        ("channels_last", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("dims", ctypes.c_int64 * 8),
        ("groups", ctypes.c_int64),
        ("eps", ctypes.c_float),
    ] + [
        (name, ctypes.c_void_p)
        for name in (
            "x",
            "residual",
            "sum",
            "y",
            "weight",
            "bias",
            "mean",
            "variance",
        )
    ]


class OneDNN(Contender):
    def __init__(self, library, threads, options):
        super().__init__(library, threads, options)
        self.shim = ctypes.CDLL(options["shim"])
        for name, result, arguments in (
            (
                "onednn_create",
                ctypes.c_void_p,
                [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64],
            ),
            ("onednn_destroy", None, [ctypes.c_void_p]),
            ("onednn_implementation", ctypes.c_char_p, [ctypes.c_void_p]),
            (
                "onednn_run",
                ctypes.c_double,
                [ctypes.c_void_p, ctypes.c_int64],
            ),
            ("onednn_version", ctypes.c_char_p, []),
        ):
            function = getattr(self.shim, name)
            function.restype, function.argtypes = result, arguments
        self.chain = None

    def version(self):
        return self.shim.onednn_version().decode()

    def prepare(self, case):
        if self.chain:
            self.shim.onednn_destroy(self.chain)
            self.chain = None
        if case.op == "l2_norm":
            raise Unsupported("no such primitive")
        if case.dtype == "f64":
            raise Unsupported("no f64")
        # Kept, as the primitive has the addresses only.
        self.tensors = self.allocate(case)
        self.chain = self.create(case)
        setting = self.shim.onednn_implementation(self.chain).decode()
        y = self.tensors["y"]
        return [
            [
                Loop(
                    self.options["label"],
                    lambda calls: self.shim.onednn_run(self.chain, calls),
                    lambda: sample(self.library, y.address, y.dtype, y.count),
                    setting,
                )
            ]
        ]

    def allocate(self, case):
        arguments = Arguments(self.library, case)
        names = ["x", "weight", "bias", "mean", "variance"]
        if case.residual:
            names.append("residual")
        tensors = {name: arguments[name] for name in names}
        for name in ["y"] + (["sum"] if case.residual else []):
            shape = case.memory_shape()
            tensor = Tensor(self.library, case.dtype, shape)
            tensors[name] = tensor.fill(SCRATCH_SEED, False)
        return tensors

    def create(self, case):
        shape = case.shape
        request = _Request(
            op=case.op.encode(),
            type=case.dtype.encode(),
            activation=case.activation.encode(),
            channels_last=case.layout == "nhwc",
            rank=len(shape),
            dims=(ctypes.c_int64 * 8)(*shape),
            groups=case.groups or case.channels,
            eps=EPS,
        )
        for name, tensor in self.tensors.items():
            setattr(request, name, tensor.address)
        error = ctypes.create_string_buffer(_ERROR_BYTES)
        chain = self.shim.onednn_create(
            ctypes.byref(request), error, _ERROR_BYTES
        )
        if not chain:
            raise Unsupported(error.value.decode().split(". ")[0])
        return chain
