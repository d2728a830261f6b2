# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""Results as Markdown. Where a peer is faster comes first."""

import math

from .bars import ALL_BAR, FAMILY_BARS, TIE, bar_of
from .cases import CALL
from .peers import COLUMNS
from .relations import relations

# Two builds of oneDNN share a column.
_COLUMN_OF = {"oneDNN source": "oneDNN"}


def limit_of(result):
    return min(limit["seconds"] for limit in result["limits"].values())


def fraction_of(result):
    return limit_of(result) / result["times"]["bnc"]["seconds"]


def best_peer(result):
    """Label and seconds of the fastest peer, or None."""
    peers = [
        (time["seconds"], label)
        for label, time in result["times"].items()
        if label != "bnc"
    ]
    return min(peers)[::-1] if peers else None


def speedup_of(result):
    """How often bnc is faster than the fastest peer; None without peers."""
    best = best_peer(result)
    return best[1] / result["times"]["bnc"]["seconds"] if best else None


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def _column(result, column):
    times = [
        (time["seconds"], label)
        for label, time in result["times"].items()
        if _COLUMN_OF.get(label, label) == column
    ]
    if not times:
        return "-"
    seconds, label = min(times)
    mark = " s" if label != column else ""
    return f"{seconds * 1e6:.4g}{mark}"


def _row(result):
    mine = result["times"]["bnc"]
    fraction, bar = fraction_of(result), bar_of(result)
    best, speedup = best_peer(result), speedup_of(result)
    cells = [
        result["name"],
        f"{mine['seconds'] * 1e6:.4g}",
        f"{mine['low'] * 1e6:.4g} to {mine['high'] * 1e6:.4g}",
        f"{result['facts']['bytes'] / mine['seconds'] * 1e-9:.1f}",
        f"{fraction:.2f}",
        "" if bar is None else f"{bar:.2f}" + (" **below**" if fraction < bar else ""),
        f"{speedup:.2f} {best[0]}" if best else "-",
    ]
    cells += [_column(result, column) for column in COLUMNS]
    return "| " + " | ".join(cells) + " |"


def _table(results):
    titles = ["case", "bnc us", "quartiles", "GB/s", "of the limit", "bar"]
    titles += ["best peer takes", *(f"{column} us" for column in COLUMNS)]
    lines = ["| " + " | ".join(titles) + " |"]
    lines.append("|" + "---|" * len(titles))
    lines += [_row(result) for result in results]
    return lines


def _means(results):
    lines = ["| family | cases | best peer takes, geometric mean | bar |"]
    lines.append("|---|---|---|---|")
    compared = [r for r in results if best_peer(r)]
    for family, bar in [*FAMILY_BARS.items(), ("all", ALL_BAR)]:
        speedups = [
            speedup_of(r) for r in compared if family in (r["family"], "all")
        ]
        if speedups:
            mean = geometric_mean(speedups)
            below = " **below**" if mean < bar else ""
            lines.append(f"| {family} | {len(speedups)} | {mean:.2f}{below} | {bar} |")
    return lines


def _layouts(results):
    """Where a case is there in both layouts: bnc in its faster one, against the
    fastest peer in the peer's faster one."""
    both = {}
    for result in results:
        if result["layout"]:
            name = result["name"].replace(f" {result['layout']} ", " ")
            both.setdefault(name, []).append(result)
    speedups = []
    for pair in both.values():
        peers = [best_peer(r)[1] for r in pair if best_peer(r)]
        if len(pair) == 2 and peers:
            mine = min(r["times"]["bnc"]["seconds"] for r in pair)
            speedups.append(min(peers) / mine)
    if not speedups:
        return []
    losses = sum(speedup < TIE for speedup in speedups)
    return [
        "",
        f"With both layouts to choose from, each in its faster one: "
        f"{geometric_mean(speedups):.2f} over {len(speedups)} cases; "
        f"a peer is faster in {losses}.",
    ]


def _without(results):
    """What takes no part in which cases, grouped by the reason."""
    reasons = {}
    for result in results:
        for label, reason in result["without"].items():
            reasons.setdefault((label, reason), []).append(result["name"])
    for (label, reason), names in sorted(reasons.items()):
        some = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        yield f"- {label}: {reason} ({some})"


def _relations(cases):
    """Bars between cases, those not met first; of each, whether it is."""
    found = sorted(relations(cases), key=lambda relation: relation[3])
    if not found:
        return []
    met = sum(reached for _, _, _, reached in found)
    lines = ["", "## Bars between cases", "", f"{met} of {len(found)} are met."]
    lines += ["", "| | | bar | |", "|---|---|---|---|"]
    for what, figure, bar, reached in found:
        word = "met" if reached else "**below**"
        lines.append(f"| {what} | {figure:.2f} | {bar} | {word} |")
    return lines


def _section(lines, title, body):
    lines += ["", "### " + title, "", *body]


def _threads(lines, results, threads):
    word = "thread" if threads == 1 else "threads"
    lines += ["", f"## {threads} {word}"]
    good = [r for r in results if "failed" not in r]
    failed = [r for r in results if "failed" in r]
    ranked = sorted(
        (r for r in good if best_peer(r)), key=lambda r: speedup_of(r)
    )
    losses = [r for r in ranked if speedup_of(r) < TIE]
    ties = [r for r in ranked if TIE <= speedup_of(r) < 1]
    if losses:
        title = f"A peer is faster: {len(losses)} of {len(ranked)}"
        _section(lines, title, _table(losses))
    elif ranked:
        lines += ["", f"No peer is faster in any of {len(ranked)} cases."]
    if ties:
        _section(lines, "Ties", _table(ties))
    if failed:
        body = [f"- {r['name']}: {r['failed']}" for r in failed]
        _section(lines, "bnc failed", body)
    if ranked:
        _section(lines, "Means", _means(good) + _layouts(good))
    shown = {id(r) for r in losses + ties}
    for family in FAMILY_BARS:
        rest = [r for r in good if r["family"] == family and id(r) not in shown]
        if rest:
            rest.sort(key=lambda r: (speedup_of(r) or 0, r["name"]))
            _section(lines, family.capitalize(), _table(rest))
    reasons = list(_without(good))
    if reasons:
        _section(lines, "Not compared", reasons)


def report(results, command):
    """The text for a file of results."""
    machine = results["machine"]
    caches = ", ".join(f"{k} {v}" for k, v in machine.get("caches", {}).items())
    lines = [
        "# bnc beside its peers",
        "",
        f"    {command}",
        "",
        f"{machine.get('processor', '')} (family {machine.get('family', '')}), "
        f"{machine.get('processors', '')} processors, {caches}; "
        f"{machine.get('date', '')}.",
        "Medians of 15 interleaved repetitions; docs/Speed.md says how each is run "
        "and what the limit is.",
        "*Best peer takes*: its time over bnc's. *s*: oneDNN's source build.",
        "",
    ]
    for label, version in sorted(results["peers"].items()):
        lines.append(f"- {label}: {version}")
    for label, reason in sorted(results["missing"].items()):
        lines.append(f"- **{label} is missing**: {reason}")
    cases = results["cases"].values()
    for threads in sorted({r["threads"] for r in cases}):
        mine = [
            r for r in cases if r["threads"] == threads and r["family"] != CALL
        ]
        _threads(lines, mine, threads)
    lines += _relations(results["cases"])
    return "\n".join(lines) + "\n"
