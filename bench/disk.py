"""S5 and S15: what is written for one message.

S5: a broadcast to 10,000 agents against a direct message, time and bytes. S15: bytes for a 1 KB
message to ten agents who
all mark it read, each in one call for all it has. Bytes are the growth of the database file after a
checkpoint.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import load
from bench.dataset import AGENTS, prepare
from bench.frame import figure, interleave, ratios
from bench.server import Running, running

BODY = "x" * 1024
SENDS = 1500
BATCH = 100


def file_bytes(server: Running) -> int:
    """Return how large the database is once everything is in it."""
    with sqlite3.connect(server.where / "ackbox.db", timeout=30) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free = (
            database.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count")
        )
    return int((pages - free) * 4096)


def send(server: Running, to: str, grown: list[float]) -> float:
    """Return the median milliseconds of a send that is alone.

    Notes the bytes for each, the index of words included.
    """
    before = file_bytes(server)
    text = load.request(server, "POST", "/v1/messages", {"agent": "ana", "to": to, "body": BODY})
    done = load.run(server, text, connections=1, seconds=60, most=SENDS)
    wait_for_index(server)
    grown.append((file_bytes(server) - before) / done["requests"])
    return float(done["p50_ms"])


def wait_for_index(server: Running) -> None:
    """A search first lets the index of words catch up."""
    server.call("message.search", query="harbour", limit=1)


def ten_read_it(server: Running) -> float:
    """Return the bytes for a 1 KB message to ten agents, after each has marked all its post
    read.
    """
    before = file_bytes(server)
    names = [f"agent-{number:05d}" for number in range(10)]
    text = load.request(server, "POST", "/v1/messages", {"agent": "ana", "to": names, "body": BODY})
    load.run(server, text, connections=1, seconds=60, most=BATCH)
    for name in names:
        page = server.call("inbox.check", agent=name, limit=200, max_body_bytes=1_000_000)
        server.call(
            "receipt.mark",
            agent=name,
            mark="read",
            ids=[letter["id"] for letter in page["messages"]],
        )
    wait_for_index(server)
    return (file_bytes(server) - before) / BATCH


def main() -> None:
    with ExitStack() as stack:
        place = (
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ackbox-bench-"))) / "data"
        )
        server = stack.enter_context(running(Path(shutil.copytree(prepare(10_000), place))))
        server.call("inbox.check", agent="ana")
        assert (
            server.call("message.send", agent="ana", to="*", body="all")["recipient_count"]
            >= AGENTS
        )
        grown: dict[str, list[float]] = {"broadcast": [], "direct": []}
        found = interleave(
            {
                "broadcast": lambda: send(server, "*", grown["broadcast"]),
                "direct": lambda: send(server, "agent-00007", grown["direct"]),
            }
        )
        figure(
            "S5",
            "a broadcast to 10,000 agents to a direct message: time",
            ratios(found["broadcast"], found["direct"]),
            limit="at most 1.3",
            parts={"ms a broadcast": found["broadcast"], "ms a direct": found["direct"]},
        )
        figure(
            "S5",
            "a broadcast to 10,000 agents to a direct message: bytes on disk",
            ratios(grown["broadcast"][1:], grown["direct"][1:]),
            limit="at most 1.3",
            parts={
                "bytes a broadcast": grown["broadcast"][1:],
                "bytes a direct": grown["direct"][1:],
            },
        )
    with running() as server:
        rounds = interleave({"read": lambda: ten_read_it(server)})
        figure(
            "S15",
            "disk for a 1 KB message to 10 agents, all marked read",
            [each / 1024 for each in rounds["read"]],
            limit="at most 3",
            unit="KB",
            note="in batches of 100 messages, each agent marking its hundred in one call",
        )


if __name__ == "__main__":
    main()
