"""A workspace of 10,000 agents and as many messages as asked for, built in bulk and kept for the
next run.

Built with the store's own statements, two thousand appends in a transaction and no operation around
them: a million
takes minutes. Kept under $ACKBOX_BENCH_CACHE, else the temporary directory, by size and schema.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from ackbox.app.call import App, open_app
from ackbox.private import write_private
from ackbox.store.engine import Transaction
from ackbox.store.readers import Reader
from ackbox.store.sql.migrate import migrations
from ackbox.store.store import Store, find_workspace

T = TypeVar("T")

AGENTS = 10_000
TOGETHER = 2_000
# Messages that wait for the agent `thirty-unread`.
UNREAD = 30
VERSION = b"1"  # another one whenever what is built here changes
# One in twenty messages goes to three agents, one in fifty to everyone.
COMMON, RARE = "harbour", "quincunx"


def prepare(messages: int) -> Path:
    """Return the data directory of a workspace with so many messages, building it when it is
    not there yet.
    """
    place = _place(messages)
    if not (place / "whole").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True, mode=0o700)
        asyncio.run(_build(place, messages))
        (place / "whole").touch()
    return place


def _place(messages: int) -> Path:
    shape = hashlib.sha256(VERSION + "".join(map(repr, migrations("sqlite"))).encode())
    return (
        Path(os.environ.get("ACKBOX_BENCH_CACHE") or Path(tempfile.gettempdir()) / "ackbox-bench")
        / f"{messages}-{shape.hexdigest()[:12]}"
    )


async def _build(place: Path, messages: int) -> None:
    start = time.monotonic()
    app = await open_app(f"sqlite:///{place}/ackbox.db")
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    write_private(place / "operator.key", key + "\n")
    names = [f"agent-{number:05d}" for number in range(AGENTS)] + ["all-read", "thirty-unread"]
    for first in range(0, len(names), 100):
        await asyncio.gather(
            *(
                app.call("agent.heartbeat", {"agent": name}, credential=key)
                for name in names[first : first + 100]
            )
        )
    await Filling(app, names, seed=messages).fill(messages)
    for number in range(UNREAD):
        await app.call(
            "message.send",
            {"agent": names[number], "to": "thirty-unread", "body": text(random.Random(number))},
            credential=key,
        )
    await app.close()
    print(
        f"built {messages:,} messages in {time.monotonic() - start:.0f} s under {place}",
        file=sys.stderr,
    )


class Filling:
    """Appends messages between agents that are all there."""

    def __init__(self, app: App, names: list[str], *, seed: int) -> None:
        self._app = app
        self._names = names
        self._random = random.Random(seed)
        self._new_id = app._new_id

    async def fill(self, messages: int) -> None:
        """Append so many messages, mark them read for everyone, index their words."""
        await self.begin()
        for first in range(0, messages, TOGETHER):
            await self.append(min(TOGETHER, messages - first))
        await self.in_store(self._mark_all)
        while await self.in_store(lambda store: store.index_more(TOGETHER)):
            pass

    async def begin(self) -> None:
        """Look up who is there."""
        found = await self._app.engine.read(lambda tx: find_workspace(tx, "default"), across=True)
        assert found is not None
        self._ws = found.ws
        self._readers = await self.in_store(self._look_up)

    async def _look_up(self, store: Store) -> list[Reader]:
        found = [await store.reader(name) for name in self._names]
        return [reader for reader in found if reader is not None]

    async def in_store(self, ask: Callable[[Store], Awaitable[T]]) -> T:
        """Ask the store in a writing transaction."""

        async def work(tx: Transaction) -> T:
            return await ask(Store(tx, self._ws))

        return await self._app.engine.write(work, ws=self._ws)

    async def append(self, many: int) -> None:
        """Append so many messages in one transaction."""
        await self.in_store(functools.partial(self._append, many))

    async def _append(self, many: int, store: Store) -> None:
        now = self._app.clock()
        for _ in range(many):
            sender, *to = self._random.choices(self._readers, k=4)
            kind = self._random.random()
            channels = (
                [0]
                if kind < 0.02
                else list({reader.reader for reader in to})
                if kind < 0.07
                else [to[0].reader]
            )
            id = self._new_id(now)
            await store.append(
                {
                    "id": id,
                    "sender": sender.reader,
                    "sender_agent": sender.agent,
                    "sender_name": sender.name,
                    "sender_instance": None,
                    "sender_kind": "agent",
                    "type": "broadcast" if kind < 0.02 else "direct",
                    "audience": '["*"]' if kind < 0.02 else f'["{to[0].name}"]',
                    "subject": None,
                    "body": text(self._random),
                    "intent": "inform",
                    "priority": 3,
                    "refs": "[]",
                    "metadata": "{}",
                    "parent": None,
                    "thread": 0,
                    "thread_id": id,
                    "expects_reply_by": None,
                    "expires_at": None,
                    "idempotency_key": None,
                    "hops": 0,
                    "acting_key": None,
                    "created_at": now,
                },
                channels=channels,
                idempotency=None,
            )

    async def _mark_all(self, store: Store) -> None:
        seq = await store.last_seq()
        await store.run_many(
            "reader_floors",
            [{"reader": reader.reader, "read": seq, "delivered": seq} for reader in self._readers],
        )


def text(source: random.Random) -> str:
    """Return some thirty words.

    One text in five holds the common word, one in fifty thousand the rare one.
    """
    words = [f"w{int(source.paretovariate(0.6)) % 30_000}" for _ in range(30)]
    if source.random() < 0.2:
        words[3] = COMMON
    if source.random() < 0.00002:
        words[5] = RARE
    return " ".join(words)


if __name__ == "__main__":
    for size in (10_000, 1_000_000):
        print(prepare(size))
