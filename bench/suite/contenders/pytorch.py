# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""PyTorch, eager and compiled."""

import os

import torch
import torch.nn.functional as F

from ..cases import EPS, MOMENTUM
from ..contender import Contender, python_loop
from ..memory import Arguments, sample

_DTYPES = {
    "f32": torch.float32,
    "bf16": torch.bfloat16,
    "f16": torch.float16,
    "f64": torch.float64,
}


def _as_torch(tensor):
    flat = torch.frombuffer(tensor.as_buffer(), dtype=_DTYPES[tensor.dtype])
    # The buffer does not keep the memory.
    flat.memory = tensor
    return flat.reshape(tensor.shape)


def _logical(x, case):
    """Batch, channels, pixels, whatever the order in memory."""
    return torch.movedim(x, -1, 1) if case.layout == "nhwc" else x


def _formulas(case):
    """Ways to write the case: what they are called, functions of the tensors
    from _tensors()."""
    activate = getattr(F, case.activation) if case.activation else None
    rows = (case.channels,)
    groups = case.groups or case.channels

    def finish(y):
        return activate(y) if activate else y

    def layer_norm(t):
        h = t["x"] + t["residual"] if case.residual else t["x"]
        return finish(F.layer_norm(h, rows, t["weight"], t["bias"], EPS)), h

    def rms_norm(t):
        h = t["x"] + t["residual"] if case.residual else t["x"]
        return finish(F.rms_norm(h, rows, t["weight"], EPS)), h

    def l2_norm(t):
        return (F.normalize(t["x"], dim=-1, eps=EPS) * t["weight"],)

    def batch_norm_inference(t):
        return (
            finish(
                F.batch_norm(
                    t["x"],
                    t["mean"],
                    t["variance"],
                    t["weight"],
                    t["bias"],
                    False,
                    0.0,
                    EPS,
                )
            ),
        )

    def batch_norm_training(t):
        return (
            finish(
                F.batch_norm(
                    t["x"],
                    t["running_mean"],
                    t["running_variance"],
                    t["weight"],
                    t["bias"],
                    True,
                    MOMENTUM,
                    EPS,
                )
            ),
        )

    def group_norm(t):
        return (finish(F.group_norm(t["x"], groups, t["weight"], t["bias"], EPS)),)

    def instance_norm(t):
        return (
            finish(
                F.instance_norm(
                    t["x"], weight=t["weight"], bias=t["bias"], eps=EPS
                )
            ),
        )

    if case.op == "instance_norm":
        return [("instance_norm", instance_norm), ("group_norm", group_norm)]
    return [("", locals()[case.op])]


_NAMES = {
    "layer_norm": ("weight", "bias"),
    "rms_norm": ("weight",),
    "l2_norm": ("weight",),
    "batch_norm_inference": ("mean", "variance", "weight", "bias"),
    "batch_norm_training": (
        "running_mean",
        "running_variance",
        "weight",
        "bias",
    ),
    "group_norm": ("weight", "bias"),
    "instance_norm": ("weight", "bias"),
}


class PyTorch(Contender):
    LABEL = "PyTorch"

    def __init__(self, library, threads, options):
        super().__init__(library, threads, options)
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)

    def version(self):
        return torch.__version__

    def tensors(self, case, parameter_dtype):
        arguments = Arguments(self.library, case, parameter_dtype)
        names = _NAMES[case.op] + (("residual",) if case.residual else ())
        tensors = {name: _as_torch(arguments[name]) for name in names}
        tensors["x"] = _logical(_as_torch(arguments["x"]), case)
        return tensors

    def parameter_dtypes(self, case):
        """f32 parameters, as bnc's, and those of the activations' type, as a
        model in bf16 has them. Statistics of batches are f32 in both."""
        if case.dtype in ("f32", "f64") or case.op.startswith("batch_norm"):
            return [None]
        return [None, case.dtype]

    def wrap(self, formula):
        return formula

    def prepare(self, case):
        loops, problem = [], None
        for dtype in self.parameter_dtypes(case):
            tensors = self.tensors(case, dtype)
            for setting, formula in _formulas(case):
                loop = self.loop(case, formula, tensors, setting)
                try:
                    loop.run(1)
                    loops.append(loop)
                except RuntimeError as error:
                    # Some take no parameters of another type than x.
                    problem = error
        if not loops:
            raise problem
        return [loops]

    def loop(self, case, formula, tensors, setting):
        wrapped = self.wrap(formula)
        outputs = []

        def call():
            with torch.inference_mode():
                outputs[:] = wrapped(tensors)

        def values():
            y = outputs[0]
            if case.layout == "nhwc":
                y = torch.movedim(y, 1, -1)
            y = y.contiguous().to(_DTYPES[case.dtype])
            return sample(self.library, y.data_ptr(), case.dtype, y.numel())

        return python_loop(self.LABEL, call, values, setting)


class Compiled(PyTorch):
    """torch.compile for the exact shapes."""

    LABEL = "torch.compile"

    def version(self):
        return f"{torch.__version__}, {os.environ.get('CXX', 'g++')}"

    def parameter_dtypes(self, case):
        return super().parameter_dtypes(case)[-1:]

    def prepare(self, case):
        torch._dynamo.reset()
        return super().prepare(case)

    def wrap(self, formula):
        return torch.compile(formula, dynamic=False)
