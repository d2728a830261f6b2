# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""plant-fault.py [--check] FAULT... TREE: makes the changes that .fault files
describe, or only looks whether each can be made.

A fault is a comment in lines of '#', then sections:
    file: PATH
    replace:
    (lines)
    by:
    (lines)
The lines to replace must occur exactly once."""

import sys


def plant(fault, tree, only_check):
    path, sections, section = None, {"replace": [], "by": []}, None
    for line in open(fault).read().splitlines():
        if line.startswith("file: "):
            path = line[len("file: ") :]
        elif line in ("replace:", "by:"):
            section = line[:-1]
        elif section:
            sections[section].append(line)
    old, new = ("\n".join(sections[key]) for key in ("replace", "by"))
    text = open(f"{tree}/{path}").read()
    if text.count(old) != 1:
        sys.exit(
            f"{fault}: expected the lines once in {path}, "
            f"but found them {text.count(old)} times"
        )
    if only_check:
        return
    with open(f"{tree}/{path}", "w") as out:
        out.write(text.replace(old, new))


def main():
    only_check = sys.argv[1] == "--check"
    *faults, tree = sys.argv[2 if only_check else 1 :]
    for fault in faults:
        plant(fault, tree, only_check)


main()
