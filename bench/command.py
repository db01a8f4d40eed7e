"""A command run to its end: its wall time, and its CPU time with that of all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple


class Spent(NamedTuple):
    """What a command took."""

    wall_ms: float
    cpu_ms: float


def spend(argv: list[str], *, stdin: str = "", env: dict[str, str], cwd: Path) -> Spent:
    """Run a command, which must succeed."""
    began = time.perf_counter()
    with subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
        cwd=cwd,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(stdin.encode())
        process.stdin.close()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with {process.returncode}")
    return Spent(wall * 1000, (used.ru_utime + used.ru_stime) * 1000)


def average(argv: list[str], *, times: int, stdin: str, env: dict[str, str], cwd: Path) -> Spent:
    """Run a command several times; returns the averages."""
    found = [spend(argv, stdin=stdin, env=env, cwd=cwd) for _ in range(times)]
    return Spent(*(sum(each) / times for each in zip(*found, strict=True)))


def own(name: str) -> str:
    """Return the path of one of our installed commands."""
    return str(Path(sys.executable).parent / name)


def bare(home: Path) -> dict[str, str]:
    """Return an environment with a home of its own."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
