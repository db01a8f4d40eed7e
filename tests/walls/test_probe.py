"""The wall between workspaces: every operation on every face, asked for what is another's.

Two equal workspaces are asked the same, in step: one for a thing of a third workspace, the other
for a thing
that is nowhere. The answers must be the same, and the third workspace must not change.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.app.limits import Limits, Rate
from ackbox.faces.mcp.native import TOOLS
from ackbox.faces.rest.routes import where
from ackbox.model.key import Role
from ackbox.ops.access import ALLOWED
from ackbox.ops.table import OPERATIONS, Operation
from tests.answers import items, outside, text_of
from tests.serving import Served, serving
from tests.sockets import Socket, opened
from tests.walls.furnished import furnish
from tests.walls.places import FOREIGN, NAMES_NOTHING, Place, normal, nowhere, rows_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]
# `make hostile` asks for every thing in every way.
EVERY_WAY = bool(os.environ.get("ACKBOX_PROBE_EVERY_WAY"))
COPIES = ["auto_instance", "copy_id"]
NOW = 1_800_000_000_000
OWN = [tool for tool in TOOLS if tool.name != "more"]
ROLES: tuple[Role, ...] = ("admin", "agent", "server-admin")
# Names of workspaces are one list for the whole database, and who may make one is told when a name
# is taken.
SHARED = {("workspace.create", "name")}


@functools.cache
def needed(shape: type[msgspec.Struct]) -> list[str]:
    """The parameters that every call of an operation gives."""
    return [
        each.name
        for each in msgspec.structs.fields(shape)
        if each.required or each.name in ("wait_s", "only_look", "name")
    ]


@dataclass
class Asker:
    """One of the two who ask in step: where it is at home, and whose things it asks for."""

    served: Served
    home: Place
    of: Place
    http: httpx2.AsyncClient
    mcp: dict[str, Client]
    ws: dict[str, Socket]
    count: Iterator[int] = field(default_factory=itertools.count)

    def usual(self, operation: Operation, asked: str = "") -> dict[str, Any]:
        """What a call needs besides what it is asked for."""
        own: dict[str, Any] = {
            "to": "bob",
            "body": "x",
            "id": self.home.message,
            "ids": [self.home.message],
            "mark": "delivered",
            "query": "quokka",
            "text": "x",
            "relation": "supports",
            "path": "/",
            "url": "https://receiver.invalid/",
            "title": "x",
            "messages": [{"to": "bob", "body": "x"}],
            "tasks": [{"title": "x"}],
            "part": "message",
            "records": [],
            "upto": 1 << 40,
            "only_look": True,
            "wait_s": 0,
            "cron": "@yearly",
            "headers": {},
            "summary": "x",
            "kind": "human",
            # Nobody, so that a pause of one call does not change the answer to the next.
            "of": "nobody",
            "auto_instance": "copy",
            "program": "claude",
            "program_session": self.home.program_session,
            "moment": "prompt",
            "offer": self.home.offer,
            "way": "monitor",
            "copy_id": "the-token-of-nobody",
            "record": {"body": "e30=", "signature": "e30="},
            "request": "e30=",
            "shares": [{"seq": 1, "body": "e30=", "signature": "e30="}],
            "numbers": [1],
            "sealed": {
                "header": "e30=",
                "wraps": [{"member": "0" * 64, "wrap": "e30="}],
                "content": "e30=",
                "signature": "e30=",
            },
            "member": "0" * 64,
            "name": (
                f"{self.home.workspace}-{next(self.count)}"
                if operation.name == "workspace.create"
                else "carl"
            ),
        }
        if operation.name == "webhook.receive":
            own |= {"id": self.home.webhook, "body": "e30="}
        # The two go together, and in the place of an instance that is given.
        also = COPIES if asked in COPIES else []
        return {name: own[name] for name in (*needed(operation.params), *also)}

    async def ask(
        self, face: str, operation: Operation, role: str, params: dict[str, Any]
    ) -> tuple[int, Any]:
        if face == "mcp":
            return await self._over_mcp(operation, role, params)
        if face in ("ws", "subscription"):
            return await self._over_ws(face, operation, role, params)
        method, path = (
            ("POST", f"/v1/call/{operation.name}") if face == "call" else where(operation)
        )
        left = {name: value for name, value in params.items() if f"{{{name}}}" not in path}
        how: dict[str, Any] = {"params": left} if method == "GET" else {"json": left}
        answer = await self.http.request(
            method,
            self.served.url + path.format(**params),
            headers={"Authorization": f"Bearer {self.home.keys[role]}"},
            **how,
        )
        return answer.status_code, normal(answer.text, self.of, self.home)

    async def _over_mcp(
        self, operation: Operation, role: str, params: dict[str, Any]
    ) -> tuple[int, Any]:
        tool = next(tool for tool in TOOLS if operation.name in tool.operations)
        long = (
            {"max_length": 40_000}
            if tool.name == "more" or "max_length" in getattr(tool, "reading", ())
            else {}
        )
        if tool.name == "more" and "limit" in operation.params.__struct_fields__:
            # A page that a text of the greatest length holds whole: JSON that is cut cannot be
            # compared. Other faces give whole pages.
            params = {"limit": 20, **params}
        answer = await self.mcp[role].session.call_tool(
            tool.name, tool.arguments(operation.name, params) | long
        )
        text = text_of(answer)
        said = json.dumps(
            [
                outside(text),
                *(line for each in items(text) for line in each["text"].splitlines()),
                answer.structured_content,
            ]
        )
        return int(bool(answer.is_error)), normal(said, self.of, self.home)

    async def _over_ws(
        self, face: str, operation: Operation, role: str, params: dict[str, Any]
    ) -> tuple[int, Any]:
        id = next(self.count)
        asked = (
            {"op": operation.name, "params": params}
            if face == "ws"
            else {"subscribe": {name: value for name, value in params.items() if name != "wait_s"}}
        )
        answer = await self.ws[role].ask({"id": id, **asked})
        if face == "subscription" and "result" in answer:
            del answer["result"]["subscription"]
            await self.ws[role].ask({"id": next(self.count), "unsubscribe": id})
            self.ws[role].forget()
        del answer["id"]
        return int("error" in answer), normal(json.dumps(answer), self.of, self.home)


@dataclass
class Probe:
    """The two who ask, the place they ask about, and its database."""

    served: Served
    database: str
    foreign: Place
    askers: tuple[Asker, Asker]


@pytest.fixture
async def probe(database: str) -> AsyncIterator[Probe]:
    # Time stands still: a refusal is noted once for each key, in step on both sides.
    free = Rate(1e9, 1e9)
    async with (
        serving(
            database,
            clock=lambda: NOW,
            limits=Limits(key=free, workspace=free, guess=free, clock=lambda: 0.0),
        ) as served,
        AsyncExitStack() as stack,
    ):
        foreign, left, right = [await furnish(served.app, served.key, letter) for letter in "xyz"]
        askers = [
            Asker(
                served,
                home,
                of,
                await stack.enter_async_context(httpx2.AsyncClient(timeout=60)),
                {
                    role: await stack.enter_async_context(connected(served, home.keys[role]))
                    for role in ROLES
                },
                await sockets(stack, served, home),
            )
            for home, of in ((left, foreign), (right, nowhere(foreign)))
        ]
        yield Probe(served, database, foreign, (askers[0], askers[1]))


def connected(served: Served, key: str) -> Client:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
    return Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode="legacy")


async def sockets(stack: AsyncExitStack, served: Served, home: Place) -> dict[str, Socket]:
    found: dict[str, Socket] = {
        role: await stack.enter_async_context(opened(served.url, home.keys[role])) for role in ROLES
    }
    for socket in found.values():
        await socket.ask({"id": "hello", "op": "agent.whoami"})
    return found


def test_the_probe_knows_what_every_parameter_of_every_operation_may_name() -> None:
    asked = {
        f"{name}: {each}"
        for name, operation in OPERATIONS.items()
        for each in operation.params.__struct_fields__
        if (each in FOREIGN) + (each in NAMES_NOTHING) != 1
    }
    assert asked == set()


def not_asked(operation: Operation, role: str) -> set[str]:
    """By its name over REST, over a socket and with the tool `more`, an operation goes one way
    in: each role goes some of them.
    """
    is_more = (
        not any(operation.name in tool.operations for tool in OWN)
        and operation.scope in ALLOWED["agent"]
    )
    return (
        {"call", *(["own"] if is_more else [])}
        if role == "agent"
        else {"ws", *(["mcp"] if is_more else [])}
    )


def faces_of(operation: Operation) -> list[str]:
    return [
        "own",
        "call",
        "ws",
        *(["subscription"] if operation.name == "event.feed" else []),
        *(["mcp"] if any(operation.name in tool.operations for tool in TOOLS) else []),
    ]


async def test_not_yours_and_not_there_are_one_answer_and_change_nothing(probe: Probe) -> None:
    ws = await number_of(probe)
    before = await rows_of(probe.database, ws)
    different, asked = [], 0
    # The faces are the same code on both engines: on PostgreSQL each thing is asked for one way,
    # all ways in turn, unless every way is asked for.
    turns = itertools.count() if probe.database.startswith("postgres") else None
    for operation in OPERATIONS.values():
        for parameter in operation.params.__struct_fields__:
            if parameter not in FOREIGN or (operation.name, parameter) in SHARED:
                continue
            pairs = zip(*(FOREIGN[parameter](asker.of) for asker in probe.askers), strict=True)
            ways = [
                (role, face)
                for role, face in itertools.product(ROLES, faces_of(operation))
                if operation.scope in ALLOWED[role] and face not in not_asked(operation, role)
            ]
            for pair, (role, face) in chosen(list(pairs), ways, turns):
                told = await both(probe, face, operation, role, parameter, pair)
                asked += 1
                if told[0] != told[1] or told[0][0] >= 500:
                    different.append((operation.name, parameter, role, face, told))
    assert different == []
    assert await rows_of(probe.database, ws) == before
    assert asked > 400


def chosen(
    pairs: list[Any], ways: list[Any], turns: Iterator[int] | None
) -> Iterable[tuple[Any, Any]]:
    """Each pair at least one way and each way at least one pair; all by all where time is given,
    and with turns each pair one way.
    """
    if EVERY_WAY:
        return itertools.product(pairs, ways)
    if turns is not None and ways:
        return [(pair, ways[next(turns) % len(ways)]) for pair in pairs]
    most = max(len(pairs), len(ways)) if ways else 0
    return itertools.islice(zip(itertools.cycle(pairs), itertools.cycle(ways), strict=False), most)


async def both(
    probe: Probe, face: str, operation: Operation, role: str, parameter: str, pair: tuple[Any, ...]
) -> list[tuple[int, Any]]:
    return await asyncio.gather(
        *(
            asker.ask(
                face, operation, role, {**asker.usual(operation, parameter), parameter: value}
            )
            for asker, value in zip(probe.askers, pair, strict=True)
        )
    )


@pytest.mark.parametrize("name", ["message.get", "message.status", "thread.get"])
async def test_the_probe_tells_what_is_there_from_what_is_not(probe: Probe, name: str) -> None:
    left, right = probe.askers
    told = [
        await both(
            probe, face, OPERATIONS[name], "agent", "id", (left.home.message, right.of.message)
        )
        for face in faces_of(OPERATIONS[name])
    ]
    assert [one != other for one, other in told] == [True] * len(told)


@pytest.mark.parametrize("face", ["own", "call", "ws", "mcp"])
async def test_a_receipt_is_not_marked_across_the_wall_in_its_readers_name(
    probe: Probe, face: str
) -> None:
    ws = await number_of(probe)
    before = await rows_of(probe.database, ws)
    told = [
        await asker.ask(
            face,
            OPERATIONS["receipt.mark"],
            "admin",
            {"mark": "read", "ids": [asker.of.receipt], "as_recipient": True},
        )
        for asker in probe.askers
    ]
    assert told[0] == told[1]
    assert await rows_of(probe.database, ws) == before


async def number_of(probe: Probe) -> int:
    (row,) = [
        row
        for row in (await rows_of(probe.database))["workspace"]
        if f"'{probe.foreign.workspace}'" in row
    ]
    return int(row.strip("()").partition(",")[0])
