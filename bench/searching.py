"""S14: search among 1,000,000 messages, and what the index of words adds to a send.

A common word is in one message of five, a rare one in some twenty. The index follows in the
background; its CPU is
measured alone, on 5,000 messages of the same size, and held against the rest of what a send costs
the server.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time

from ackbox.app.call import open_app
from bench import load
from bench.dataset import COMMON, RARE, TOGETHER, Filling, prepare, text
from bench.frame import figure, interleave
from bench.server import Running, cpu_s, running

INDEXED = 5_000


def p95_ms(server: Running, word: str) -> float:
    asked = load.request(server, "POST", "/v1/call/message.search", {"query": word})
    return float(load.run(server, asked, connections=1, seconds=20, most=200)["p95_ms"])


def send_us(server: Running) -> float:
    """Return the server's CPU microseconds for a send at 64 connections, the indexing of its
    words included.
    """
    sent = load.request(
        server,
        "POST",
        "/v1/messages",
        {"agent": "ana", "to": "bob", "body": text(random.Random(1))},
    )
    before = cpu_s(server.pid)
    done = load.run(server, sent, connections=64, seconds=30, most=INDEXED)
    server.call("message.search", query=COMMON, limit=1)
    return (cpu_s(server.pid) - before) / int(done["requests"]) * 1e6


def index_us() -> float:
    """Return the CPU microseconds of indexing one message, in the steps the server takes."""
    return asyncio.run(_index_us())


async def _index_us() -> float:
    with tempfile.TemporaryDirectory(prefix="ackbox-bench-") as place:
        app = await open_app(f"sqlite:///{place}/ackbox.db")
        key = await app.ensure(workspace="default", operator_key=None)
        for name in ("ana", "bob"):
            await app.call("agent.heartbeat", {"agent": name}, credential=key)
        filling = Filling(app, ["ana", "bob"], seed=1)
        await filling.begin()
        for _ in range(0, INDEXED, TOGETHER):
            await filling.append(TOGETHER)
        start, count = time.process_time(), 0
        while await filling.in_store(lambda store: store.index_more(200)):
            count += 200
        spent = time.process_time() - start
        await app.close()
        return spent / count * 1e6


def main() -> None:
    with running(prepare(1_000_000)) as server:
        for word in (COMMON, RARE):
            assert server.call("message.search", query=word)["messages"], word
        found = interleave(
            {"common": lambda: p95_ms(server, COMMON), "rare": lambda: p95_ms(server, RARE)}
        )
    figure(
        "S14",
        "search among 1,000,000 messages, common word: p95",
        found["common"],
        limit="at most 50",
        unit="ms",
    )
    figure(
        "S14",
        "search among 1,000,000 messages, rare word: p95",
        found["rare"],
        limit="at most 50",
        unit="ms",
    )
    with running() as server:
        server.call("agent.heartbeat", agent="bob")
        costs = interleave({"send": lambda: send_us(server), "index": index_us})
    added = [
        index / (send - index) * 100
        for send, index in zip(costs["send"], costs["index"], strict=True)
    ]
    figure(
        "S14",
        "what the index of words adds to a send: CPU",
        added,
        limit="at most 40",
        unit="%",
        parts={
            "µs CPU a send, indexing included": costs["send"],
            "µs CPU of indexing": costs["index"],
        },
    )


if __name__ == "__main__":
    main()
