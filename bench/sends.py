"""S1 and S4: what a durable send costs beside a request that does nothing.

S1: 64 connections send 1 KB messages, against the same server's authenticated `agent.whoami`. S4:
one send alone, against
one raw SQLite commit at `synchronous=FULL` on the same disk plus one such request.
"""

from __future__ import annotations

import sqlite3
import time

from bench import load
from bench.frame import figure, interleave, ratios
from bench.server import Running, cpu_s, running

BODY = "x" * 1024


def together(server: Running, text: str, cpu: list[float]) -> float:
    """Return requests a second at 64 connections; notes the server's CPU for each."""
    before = cpu_s(server.pid)
    done = load.run(server, text, connections=64)
    cpu.append((cpu_s(server.pid) - before) / done["requests"] * 1e6)
    return float(done["per_s"])


def raw_commit(server: Running, rows: int = 300) -> float:
    """Return the median milliseconds of one insert and commit of 1 KB at synchronous=FULL,
    beside the server's database.
    """
    database = sqlite3.connect(server.where / "raw.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, body TEXT)")
    took = []
    for _ in range(rows):
        start = time.perf_counter()
        database.execute("INSERT INTO message (body) VALUES (?)", (BODY,))
        took.append(time.perf_counter() - start)
    database.close()
    return sorted(took)[rows // 2] * 1000


def main() -> None:
    with running() as server:
        send = load.request(
            server, "POST", "/v1/messages", {"agent": "ana", "to": "bob", "body": BODY}
        )
        noop = load.request(server, "POST", "/v1/call/agent.whoami", {})
        server.call("agent.heartbeat", agent="bob")
        cpu: dict[str, list[float]] = {"send": [], "noop": []}
        found = interleave(
            {
                "send": lambda: together(server, send, cpu["send"]),
                "noop": lambda: together(server, noop, cpu["noop"]),
            }
        )
        figure(
            "S1",
            "durable sends a second, 64 connections, to authenticated no-op requests a second",
            ratios(found["send"], found["noop"]),
            limit="at least 0.6",
            parts={
                "sends/s": found["send"],
                "no-ops/s": found["noop"],
                "µs CPU a send": cpu["send"][1:],
                "µs CPU a no-op": cpu["noop"][1:],
            },
        )
        alone = interleave(
            {
                "send": lambda: load.run(server, send, connections=1, most=300)["p50_ms"],
                "noop": lambda: load.run(server, noop, connections=1, most=300)["p50_ms"],
                "commit": lambda: raw_commit(server),
            }
        )
        both = [a + b for a, b in zip(alone["commit"], alone["noop"], strict=True)]
        figure(
            "S4",
            "one send alone, to one raw SQLite FULL commit and one no-op request",
            ratios(alone["send"], both),
            limit="at most 2",
            parts={
                "ms a send": alone["send"],
                "ms a no-op": alone["noop"],
                "ms a commit": alone["commit"],
            },
        )


if __name__ == "__main__":
    main()
