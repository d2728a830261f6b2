"""new-every.py BNC BNC_OPT: every spec of `bnc new` parses and verifies."""

import itertools
import subprocess
import sys

bnc, bnc_opt = sys.argv[1:]
shapes = {True: ("?x1024", "2x?x64"),
          False: ("?x64x8x?", "2x64")}
rows = ("l2_norm", "layer_norm", "rms_norm")
features = ("batch_norm_inference", "batch_norm_training", "group_norm",
            "instance_norm")
number = 0
texts = []
for op in rows + features:
    is_row = op in rows
    layouts = (None,) if is_row else ("nchw", "nhwc")
    for dtype, layout, shape, extra in itertools.product(
            ("f64", "f32", "bf16"), layouts, shapes[is_row],
            ((), ("--residual", "--activation=relu"), ("--saves=rstd",))):
        if "--saves=rstd" in extra and op == "batch_norm_inference":
            continue
        if layout == "nhwc":  # channels go last
            first, second, *rest = shape.split("x")
            shape = "x".join([first, *rest, second])
        arguments = [op, f"--shape={shape}", f"--dtype={dtype}",
                     f"--name=f{number}", *extra]
        if layout:
            arguments.append(f"--layout={layout}")
        texts.append(subprocess.run([bnc, "new", *arguments], check=True,
                                    capture_output=True, text=True).stdout)
        number += 1
# One run of the verifier: modules in a file are apart after a split marker.
subprocess.run([bnc_opt, "--split-input-file", "-o", "/dev/null"],
               input="\n// -----\n".join(texts), check=True, text=True)
assert number == len(texts) and number > 150
