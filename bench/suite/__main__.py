# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""./dev bench: runs the suite, or compares two runs."""

import argparse
import os
import shlex
import sys

from . import machine, peers, report, store
from .cases import Suite
from .compare import describe
from .measure import measure
from .process import Process

_NAMES = list(peers.PEERS)


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog="./dev bench", description="bnc beside the limit and its peers"
    )
    parser.add_argument(
        "--quick", action="store_true", help="some cases of every family"
    )
    parser.add_argument(
        "--filter", default="", metavar="REGEX", help="cases whose name matches"
    )
    parser.add_argument(
        "--threads", default="", metavar="1,2", help="thread counts (the suite's)"
    )
    parser.add_argument(
        "--peers", default="all", help=f"all, none, or of {','.join(_NAMES)}"
    )
    parser.add_argument(
        "--onednn", default="", metavar="PATH", help="libdnnl.so of another build"
    )
    parser.add_argument(
        "--output",
        default="build-bench/results.json",
        help="JSON to go on with; the table is written beside it",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="measure again what is in it"
    )
    parser.add_argument("--list", action="store_true", help="name the cases only")
    parser.add_argument(
        "--report", action="store_true", help="write the table again, run nothing"
    )
    parser.add_argument(
        "--compare",
        nargs=2,
        metavar=("A.json", "B.json"),
        help="what got slower from A to B; exit code 1 if something did",
    )
    parser.add_argument("--bnc", default="build/bin/bnc")
    parser.add_argument("--library", default="build/lib/libbnc_bench.so")
    parser.add_argument("--suite", default="bench/suite.json")
    options = parser.parse_args(arguments)
    chosen = {"all": _NAMES, "none": []}.get(options.peers)
    options.peers = options.peers.split(",") if chosen is None else chosen
    for name in options.peers:
        if name not in peers.PEERS:
            parser.error(f"no peer '{name}'; there are: {', '.join(_NAMES)}")
    return options


def _command(arguments):
    """The command line, without paths of this machine."""

    def shorten(word):
        option, equals, value = word.partition("=")
        if os.path.isabs(value or option):
            value = os.path.basename(value or option)
            return option + equals + value if equals else value
        return word

    words = [shorten(word) for word in arguments if word != "--report"]
    return shlex.join(["./dev", "bench", *words])


def _say(result, name, threads):
    if "failed" in result:
        text = "failed: " + result["failed"]
    else:
        mine = result["times"]["bnc"]["seconds"] * 1e6
        text = f"{mine:9.4g} us, {report.fraction_of(result):.2f} of the limit"
        best = report.best_peer(result)
        if best:
            text += f", {report.speedup_of(result):.2f} times {best[0]}"
    print(f"{name:52} {threads}  {text}", flush=True)


def _write_report(results, path, command):
    text = report.report(results, command)
    with open(os.path.splitext(path)[0] + ".md", "w") as file:
        file.write(text)


def _run(options, command):
    suite = Suite(options.suite)
    cases = suite.select(options.quick, options.filter)
    if options.list:
        print("\n".join(case.name for case in cases))
        return 0
    threads_list = [int(n) for n in options.threads.split(",") if n]
    threads_list = threads_list or suite.threads
    folder = "build-bench"
    os.makedirs(folder, exist_ok=True)
    chosen = peers.choose(options.peers, options.onednn, folder)
    header = {"bnc": store.digest(options.bnc)}
    results = store.Store(options.output, header)
    if results.set_aside:
        print(f"bench: bnc has changed; old results are in {results.set_aside}")
    results.results["machine"] = machine.facts()
    for peer in chosen:
        if peer.missing:
            print(f"bench: {peer.label} is missing: {peer.missing}")
            results.results["missing"][peer.label] = peer.missing
        else:
            results.results["missing"].pop(peer.label, None)
    present = [peer for peer in chosen if not peer.missing]
    python = peers.Environment(folder).python
    for threads in threads_list:
        processes = [
            Process(python, peer, options.library, threads, folder)
            for peer in present
        ]
        bnc = Process(
            sys.executable,
            peers.Peer("bnc", "bnc", (), "bnc", {"bnc": os.path.abspath(options.bnc)}),
            options.library,
            threads,
            folder,
        )
        labels = [peer.label for peer in present]
        for case in cases:
            if not options.fresh and results.has(case.name, threads, labels):
                continue
            result = measure(case, bnc, processes)
            for process in processes:
                if process.version:
                    versions = results.results["peers"]
                    versions[process.peer.label] = process.version
            results.add(case, threads, result)
            _say(result, case.name, threads)
        for process in [bnc, *processes]:
            process.stop()
    results.save()
    _write_report(results.results, options.output, command)
    print(f"bench: wrote {options.output} and the table beside it")
    return 0


def main(arguments):
    options = _options(arguments)
    if options.compare:
        text, slower = describe(*map(store.load, options.compare))
        print(text)
        return 1 if slower else 0
    command = _command(arguments)
    if options.report:
        _write_report(store.load(options.output), options.output, command)
        return 0
    return _run(options, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
