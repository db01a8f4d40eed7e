"""Many sockets, and one that sleeps: nobody waits for another, and nothing is missed.

`ACKBOX_SOCKETS=1000` opens a thousand.
"""

from __future__ import annotations

import asyncio
import os
import resource
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from ackbox.app.limits import Limits, Rate
from tests.serving import Served, serving
from tests.sockets import Socket, opened

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
SOCKETS = int(os.environ.get("ACKBOX_SOCKETS", "200"))
# On one socket, so that little post fills what the operating system keeps for a reader.
FEEDS = 24
POST = 600


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    # Both ends of each socket are in this process.
    resource.setrlimit(
        resource.RLIMIT_NOFILE,
        (
            min(20_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
            resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        ),
    )
    free = Rate(1e9, 1e9)
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free)
    ) as it:
        yield it


async def send_many(served: Served, to: str, bodies: list[str]) -> list[str]:
    done = await served.app.call(
        "message.send_many",
        {"agent": "ana", "messages": [{"to": to, "body": body} for body in bodies]},
        credential=served.key,
    )
    return [each.sent.id for each in done.outcomes]


async def test_each_of_many_sockets_gets_its_own_post_and_everybodys(served: Served) -> None:
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(opened(served.url, served.key)) for _ in range(SOCKETS)
        ]
        for number, socket in enumerate(sockets):
            await socket.ask({"id": 1, "subscribe": {"of": "inbox", "agent": f"a{number}"}})
        own = [
            (await send_many(served, f"a{number}", [str(number)]))[0] for number in range(SOCKETS)
        ]
        everybodys = (await send_many(served, "*", ["to all"]))[0]
        for number, socket in enumerate(sockets):
            seen: list[str] = []
            while len(seen) < 2:
                seen += [event["id"] for event in (await socket.receive())["events"]]
            assert seen == [own[number], everybodys]
        assert served.app.bell.following == SOCKETS
    while served.app.bell.following:
        await asyncio.sleep(0.01)


async def test_a_sleeping_reader_slows_nobody_and_reads_on_where_it_was(served: Served) -> None:
    async with (
        opened(served.url, served.key, max_queue=1) as sleeper,
        opened(served.url, served.key) as other,
    ):
        for number in range(FEEDS):
            await sleeper.ask(
                {"id": number, "subscribe": {"kinds": ["message.sent"], "join_ms": 0}}
            )
        await other.ask({"id": 1, "subscribe": {"kinds": ["message.sent"], "join_ms": 0}})
        sent, seen = list[str](), list[str]()
        for turn in range(POST // 100):
            sent += await send_many(served, "bob", [f"{turn} {n}" for n in range(100)])
            while len(seen) < len(sent):
                seen += [event["id"] for event in (await other.receive())["events"]]
        assert seen == sent
        found: dict[int, list[str]] = {number: [] for number in range(FEEDS)}
        while sum(map(len, found.values())) < FEEDS * POST:
            pushed = await sleeper.receive()
            found[pushed["subscription"]] += [event["id"] for event in pushed["events"]]
    assert [found[number] == sent for number in range(FEEDS)] == [True] * FEEDS


async def test_a_reader_that_does_not_wake_is_let_go_and_comes_back_to_its_place(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.ws.line.STALL_S", 0.1)
    async with opened(served.url, served.key, max_queue=1) as sleeper:
        for number in range(FEEDS):
            await sleeper.ask(
                {"id": number, "subscribe": {"kinds": ["message.sent"], "join_ms": 0}}
            )
        sent: list[str] = []
        while served.app.bell.following:
            sent += await send_many(served, "bob", [f"{len(sent)} {n}" for n in range(100)])
            assert len(sent) < 100_000
        read = Counter({number: 0 for number in range(FEEDS)})
        cursor, first = None, await frames(sleeper)
        for pushed in first:
            ids = [event["id"] for event in pushed["events"]]
            at = read[pushed["subscription"]]
            assert ids == sent[at : at + len(ids)]
            read[pushed["subscription"]] += len(ids)
            cursor = pushed["cursor"] if pushed["subscription"] == 0 else cursor
    assert cursor is not None and read[0] < len(sent)
    async with opened(served.url, served.key) as again:
        await again.ask({"id": 1, "subscribe": {"kinds": ["message.sent"], "cursor": cursor}})
        rest: list[str] = []
        while len(rest) < len(sent) - read[0]:
            rest += [event["id"] for event in (await again.receive())["events"]]
    assert rest == sent[read[0] :]


async def frames(socket: Socket) -> list[Any]:
    """Return what had come before the socket was closed."""
    from websockets.exceptions import ConnectionClosed

    found = []
    try:
        while True:
            found.append(await socket.receive())
    except ConnectionClosed:
        return found
