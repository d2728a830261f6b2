"""Runs a command on every ```mlir example of the given files.

usage: run_examples.py FILE... -- COMMAND...

The example is the command's standard input. Fails if one fails, or if a file
has no example.
"""

import re
import subprocess
import sys


def main():
    split = sys.argv.index("--")
    files, command = sys.argv[1:split], sys.argv[split + 1 :]
    failed = 0
    for path in files:
        with open(path) as file:
            text = file.read()
        examples = list(re.finditer(r"```mlir\n(.*?)```", text, re.DOTALL))
        if not examples:
            print(f"{path}: no example")
            failed += 1
        for example in examples:
            line = text.count("\n", 0, example.start()) + 1
            run = subprocess.run(
                command, input=example[1], text=True, capture_output=True
            )
            if run.returncode:
                print(f"{path}:{line}: the example fails\n{run.stderr}")
                failed += 1
    return 1 if failed else 0


sys.exit(main())
