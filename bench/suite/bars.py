# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""What a case has to reach: the fraction of its limit, and the speed beside the
fastest peer."""

# Against the fastest peer; from TIE up to 1 neither is faster.
TIE = 0.95
FAMILY_BARS = {
    "row norms": 1.8,
    "batch norm inference": 1.8,
    "batch norm training": 2.5,
    "group and instance norm": 2.5,
}
ALL_BAR = 2.2

# "L2" in the bars: one size, so that a bar does not move with the machine.
_L2 = 1 << 20
_MB = 10**6
_ONE_READ = {"row norms", "batch norm inference"}
_LARGE = {
    "row norms": 0.93,
    "batch norm inference": 0.93,
    "batch norm training": 0.90,
    "group and instance norm": 0.85,
}


def bar_of(result):
    """The fraction of the limit that a result must reach, None where there is
    no bar."""
    size = result["facts"]["bytes"]
    family = result["family"]
    if size >= 16 * _MB:
        bar = _LARGE[family]
        planes = family not in _ONE_READ and result["layout"] == "nchw"
        if planes and result["facts"]["one_read_of_two"]:
            bar = 0.75
        return bar if size > 100 * _MB else round(bar - 0.03, 2)
    if size > _L2:
        # Nothing is said of 12 to 16 MB.
        if size > 12 * _MB:
            return None
        return 0.95 if family in _ONE_READ else 0.85
    if result["dtype"] == "f32" and size > 1 << 18:
        if result["op"] == "layer_norm":
            return {1024: 0.75, 4096: 0.50}.get(result["channels"])
        if result["op"] == "rms_norm":
            return {1024: 0.95, 4096: 0.72}.get(result["channels"])
        if family == "batch norm training" and result["layout"] == "nhwc":
            return 0.80
    return None
