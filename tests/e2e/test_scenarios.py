"""The main job over real connections: plain HTTP, and MCP in both eras, against one server."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import result, text_of
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000
FACES = ("rest", "legacy", "2026-07-28")
TOOLS = {
    "message.send": "send",
    "inbox.check": "inbox",
    "receipt.mark": "mark",
    "thread.get": "thread",
    "message.history": "history",
    "message.status": "message_status",
    "agent.check_in": "checkin",
    "agent.list": "who",
}


class Talk(Protocol):
    """One agent's connection."""

    async def __call__(self, operation: str, /, **params: Any) -> Any: ...


class Rest:
    """One agent over plain HTTP."""

    def __init__(self, http: httpx2.AsyncClient, who: dict[str, str]) -> None:
        self._http = http
        self._who = who

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        answer = await self._http.post(f"/v1/call/{operation}", json={**self._who, **params})
        assert answer.status_code < 300, answer.text
        return answer.json()


class Mcp:
    """One agent over MCP."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        long = (
            {"max_length": 40_000}
            if operation in ("inbox.check", "thread.get", "message.history")
            else {}
        )
        told = await self._client.call_tool(TOOLS[operation], params | long)
        assert (told.is_error, told.structured_content) == (False, None), text_of(told)
        return result(operation, text_of(told))


class Office:
    """A server whose clock can be moved, and connections to it."""

    def __init__(self, served: Served, face: str, clock: Clock, stack: AsyncExitStack) -> None:
        self.served, self.face, self.clock, self._stack = served, face, clock, stack

    async def core(self, operation: str, **params: Any) -> Any:
        return await self.served.app.call(operation, params, credential=self.served.key)

    async def talk(
        self, agent: str, instance: str | None = None, *, face: str | None = None
    ) -> Talk:
        own = {"Authorization": f"Bearer {self.served.key}"}
        who = {"agent": agent, **({"instance": instance} if instance else {})}
        face = face or self.face
        if face == "rest":
            http = await self._stack.enter_async_context(
                httpx2.AsyncClient(base_url=self.served.url, headers=own, timeout=60)
            )
            return Rest(http, who)
        headers = own | {f"Ackbox-{name.capitalize()}": value for name, value in who.items()}
        http = httpx2.AsyncClient(headers=headers, timeout=60)
        return Mcp(
            await self._stack.enter_async_context(
                Client(
                    streamable_http_client(f"{self.served.url}/mcp", http_client=http),
                    mode=face,
                )
            )
        )


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture(params=FACES)
async def office(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Office]:
    clock = Clock()
    async with serving(database, clock=clock) as served, AsyncExitStack() as stack:
        yield Office(served, request.param, clock, stack)


async def bodies(talk: Talk, **params: Any) -> list[str]:
    return [letter["body"] for letter in (await talk("inbox.check", **params))["messages"]]


async def test_every_kind_of_address_reaches_whom_it_names(office: Office) -> None:
    ana, laptop, server, cy = (
        await office.talk("ana"),
        await office.talk("bob", "laptop"),
        await office.talk("bob", "server"),
        await office.talk("cy"),
    )
    for talk in (ana, laptop, server, cy):
        await talk("agent.check_in")
    for to, body in (
        ("bob", "role"),
        ("bob/laptop", "one instance"),
        ("bob,cy", "list"),
        (["cy", "ana"], "list with me"),
        ("*", "everyone"),
    ):
        await ana("message.send", to=to, body=body)
    assert await bodies(laptop) == ["role", "one instance", "list", "everyone"]
    assert await bodies(server) == ["role", "list", "everyone"]
    assert await bodies(cy) == ["list", "list with me", "everyone"]
    assert await bodies(ana) == ["list with me"]


async def test_a_day_away_loses_nothing_and_keeps_the_order(office: Office) -> None:
    ana, bob = await office.talk("ana"), await office.talk("bob")
    await bob("agent.check_in")
    sent = await ana("message.send", to="bob", body="0")
    assert sent["recipients"][0]["presence"] == "online"
    for number in range(1, 25):
        office.clock.now += DAY_MS // 24
        sent = await ana("message.send", to="bob", body=str(number))
    here = sent["recipients"][0]
    age_ms = (
        office.clock.now
        - datetime.fromisoformat(here["last_seen"]).astimezone(UTC).timestamp() * 1000
    )
    assert (here["known"], here["presence"], DAY_MS <= age_ms < DAY_MS + 60_000) == (
        True,
        "away",
        True,
    )
    assert await bodies(bob) == [str(number) for number in range(25)]


async def test_marks_stand_until_they_are_taken_back(office: Office) -> None:
    ana, bob = await office.talk("ana"), await office.talk("bob")
    ids = [(await ana("message.send", to="bob", body=str(number)))["id"] for number in range(4)]
    assert await bodies(bob) == await bodies(bob) == ["0", "1", "2", "3"]
    await bob("receipt.mark", mark="read", ids=[ids[2]])
    assert await bodies(bob) == ["0", "1", "3"]
    await bob("receipt.mark", mark="acknowledged", ids=[ids[0]])
    await bob("receipt.mark", mark="archived", ids=[ids[1]])
    assert await bodies(bob) == ["3"]
    await bob("receipt.mark", mark="unread", ids=[ids[2]])
    await bob("receipt.mark", mark="unarchived", ids=[ids[1]])
    checked = await bob("inbox.check")
    assert (
        [letter["body"] for letter in checked["messages"]],
        checked["unread"],
        checked["total"],
    ) == (["1", "2", "3"], 3, 4)
    states = [(await ana("message.status", id=id))["receipts"][0]["state"] for id in ids]
    assert states == ["acknowledged", "pending", "delivered", "pending"]


async def test_a_new_instance_gets_what_no_other_has_read(office: Office) -> None:
    ana, first = await office.talk("ana"), await office.talk("bob", "first")
    await first("agent.check_in")
    read, left = [
        (await ana("message.send", to="bob", body=body))["id"] for body in ("read", "left")
    ]
    await first("receipt.mark", mark="read", ids=[read])
    assert await bodies(await office.talk("bob", "second")) == ["left"]
    assert left in {letter["id"] for letter in (await first("inbox.check"))["messages"]}


async def test_what_has_expired_leaves_the_inbox_and_stays_in_the_history(office: Office) -> None:
    ana, bob = await office.talk("ana"), await office.talk("bob")
    await ana("message.send", to="bob", body="short", expires_in_days=1)
    await ana("message.send", to="bob", body="long", expires_in_days=3)
    office.clock.now += 2 * DAY_MS
    checked = await bob("inbox.check")
    assert (
        [letter["body"] for letter in checked["messages"]],
        checked["unread"],
        checked["total"],
    ) == (["long"], 1, 1)
    history = await bob("message.history")
    assert [message["body"] for message in history["messages"]] == ["long", "short"]
    states = [
        (await ana("message.status", id=message["id"]))["receipts"][0]["state"]
        for message in history["messages"]
    ]
    assert states == ["pending", "expired"]


async def test_answers_make_a_thread_and_history_is_narrowed(office: Office) -> None:
    ana, bob = await office.talk("ana"), await office.talk("bob")
    root = await ana("message.send", to="bob", body="question", intent="question")
    answer = await bob("message.send", to="ana", body="answer", parent=root["id"], intent="answer")
    await ana("message.send", to="bob", body="thanks", parent=answer["id"])
    await ana("message.send", to="bob", body="other")
    thread = (await bob("thread.get", id=answer["id"]))["messages"]
    assert [(message["body"], message["thread"]) for message in thread] == [
        (body, root["id"]) for body in ("question", "answer", "thanks")
    ]
    kept = (await office.core("thread.get", id=answer["id"])).messages
    assert [message.hops for message in kept] == [0, 1, 2]

    async def history(**narrow: Any) -> list[str]:
        return [message["body"] for message in (await ana("message.history", **narrow))["messages"]]

    assert await history() == ["other", "thanks", "answer", "question"]
    assert await history(sender="bob") == ["answer"]
    assert await history(recipient="bob") == ["other", "thanks", "question"]
    assert await history(intent="question") == ["question"]
    assert await history(thread=answer["id"]) == ["thanks", "answer", "question"]
    assert await history(until=kept[1].created_at) == ["answer", "question"]
    assert await history(since=kept[1].created_at) == ["other", "thanks"]
    assert await history(text="quest*") == ["question"]


SENDS = 480


# One office in which all faces meet: the three talk to each other.
@pytest.mark.parametrize("office", [FACES[0]], indirect=True)
async def test_hundreds_of_sends_from_sixteen_clients_are_all_accounted_for(office: Office) -> None:
    names = [f"agent-{number}" for number in range(16)]
    talks = [await office.talk(name, face=FACES[number % 3]) for number, name in enumerate(names)]
    for talk in talks:
        await talk("agent.check_in")

    async def write(number: int) -> list[str]:
        share = range(number, SENDS, 16)
        return [
            (
                await talks[number](
                    "message.send",
                    to=names[(number + 1 + each) % 16] if each % 16 != 15 else names[number - 1],
                    body=str(each),
                    idempotency_key=str(each),
                )
            )["id"]
            for each in share
        ]

    sent = [id for ids in await asyncio.gather(*map(write, range(16))) for id in ids]
    assert len(set(sent)) == SENDS
    got: Counter[str] = Counter()
    for talk in talks:
        ids: list[str] = []
        while found := (await talk("inbox.check", limit=200, mark="read"))["messages"]:
            ids += [letter["id"] for letter in found]
        assert ids == sorted(ids)
        got.update(ids)
        assert (await talk("inbox.check"))["unread"] == 0
    assert got == Counter(sent)
    states = Counter(
        [(await office.core("message.status", id=id)).receipts[0].state for id in sent]
    )
    assert states == {"read": SENDS}
