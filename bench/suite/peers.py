# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""The peers: what to install for each, and how its process is started."""

import dataclasses
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@dataclasses.dataclass
class Peer:
    """`column` is where it stands in the table: of peers in one column the
    fastest is shown. `missing` says why it does not take part."""

    label: str
    worker: str
    packages: tuple
    column: str
    options: dict = dataclasses.field(default_factory=dict)
    libraries: str = ""
    missing: str = ""


_TORCH = ("torch==2.13.0", "numpy")
_ONEDNN = ("onednn", "onednn-devel", "intel-opencl-rt")
PEERS = {
    "pytorch": Peer("PyTorch", "pytorch", _TORCH, "PyTorch"),
    "compile": Peer("torch.compile", "compiled", _TORCH, "torch.compile"),
    "onednn": Peer("oneDNN", "onednn", _ONEDNN, "oneDNN"),
    "onnxruntime": Peer(
        "ONNX Runtime",
        "onnxruntime",
        ("onnxruntime", "onnx", "numpy"),
        "ONNX Runtime",
    ),
    "jax": Peer("JAX", "jax", ("jax", "numpy"), "JAX"),
}
COLUMNS = list(dict.fromkeys(peer.column for peer in PEERS.values()))


class Environment:
    """A Python environment in `folder` with the packages of the peers."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.venv = os.path.join(self.folder, "venv")
        self.python = os.path.join(self.venv, "bin", "python")
        self.icd = os.path.join(self.venv, "lib", "libintelocl.so")

    def has(self, packages):
        names = [package.split("==")[0] for package in packages]
        check = "import sys, importlib.metadata as m; "
        check += "[m.version(n) for n in sys.argv[1:]]"
        return self.run([self.python, "-c", check, *names])

    def run(self, command):
        """Whether `command` ends well; what it says is in the log."""
        with open(os.path.join(self.folder, "setup.log"), "a") as log:
            try:
                done = subprocess.run(command, stdout=log, stderr=log)
            except OSError as error:
                print(error, file=log)
                return False
        return done.returncode == 0

    def install(self, packages):
        """Empty, or why the packages cannot be had."""
        if not os.path.exists(self.python):
            if not self.run([sys.executable, "-m", "venv", self.venv]):
                return "python3 has no venv module that works"
        if self.has(packages):
            return ""
        print(f"bench: installing {' '.join(packages)}", file=sys.stderr)
        command = [self.python, "-m", "pip", "install", "--no-input", "-q"]
        if not self.run(command + list(packages)):
            return f"pip cannot install {' '.join(packages)}"
        return ""

    def build_shim(self, library, name):
        """The shared library `name` that calls the oneDNN of `library`: empty,
        or why it cannot be built."""
        source = os.path.join(ROOT, "bench", "OneDNN.cpp")
        target = self.shim(name)
        newest = max(os.path.getmtime(path) for path in (source, library))
        if os.path.exists(target) and os.path.getmtime(target) >= newest:
            return ""
        command = ["c++", "-std=c++17", "-O2", "-shared", "-fPIC"]
        command += ["-I", os.path.join(self.venv, "include"), source, library]
        command += ["-Wl,--allow-shlib-undefined", "-o", target]
        return "" if self.run(command) else "its C++ program does not compile"

    def shim(self, name):
        return os.path.join(self.folder, f"lib{name}.so")


def choose(names, onednn, folder):
    """The peers called `names`, installed, or with the reason why not. `onednn`
    is the path of a second build of libdnnl, or empty."""
    if not names:
        return []
    os.makedirs(folder, exist_ok=True)
    environment = Environment(folder)
    peers = []
    for name in names:
        peer = dataclasses.replace(PEERS[name])
        peer.missing = environment.install(peer.packages)
        peers.append(peer)
        if name != "onednn":
            continue
        library = os.path.join(environment.venv, "lib", "libdnnl.so")
        _add_onednn(peer, environment, library, "onednn_package")
        source = dataclasses.replace(PEERS[name], label="oneDNN source")
        if not onednn:
            source.missing = "no build was pointed at (--onednn=PATH)"
        elif not os.path.exists(onednn):
            source.missing = "there is no file at the path given"
        else:
            source.missing = peer.missing
            _add_onednn(
                source, environment, os.path.abspath(onednn), "onednn_source"
            )
        peers.append(source)
    return peers


def _add_onednn(peer, environment, library, name):
    if peer.missing:
        return
    peer.missing = environment.build_shim(library, name)
    peer.options = {"shim": environment.shim(name), "label": peer.label}
    peer.libraries = os.path.dirname(library)
    if os.path.exists(environment.icd):
        peer.options["icd"] = environment.icd
