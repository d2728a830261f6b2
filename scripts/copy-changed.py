# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Copies the files named on standard input (separated by NUL) into a folder,
leaving alone those that are the same, so that their times stay, and removes
what is no longer named from the folders of sources."""

import filecmp
import os
import shutil
import sys

target = sys.argv[1]
names = {name for name in sys.stdin.read().split("\0") if os.path.isfile(name)}
folders = {name.split("/")[0] for name in names if "/" in name}
for folder in folders:
    for path, _, files in os.walk(os.path.join(target, folder)):
        for file in files:
            name = os.path.relpath(os.path.join(path, file), target)
            if name not in names:
                os.remove(os.path.join(target, name))
for name in sorted(names):
    copy = os.path.join(target, name)
    if os.path.exists(copy) and filecmp.cmp(name, copy, shallow=False):
        continue
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    # Not copy2: an older time than the object's would hide the change.
    shutil.copyfile(name, copy)
    shutil.copymode(name, copy)
