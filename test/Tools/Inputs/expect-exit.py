"""expect-exit.py CODE COMMAND...: runs COMMAND and fails unless it exits with CODE."""

import subprocess
import sys

expected = int(sys.argv[1])
code = subprocess.call(sys.argv[2:])
if code != expected:
    sys.exit(f"expected exit code {expected}, but got {code}: {sys.argv[2:]}")
