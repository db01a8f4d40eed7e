"""Frames of the WebSocket that cannot be used: what is answered, and when the socket ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served, serving
from tests.sockets import opened

pytestmark = pytest.mark.anyio


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


async def key(served: Served, name: str) -> str:
    made = await served.app.call("key.create", {"name": name}, credential=served.key)
    return str(made.key)


@pytest.mark.parametrize(
    ("frame", "id", "message"),
    [
        ("{", None, "This is not valid JSON: Input data was truncated."),
        ("[]", None, "A frame is a JSON object; got a list of 0."),
        ('{"id": 7}', 7, "A frame needs exactly one of `op`, `subscribe`, `unsubscribe`."),
        (
            '{"id": 7, "op": "agent.whoami", "unsubscribe": 1}',
            7,
            "A frame needs exactly one of `op`, `subscribe`, `unsubscribe`.",
        ),
        ('{"id": 7, "subscribe": {}, "params": {}}', 7, "`params` is allowed only with `op`."),
        ('{"id": "a", "op": "no.such"}', "a", "There is no operation 'no.such'."),
        ('{"op": "agent.whoami"}', None, "`id` is missing."),
        (
            '{"id": true, "op": "agent.whoami"}',
            None,
            "`id` must be a whole number or text; got true.",
        ),
        ('{"id": 1, "op": "agent.whoami", "more": 1}', 1, "Unknown field 'more'."),
        ('{"id": 1, "op": 3}', 1, "`op` must be text; got 3."),
        ('{"id": 1, "subscribe": []}', 1, "`subscribe` must be an object; got a list of 0."),
        (
            '{"id": 1, "op": "agent.check_in", "stay": "yes"}',
            1,
            "`stay` must be true or false; got 'yes'.",
        ),
        (
            '{"id": 1, "op": "message.send", "params": {"to": "bob", "body": "x\\ud83d"}}',
            1,
            "`body` holds half of a surrogate pair: half an emoji.",
        ),
        (
            '{"id": 1, "subscribe": {"cursor": "\\ud83d"}}',
            1,
            "`cursor` holds half of a surrogate pair: half an emoji.",
        ),
        (
            '{"id": "\\ud83d", "op": "agent.whoami"}',
            None,
            "`id` holds half of a surrogate pair: half an emoji.",
        ),
        ('{"id": 1, "op": "agent.whoami", "\\ud83d": 1}', 1, "Unknown field '\\\\ud83d'."),
        ('{"id": 1, "op": "agent.whoami", "params": []}', 1, "The parameters are not an object."),
        ('{"id": 1, "unsubscribe": 5}', 1, "No subscription has the id 5."),
        (
            '{"id": 1, "subscribe": {"of": "all"}}',
            1,
            "`of` must be one of 'inbox', 'workspace'; got 'all'.",
        ),
        (
            '{"id": 1, "subscribe": {"cursor": "AAAA"}}',
            1,
            "This cursor does not belong to this query.",
        ),
        (
            '{"id": 1, "subscribe": {"join_ms": -1}}',
            1,
            "`join_ms` must be a number from 0 to 1000.",
        ),
        (
            '{"id": 1, "op": "message.send", "params": {"metadata": '
            + '{"a":' * 40
            + "1"
            + "}" * 42,
            1,
            "The JSON is nested deeper than 32 levels.",
        ),
        (
            '{"id": 1, "op": "message.send", "params": ' + "[" * 100_000,
            None,
            "The JSON is nested deeper than 32 levels.",
        ),
        (b"\x00\xff", None, "This frame is binary. Frames are JSON text."),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_frame_that_cannot_be_used_is_answered_and_the_socket_goes_on(
    one: Served, frame: str | bytes, id: Any, message: str
) -> None:
    async with opened(one.url, await key(one, "bob")) as socket:
        answer = await socket.ask(frame)
        assert set(answer) == {"id", "error"} and set(answer["error"]) >= {
            "code",
            "message",
            "hint",
            "details",
        }
        assert (answer["id"], answer["error"]["message"]) == (id, message)
        assert (await socket.call("agent.whoami"))["agent"] == "bob"


async def test_an_id_that_is_not_answered_yet_is_not_taken_twice(one: Served) -> None:
    async with opened(one.url, await key(one, "bob")) as socket:
        await socket.send({"id": 1, "op": "inbox.wait", "params": {"wait_s": 50}})
        answer = await socket.ask({"id": 1, "op": "agent.whoami"})
    assert (answer["id"], answer["error"]["code"], answer["error"]["details"]) == (
        None,
        "conflict",
        {"id": 1},
    )


async def test_who_sends_a_hundred_frames_that_cannot_be_read_is_let_go(one: Served) -> None:
    async with opened(one.url, await key(one, "bob")) as socket:
        for _ in range(100):
            assert (await socket.ask("{"))["error"]["code"] == "invalid"
        await socket.send("{")
        assert await socket.closed() == (1008, "unreadable")


async def test_a_frame_beyond_the_limit_ends_the_socket(one: Served) -> None:
    async with opened(one.url, await key(one, "bob")) as socket:
        await socket.send('{"id": 1, "op": "' + "x" * (256 * 1024) + '"}')
        assert (await socket.closed())[0] == 1009
