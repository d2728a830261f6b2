# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Results in a JSON file that is whole after every case, so that a run that was
stopped goes on where it was."""

import hashlib
import json
import os

VERSION = 1


def key(name, threads):
    return f"{name} @ {threads}"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def load(path):
    with open(path) as file:
        return json.load(file)


class Store:
    def __init__(self, path, header):
        """`header` is what all results of a file must have in common: a file
        with another one is set aside."""
        self.path = path
        self.results = {"version": VERSION, "header": header}
        self.results.update(machine={}, peers={}, missing={}, cases={})
        self.set_aside = ""
        if not os.path.exists(path):
            return
        old = load(path)
        if (old.get("version"), old.get("header")) == (VERSION, header):
            self.results = old
        else:
            self.set_aside = path + ".old"
            os.replace(path, self.set_aside)

    def has(self, name, threads, peers):
        """Whether there is a result with a word on each of `peers`."""
        result = self.results["cases"].get(key(name, threads))
        if result is None or "failed" in result:
            return False
        known = set(result["times"]) | set(result["without"])
        return set(peers) <= known

    def add(self, case, threads, result):
        result.update(
            name=case.name,
            family=case.family,
            threads=threads,
            op=case.op,
            dtype=case.dtype,
            layout=case.layout,
            channels=case.channels,
        )
        self.results["cases"][key(case.name, threads)] = result
        self.save()

    def save(self):
        folder = os.path.dirname(os.path.abspath(self.path))
        os.makedirs(folder, exist_ok=True)
        temporary = self.path + ".part"
        with open(temporary, "w") as file:
            json.dump(self.results, file, indent=1, sort_keys=True)
            file.write("\n")
        os.replace(temporary, self.path)
