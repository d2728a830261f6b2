# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""The cases of bench/suite.json."""

import dataclasses
import itertools
import json
import math
import re

# The families that have a bar of their own.
FAMILIES = {
    "layer_norm": "row norms",
    "rms_norm": "row norms",
    "l2_norm": "row norms",
    "batch_norm_inference": "batch norm inference",
    "batch_norm_training": "batch norm training",
    "group_norm": "group and instance norm",
    "instance_norm": "group and instance norm",
}
# Of what has no elements: all that is timed is the call.
CALL = "call overhead"
ELEMENT_BYTES = {"f32": 4, "bf16": 2, "f16": 2, "f64": 8}
EPS = 1e-5
MOMENTUM = 0.1


@dataclasses.dataclass(frozen=True)
class Case:
    """One kernel. `shape` is rows x row, or batch x channels x pixels... ,
    whatever the layout; memory_shape() is how it lies in memory."""

    op: str
    dtype: str
    shape: tuple
    layout: str = ""
    groups: int = 0
    activation: str = ""
    residual: bool = False
    dynamic: bool = False

    @property
    def family(self):
        return FAMILIES[self.op] if self.elements else CALL

    @property
    def is_row_norm(self):
        return FAMILIES[self.op] == "row norms"

    @property
    def channels(self):
        return self.shape[-1] if self.is_row_norm else self.shape[1]

    @property
    def elements(self):
        return math.prod(self.shape)

    @property
    def name(self):
        words = [self.op, self.dtype]
        if self.layout:
            words.append(self.layout)
        words.append("x".join(map(str, self.shape)))
        if self.groups:
            words.append(f"G{self.groups}")
        if self.residual:
            words.append("+residual")
        if self.activation:
            words.append("+" + self.activation)
        if self.dynamic:
            words.append("dynamic")
        return " ".join(words)

    def memory_shape(self):
        if self.layout != "nhwc":
            return self.shape
        batch, channels, *pixels = self.shape
        return (batch, *pixels, channels)

    def spec_arguments(self):
        """What follows `bnc new`."""
        extents = ["?" if self.dynamic else str(n) for n in self.memory_shape()]
        arguments = [self.op, "--dtype=" + self.dtype]
        arguments.append("--shape=" + "x".join(extents))
        if self.layout:
            arguments.append("--layout=" + self.layout)
        if self.groups:
            arguments.append(f"--groups={self.groups}")
        if self.activation:
            arguments.append("--activation=" + self.activation)
        if self.residual:
            arguments.append("--residual")
        return arguments


def expand(group):
    """The cases of one group of the suite: the product of its lists."""
    layouts = group.get("layouts", [""])
    product = itertools.product(
        group["ops"], group["shapes"], group["dtypes"], layouts
    )
    for op, shape, dtype, layout in product:
        yield Case(
            op=op,
            dtype=dtype,
            shape=tuple(int(n) for n in shape.split("x")),
            layout=layout,
            groups=group.get("groups", 0),
            activation=group.get("activation", ""),
            residual=group.get("residual", False),
            dynamic=group.get("dynamic", False),
        )


class Suite:
    """All cases, in order, and the names of the quick ones."""

    def __init__(self, path):
        with open(path) as file:
            suite = json.load(file)
        self.threads = suite["threads"]
        self.cases = [c for group in suite["groups"] for c in expand(group)]
        self.quick = suite["quick"]

    def select(self, quick=False, pattern=""):
        """Those of --quick and --filter, families side by side: a run that is
        cut short has seen some of each."""
        chosen = [
            case
            for case in self.cases
            if (not quick or case.name in self.quick)
            and re.search(pattern, case.name)
        ]
        place = {}
        for case in chosen:
            rank = sum(1 for other in place if other.family == case.family)
            place[case] = rank
        return sorted(chosen, key=place.get)
