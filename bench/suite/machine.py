# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""What the results were measured on; nothing that names the machine."""

import datetime
import os
import re


def _read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def facts():
    cpuinfo = _read("/proc/cpuinfo")

    def of_processor(key):
        found = re.search(rf"^{key}\s*: (.*)$", cpuinfo, re.MULTILINE)
        return found.group(1) if found else ""

    caches = {}
    for index in range(8):
        folder = f"/sys/devices/system/cpu/cpu0/cache/index{index}/"
        if _read(folder + "type") in ("Data", "Unified"):
            caches["L" + _read(folder + "level")] = _read(folder + "size")
    memory = re.search(r"MemTotal:\s*(\d+)", _read("/proc/meminfo"))
    pages = re.search(
        r"\[(\w+)\]", _read("/sys/kernel/mm/transparent_hugepage/enabled")
    )
    return {
        "processor": of_processor("model name"),
        "family": f"{of_processor('cpu family')}/{of_processor('model')}",
        "avx512": "avx512f" in of_processor("flags").split(),
        "processors": len(os.sched_getaffinity(0)),
        "caches": caches,
        "memory_gib": int(memory.group(1)) >> 20 if memory else 0,
        "huge_pages": pages.group(1) if pages else "",
        "date": datetime.date.today().isoformat(),
    }
