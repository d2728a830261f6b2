# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""bench-suite.py SUITE BNC: the suite, without a library and without timing."""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import unittest

from suite import bars, compare, measure, relations, report, store
from suite.cases import CALL, FAMILIES, Case, Suite
from suite.process import Failed, NotSupported

SUITE, BNC = sys.argv[1:3]
ROWS = Case("rms_norm", "f32", (4096, 4096))
PLANES = Case("batch_norm_training", "f32", (16, 64, 56, 56), "nchw")


def times(**seconds):
    return {
        label: {"seconds": s, "low": 0.98 * s, "high": 1.02 * s}
        for label, s in seconds.items()
    }


def result(case, limit=0.9, one_read=False, without=None, **seconds):
    return {
        "name": case.name,
        "family": case.family,
        "op": case.op,
        "dtype": case.dtype,
        "layout": case.layout,
        "channels": case.channels,
        "threads": 1,
        "facts": {
            "bytes": 2 * 4 * case.elements,
            "one_read_of_two": one_read,
        },
        "times": times(**seconds),
        "limits": times(limit=limit),
        "settings": {},
        "without": without or {},
    }


def results(*entries):
    return {
        "machine": {},
        "peers": {"JAX": "1"},
        "missing": {"oneDNN": "pip cannot install onednn"},
        "cases": {store.key(r["name"], r["threads"]): r for r in entries},
    }


class TheSuite(unittest.TestCase):
    suite = Suite(SUITE)

    def test_names_are_unique(self):
        names = [case.name for case in self.suite.cases]
        self.assertEqual(len(names), len(set(names)))

    def test_quick_names_cases_of_every_family(self):
        quick = self.suite.select(quick=True)
        self.assertEqual(len(quick), len(self.suite.quick))
        families = {case.family for case in quick}
        self.assertEqual(families, {CALL, *FAMILIES.values()})
        # A run that is cut short has some of each.
        first = quick[: len(families)]
        self.assertEqual({case.family for case in first}, families)

    def test_filter_picks_by_name(self):
        chosen = self.suite.select(pattern="^rms_norm bf16 1x7168$")
        self.assertEqual([case.name for case in chosen], ["rms_norm bf16 1x7168"])

    def test_every_case_is_a_spec(self):
        def new(case):
            command = [BNC, "new", *case.spec_arguments()]
            done = subprocess.run(command, capture_output=True, text=True)
            return case.name, done.returncode, done.stderr

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for name, code, errors in pool.map(new, self.suite.cases):
                self.assertEqual(code, 0, f"{name}: {errors}")


class FakeProcess:
    """A contender that answers with given seconds."""

    threads = 1

    def __init__(self, label, seconds, values=(1.0, 2.0)):
        self.peer = type("Peer", (), {"label": label})
        self.seconds, self.values = seconds, list(values)

    def prepare(self, case):
        if isinstance(self.seconds, Exception):
            raise self.seconds
        loops = [self.loop(self.peer.label)]
        if self.peer.label == "bnc":
            loops.append(self.loop("limit, plain"))
        facts = {"bytes": 1 << 25, "one_read_of_two": False}
        return {"loops": loops, "facts": facts}

    def loop(self, name):
        return {
            "name": name,
            "calls": 1,
            "setting": "",
            "values": self.values,
        }

    def time(self, loop, calls):
        return self.seconds

    def forget(self):
        pass


class Measuring(unittest.TestCase):
    def test_a_peer_that_does_not_run_is_named_with_the_reason(self):
        peers = [
            FakeProcess("JAX", 2.0),
            FakeProcess("oneDNN", NotSupported("no f64")),
            FakeProcess("PyTorch", Failed("its process ended with -9")),
        ]
        got = measure.measure(ROWS, FakeProcess("bnc", 1.0), peers)
        self.assertEqual(set(got["times"]), {"bnc", "JAX"})
        self.assertEqual(got["without"]["oneDNN"], "no f64")
        self.assertIn("-9", got["without"]["PyTorch"])
        self.assertEqual(report.speedup_of(got), 2.0)

    def test_other_results_are_not_timed(self):
        peers = [
            FakeProcess("JAX", 0.5, values=(1.0, 2.1)),
            FakeProcess("PyTorch", 0.5, values=(float("nan"), 2.0)),
        ]
        got = measure.measure(ROWS, FakeProcess("bnc", 1.0), peers)
        self.assertEqual(set(got["times"]), {"bnc"})
        self.assertIn("another result", got["without"]["JAX"])
        self.assertIn("another result", got["without"]["PyTorch"])


class Resuming(unittest.TestCase):
    def test_what_is_measured_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "results.json")
            first = store.Store(path, {"bnc": "1"})
            self.assertFalse(first.has(ROWS.name, 1, ["JAX"]))
            first.add(ROWS, 1, result(ROWS, bnc=1.0, JAX=2.0))
            # What a killed run has not written is not there.
            with open(path + ".part", "w") as file:
                file.write('{"cases"')
            second = store.Store(path, {"bnc": "1"})
            self.assertTrue(second.has(ROWS.name, 1, ["JAX"]))
            self.assertFalse(second.has(ROWS.name, 2, ["JAX"]))
            self.assertFalse(second.has(PLANES.name, 1, ["JAX"]))
            # A peer that was not there before is measured.
            self.assertFalse(second.has(ROWS.name, 1, ["JAX", "PyTorch"]))

    def test_another_compiler_starts_again(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "results.json")
            store.Store(path, {"bnc": "1"}).add(ROWS, 1, result(ROWS, bnc=1.0))
            other = store.Store(path, {"bnc": "2"})
            self.assertFalse(other.has(ROWS.name, 1, []))
            self.assertTrue(os.path.exists(other.set_aside))


class Comparing(unittest.TestCase):
    def test_tells_what_got_slower_against_the_limit(self):
        before = results(
            result(ROWS, limit=0.9, bnc=1.0), result(PLANES, bnc=1.0)
        )
        # The machine is half as fast, and one of them a fifth slower besides.
        after = results(
            result(ROWS, limit=1.8, bnc=2.0),
            result(PLANES, limit=1.8, bnc=2.4),
        )
        slower, faster, _, count = compare.compare(before, after)
        self.assertEqual([name for name, _, _ in slower], [PLANES.name])
        self.assertEqual((faster, count), ([], 2))
        text, any_slower = compare.describe(before, after)
        self.assertTrue(any_slower)
        self.assertIn(PLANES.name, text)

    def test_quartiles_that_overlap_are_no_change(self):
        before, after = result(ROWS, bnc=1.0), result(ROWS, bnc=1.1)
        after["times"]["bnc"]["low"] = 1.0
        slower, _, _, _ = compare.compare(results(before), results(after))
        self.assertEqual(slower, [])


class Reporting(unittest.TestCase):
    def test_a_peer_that_wins_is_printed_first(self):
        wins = result(ROWS, bnc=1.0, JAX=2.0, PyTorch=3.0)
        loses = result(PLANES, bnc=1.0, JAX=0.5)
        text = report.report(results(wins, loses), "./dev bench")
        self.assertIn("A peer is faster: 1 of 2", text)
        self.assertLess(text.index(PLANES.name), text.index(ROWS.name))
        self.assertIn("0.50 JAX", text)

    def test_the_missing_are_named(self):
        entry = result(ROWS, bnc=1.0, without={"JAX": "no such thing"})
        text = report.report(results(entry), "./dev bench")
        self.assertIn("**oneDNN is missing**: pip cannot install onednn", text)
        self.assertIn("- JAX: no such thing", text)

    def test_means_are_geometric(self):
        entries = [
            result(ROWS, bnc=1.0, JAX=2.0),
            result(Case("layer_norm", "f32", (4, 4)), bnc=1.0, JAX=8.0),
        ]
        text = report.report(results(*entries), "./dev bench")
        self.assertIn("| row norms | 2 | 4.00 | 1.8 |", text)

    def test_layouts_are_held_against_each_other(self):
        shape = (16, 64, 56, 56)
        first = Case("batch_norm_training", "f32", shape, "nchw")
        last = Case("batch_norm_training", "f32", shape, "nhwc")
        entries = [result(first, bnc=4.0, JAX=3.0), result(last, bnc=1.0, JAX=9.0)]
        text = report.report(results(*entries), "./dev bench")
        self.assertIn("each in its faster one: 3.00 over 1 cases", text)

    def test_bars_are_those_of_the_size(self):
        self.assertEqual(bars.bar_of(result(ROWS, bnc=1.0)), 0.93)
        self.assertEqual(bars.bar_of(result(PLANES, bnc=1.0)), 0.87)
        planes = result(PLANES, one_read=True, bnc=1.0)
        self.assertEqual(bars.bar_of(planes), 0.72)
        small = Case("rms_norm", "f32", (64, 1024))
        self.assertEqual(bars.bar_of(result(small, bnc=1.0)), 0.95)

    def test_bars_between_cases(self):
        def channels(count, seconds, threads=1):
            shape = (16, count, 56, 56)
            case = Case("batch_norm_training", "f32", shape, "nhwc")
            return dict(result(case, bnc=seconds), threads=threads)

        decode = result(Case("rms_norm", "f32", (1, 4096)), bnc=1.0, oneDNN=2.0)
        entries = [
            decode,
            channels(64, 64.0),
            channels(63, 100.0),
            channels(8, 10.0),
            channels(64, 32.0, threads=2),
            result(Case("rms_norm", "f32", (0, 64)), bnc=2e-8),
        ]
        found = relations.relations(results(*entries)["cases"])
        reached = [(round(n, 2), bar, ok) for _, n, bar, ok in found]
        expected = [
            (0.5, "at most 0.45", False),
            (20.0, "under 15", False),
            (0.63, "0.9", False),
            (0.8, "0.7", True),
            (2.0, "1.7", True),
        ]
        self.assertEqual(reached, expected)


unittest.main(argv=sys.argv[:1])
