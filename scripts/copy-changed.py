# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Copies the files named on standard input (separated by NUL) into a folder,
leaving alone those that are the same, so that their times stay."""

import filecmp
import os
import shutil
import sys

target = sys.argv[1]
for name in sys.stdin.read().split("\0"):
    if not os.path.isfile(name):
        continue
    copy = os.path.join(target, name)
    if os.path.exists(copy) and filecmp.cmp(name, copy, shallow=False):
        continue
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    # Not copy2: an older time than the object's would hide the change.
    shutil.copyfile(name, copy)
    shutil.copymode(name, copy)
