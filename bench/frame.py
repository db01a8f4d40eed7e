"""The frame of every benchmark: interleaved rounds, medians with their range, one JSON line for
each figure.

A figure is a ratio of two things measured in the same run, or an amount; never a bare speed. What
is measured lives in
the scripts beside this one. Explained in docs/reference/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROUNDS = 5
HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.jsonl"


def interleave(
    options: dict[str, Callable[[], float]], *, rounds: int = ROUNDS, warm_up: int = 1
) -> dict[str, list[float]]:
    """Measure each option once a round, in turn, so that noise falls on all of them.

    The first rounds are thrown away.
    """
    found: dict[str, list[float]] = {name: [] for name in options}
    names = list(options)
    for number in range(rounds + warm_up):
        # Each round starts with another option: what runs first has no standing advantage.
        for name in names[number % len(names) :] + names[: number % len(names)]:
            value = options[name]()
            if number >= warm_up:
                found[name].append(value)
    return found


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return one ratio for each round."""
    return [a / b for a, b in zip(above, below, strict=True)]


def figure(
    goal: str,
    what: str,
    values: Sequence[float],
    *,
    limit: str,
    unit: str = "×",
    note: str = "",
    parts: dict[str, Sequence[float]] | None = None,
) -> None:
    """Print one figure, held against its limit, `at least 0.6` or `at most 2`.

    An empty limit holds it against nothing.
    """
    middle = statistics.median(values)
    print(
        json.dumps(
            {
                "goal": goal,
                "what": what,
                "unit": unit,
                "median": _round(middle),
                "low": _round(min(values)),
                "high": _round(max(values)),
                "rounds": len(values),
                "limit": limit,
                "met": _met(middle, limit),
                "note": note,
                "parts": {
                    name: _round(statistics.median(each)) for name, each in (parts or {}).items()
                },
                **facts(),
            },
            ensure_ascii=False,
        ),
        flush=True,
    )


def _met(value: float, limit: str) -> bool | None:
    if not limit:
        return None
    bound = float(limit.split()[-1])
    return value >= bound if limit.startswith("at least") else value <= bound


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def facts() -> dict[str, Any]:
    """Return what a figure is worth nothing without: command, commit, machine, how busy it was,
    and when.
    """
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "command": f"python -m bench.{Path(sys.argv[0]).stem}",
        "commit": commit.stdout.strip() or "unknown",
        "machine": (
            f"{os.cpu_count()} cores, {_memory_gb()} GB, {platform.system()} {platform.release()},"
            f" Python {platform.python_version()}"
        ),
        "load": round(os.getloadavg()[0], 1),
        "at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
    }


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
