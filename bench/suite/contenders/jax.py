# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""JAX, compiled by XLA. Statistics in two passes or in one, as in Flax with
use_fast_variance, whichever is faster."""

import functools

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy

from ..cases import EPS, MOMENTUM
from ..contender import Contender, python_loop
from ..memory import Arguments, sample

_DTYPES = {
    "f32": numpy.float32,
    "bf16": ml_dtypes.bfloat16,
    "f16": numpy.float16,
    "f64": numpy.float64,
}
_NAMES = {
    "layer_norm": ("x", "weight", "bias"),
    "rms_norm": ("x", "weight"),
    "l2_norm": ("x", "weight"),
    "batch_norm_inference": ("x", "mean", "variance", "weight", "bias"),
    "batch_norm_training": (
        "x",
        "running_mean",
        "running_variance",
        "weight",
        "bias",
    ),
    "group_norm": ("x", "weight", "bias"),
    "instance_norm": ("x", "weight", "bias"),
}


def _moments(x, axes, one_pass):
    mean = x.mean(axes, keepdims=True)
    if one_pass:
        return mean, (x * x).mean(axes, keepdims=True) - mean * mean
    return mean, ((x - mean) ** 2).mean(axes, keepdims=True)


def _row_norm(case, one_pass, t):
    stored = t["x"]
    wide = stored.astype(jnp.promote_types(stored.dtype, jnp.float32))
    outputs = []
    if case.residual:
        wide = wide + t["residual"].astype(wide.dtype)
        outputs.append(wide.astype(stored.dtype))
    if case.op == "layer_norm":
        mean, variance = _moments(wide, -1, one_pass)
        y = (wide - mean) * jax.lax.rsqrt(variance + EPS) * t["weight"]
        y = y + t["bias"]
    elif case.op == "rms_norm":
        square = (wide * wide).mean(-1, keepdims=True)
        y = wide * jax.lax.rsqrt(square + EPS) * t["weight"]
    else:
        square = (wide * wide).sum(-1, keepdims=True)
        y = wide * jax.lax.rsqrt(square + EPS) * t["weight"]
    return [y.astype(stored.dtype)] + outputs


def _channel_norm(case, one_pass, t):
    stored = t["x"]
    wide = stored.astype(jnp.promote_types(stored.dtype, jnp.float32))
    last = case.layout == "nhwc"
    channel = wide.ndim - 1 if last else 1
    pixels = tuple(i for i in range(1, wide.ndim) if i != channel)
    along = [1] * wide.ndim
    along[channel] = case.channels
    outputs = []
    if case.op == "batch_norm_inference":
        mean = t["mean"].reshape(along)
        variance = t["variance"].reshape(along)
        normalized = (wide - mean) * jax.lax.rsqrt(variance + EPS)
    elif case.op == "batch_norm_training":
        mean, variance = _moments(wide, (0, *pixels), one_pass)
        normalized = (wide - mean) * jax.lax.rsqrt(variance + EPS)
        count = case.elements // case.channels
        for running, new in (
            (t["running_mean"], mean.reshape(-1)),
            (
                t["running_variance"],
                variance.reshape(-1) * (count / (count - 1)),
            ),
        ):
            outputs.append((1 - MOMENTUM) * running + MOMENTUM * new)
    else:
        groups = case.groups or case.channels
        size = case.channels // groups
        shape = list(wide.shape)
        shape[channel : channel + 1] = [groups, size]
        split = wide.reshape(shape)
        axes = tuple(i for i in range(1, split.ndim) if i != channel)
        mean, variance = _moments(split, axes, one_pass)
        normalized = (split - mean) * jax.lax.rsqrt(variance + EPS)
        normalized = normalized.reshape(wide.shape)
    y = normalized * t["weight"].reshape(along) + t["bias"].reshape(along)
    if case.activation == "relu":
        y = jax.nn.relu(y)
    elif case.activation == "silu":
        y = jax.nn.silu(y)
    return [y.astype(stored.dtype)] + outputs


class Jax(Contender):
    def __init__(self, library, threads, options):
        super().__init__(library, threads, options)
        jax.config.update("jax_enable_x64", True)
        # A call then runs on the thread that makes it: 10 to 20 us less.
        jax.config.update("jax_cpu_enable_async_dispatch", False)

    def version(self):
        return jax.__version__

    def prepare(self, case):
        jax.clear_caches()
        arguments = Arguments(self.library, case)
        names = _NAMES[case.op] + (("residual",) if case.residual else ())
        tensors = {
            name: jnp.asarray(
                numpy.frombuffer(
                    arguments[name].as_buffer(),
                    _DTYPES[arguments[name].dtype],
                ).reshape(arguments[name].shape)
            )
            for name in names
        }
        norm = _row_norm if case.is_row_norm else _channel_norm
        one_read = case.op in ("rms_norm", "l2_norm", "batch_norm_inference")
        loops = []
        for one_pass in (False,) if one_read else (False, True):
            compiled = jax.jit(functools.partial(norm, case, one_pass))
            setting = "" if one_read else ("one pass" if one_pass else "two passes")
            loops.append(self.loop(case, compiled, tensors, arguments, setting))
        return [loops]

    def loop(self, case, compiled, tensors, arguments, setting):
        outputs = []

        def call():
            # XLA may read the memory of `arguments` where it lies.
            assert arguments
            outputs[:] = jax.block_until_ready(compiled(tensors))

        def values():
            y = numpy.asarray(outputs[0])
            return sample(self.library, y.ctypes.data, case.dtype, y.size)

        return python_loop("JAX", call, values, setting)
