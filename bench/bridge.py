"""S10: what the stdio bridge `ackbox mcp` costs up to its first answer, as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench.frame import figure, interleave
from bench.server import Running, cpu_s, peak_and_resident_mb, running

HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    },
}


def first_answer(server: Running, resident: list[float]) -> float:
    """Return the bridge's CPU seconds from its start to its first answer.

    Notes what it has resident then.
    """
    command = [
        sys.executable,
        "-m",
        "ackbox",
        "--data-dir",
        str(server.where),
        "--as",
        "bob",
        "mcp",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as bridge:
        assert bridge.stdin is not None and bridge.stdout is not None
        bridge.stdin.write(json.dumps(HELLO) + "\n")
        bridge.stdin.flush()
        answer = json.loads(bridge.stdout.readline())
        assert answer["result"]["serverInfo"]["name"] == "ackbox", answer
        resident.append(peak_and_resident_mb(bridge.pid)[1])
        spent = cpu_s(bridge.pid)
        bridge.stdin.close()
        bridge.wait(20)
    return spent


def main() -> None:
    resident: list[float] = []
    with running() as server:
        found = interleave({"bridge": lambda: first_answer(server, resident)})
    figure(
        "S10",
        "the bridge `ackbox mcp` to its first answer: CPU",
        found["bridge"],
        limit="at most 0.15",
        unit="s",
    )
    figure(
        "S10",
        "the bridge `ackbox mcp` at its first answer: resident",
        resident[1:],
        limit="at most 30",
        unit="MB",
    )


if __name__ == "__main__":
    main()
