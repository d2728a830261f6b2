#!/usr/bin/env python3
# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Bytes of code and constants per schedule case and instruction set, for specs of
every op, types and layouts: those above the bar, largest first. A library for each
of four instruction sets, or with --together one for all, which then share the
entry and the metadata. Exits with 1 if there are any.

    scripts/code-sizes.py build/bin/bnc /usr/lib/llvm-22/bin/llvm-size \\
        [--together] [--op=OP]
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

BAR = 8192
TARGETS = ("x86-64-v2", "x86-64-v3", "x86-64-v4", "znver4")
ROWS = ("?x?", "?x4096", "4096x4096", "1x1048576")
PLANES = ("32x64x56x56", "?x64x?x?", "?x?x?x?")
OVER_PLANES = (
    "batch_norm_inference",
    "batch_norm_training",
    "group_norm",
    "instance_norm",
)


def specs():
    """Arguments of 'bnc new'."""
    for dtype in ("f32", "bf16"):
        for op in ("layer_norm", "rms_norm"):
            for shape in ROWS:
                yield [op, f"--shape={shape}", f"--dtype={dtype}"]
        for op in OVER_PLANES:
            for shape in PLANES:
                n, c, h, w = shape.split("x")
                if op == "group_norm" and c == "?":
                    continue
                yield [op, f"--shape={shape}", f"--dtype={dtype}"]
                last = f"--shape={n}x{h}x{w}x{c}"
                yield [op, last, "--layout=nhwc", f"--dtype={dtype}"]


def cases(metadata, spec):
    """How many cases are compiled: with static extents the one they choose."""
    if not any("?" in word for word in spec):
        return 1
    return max(
        len(kernel.get("schedule", []))
        for function in metadata["functions"]
        for variant in function["variants"]
        for kernel in variant["kernels"]
    )


def size(bnc, llvm_size, spec, target, folder):
    """Bytes per case and instruction set of one spec for `target`, which may be
    several with commas between them."""
    text = subprocess.run([bnc, "new", *spec], check=True, capture_output=True)
    base = folder / "sized"
    subprocess.run(
        [bnc, "-", f"--target={target}", "-o", base],
        input=text.stdout,
        check=True,
        capture_output=True,
    )
    sections = subprocess.run(
        [llvm_size, "-A", f"{base}.a"],
        check=True,
        capture_output=True,
        text=True,
    )
    bytes_ = sum(
        int(found)
        for found in re.findall(
            r"^\.(?:text|rodata)\S*\s+(\d+)", sections.stdout, re.MULTILINE
        )
    )
    metadata = json.loads(pathlib.Path(f"{base}.json").read_text())
    return bytes_ / cases(metadata, spec) / len(target.split(","))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bnc")
    parser.add_argument("llvm_size")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--op", help="of this op alone")
    options = parser.parse_args()
    targets = [",".join(TARGETS)] if options.together else TARGETS
    with tempfile.TemporaryDirectory() as folder:
        sizes = sorted(
            (
                (
                    size(
                        options.bnc,
                        options.llvm_size,
                        spec,
                        target,
                        pathlib.Path(folder),
                    ),
                    " ".join([*spec, target]),
                )
                for spec in specs()
                if options.op in (None, spec[0])
                for target in targets
            ),
            reverse=True,
        )
    above = [entry for entry in sizes if entry[0] > BAR]
    for bytes_, name in above:
        print(f"{bytes_:6.0f}  {name}")
    print(f"{len(above)} of {len(sizes)} above {BAR} bytes a case")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
