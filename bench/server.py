"""A real server for a benchmark: its own process and data directory, its CPU time and memory
read from outside.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used so far, to the nanosecond where the kernel
    tells it.
    """
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def peak_and_resident_mb(pid: int) -> tuple[float, float]:
    """Return the most a process has had resident, and what it has now."""
    lines = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return int(lines["VmHWM"].split()[0]) / 1024, int(lines["VmRSS"].split()[0]) / 1024


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Running:
    """A server that is ready: where, its key, its process."""

    def __init__(self, process: subprocess.Popen[str], where: Path, url: str) -> None:
        self.process = process
        self.where = where
        self.url = url
        self.port = int(url.rpartition(":")[2])
        self.key = (where / "operator.key").read_text().strip()

    @property
    def pid(self) -> int:
        return self.process.pid

    def call(self, name: str, /, **params: Any) -> Any:
        """Do one operation."""
        request = urllib.request.Request(
            f"{self.url}/v1/call/{name}",
            json.dumps(params).encode(),
            {"Authorization": f"Bearer {self.key}"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())


@contextmanager
def running(where: Path | None = None, *, database: str | None = None) -> Iterator[Running]:
    """Run `ackbox up` until the block ends, on a new data directory when none is given."""
    with tempfile.TemporaryDirectory(prefix="ackbox-bench-") as new:
        place = where or Path(new)
        command = [
            sys.executable,
            "-m",
            "ackbox",
            "up",
            "--data-dir",
            str(place),
            "--port",
            "0",
            "--json",
        ]
        process = subprocess.Popen(
            command + (["--database", database] if database else []),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"{' '.join(command)} did not start")
            server = Running(process, place, json.loads(line)["url"])
            # A benchmark says the same thing many times over.
            server.call("workspace.settings", repeats_limit=0)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
