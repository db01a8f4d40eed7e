"""Channels over a WebSocket, for clients of Centrifugo: what is pushed, and what ends a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from ackbox.faces.ws import centrifugo, endpoint
from ackbox.store.engines.sqlite import SqliteEngine
from tests.dialects.golemxv import SHARED, Api, made
from tests.serving import Served, serving
from tests.sockets import Socket, opened

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def listening(token: dict[str, Any]) -> AsyncIterator[Socket]:
    """A socket that has sent nothing yet."""
    async with connect(token["ws_url"]) as connection:
        yield Socket(connection)


async def token(api: Api, **given: Any) -> dict[str, Any]:
    status, told = await api("GET", "/realtime/token", **given)
    assert status == 200, told
    return dict(told["data"])


async def joined(socket: Socket, token: dict[str, Any]) -> None:
    """Connect and subscribe in one frame, as the client library does."""
    commands = [
        {"id": 1, "connect": {"token": token["connection_token"], "name": "js"}},
        {
            "id": 2,
            "subscribe": {"channel": token["channel"], "token": token["subscription_token"]},
        },
    ]
    await socket.send("\n".join(map(json.dumps, commands)))
    connected = await socket.receive()
    assert (connected["id"], connected["connect"]["ping"], connected["connect"]["pong"]) == (
        1,
        25,
        True,
    )
    assert await socket.receive() == {"id": 2, "subscribe": {}}


async def pushed(socket: Socket) -> Any:
    told = await socket.receive()
    return told["push"]["pub"]["data"]


async def test_a_message_is_pushed_with_the_uuid_and_content_that_polling_gives(
    database: str,
) -> None:
    async with serving(database) as served:
        api = Api(served, await made(served, **SHARED))
        keen = await api.checkin(agent_name="agent-keen-7")
        ticket = await token(api)
        assert ticket["ws_url"] == served.url.replace("http", "ws") + "/connection/websocket"
        async with listening(ticket) as socket:
            await joined(socket, ticket)
            await api("POST", "/status", session_token=keen, declared_area="docs")
            scope = await pushed(socket)
            assert (scope["event"], scope["agent_name"]) == ("agent.status", "agent-keen-7")
            await api("POST", "/messages", session_token=keen, to="broadcast", content="Hello")
            (row,) = (await api("GET", "/messages", sender="agent-keen-7"))[1]["data"]
            assert await pushed(socket) == {
                "event": "agent.message",
                "id": row["id"],
                "uuid": row["uuid"],
                "sender_name": "agent-keen-7",
                "recipient_type": "broadcast",
                "recipient_name": None,
                "type": "text",
                "content": "Hello",
                "created_at": row["created_at"],
            }
            await socket.send({"id": 3, "unsubscribe": {"channel": ticket["channel"]}})
            assert await socket.receive() == {"id": 3, "unsubscribe": {}}
            await api("POST", "/messages", session_token=keen, to="broadcast", content="Unheard")
            await socket.send({"id": 4, "ping": {}})
            assert await socket.receive() == {"id": 4, "ping": {}}
        await api.close()


async def test_tasks_and_sessions_are_announced(database: str) -> None:
    async with serving(database) as served:
        api = Api(served, await made(served, **SHARED))
        ticket = await token(api)
        async with listening(ticket) as socket:
            await joined(socket, ticket)
            await served.app.call(
                "task.create", {"agent": "pm", "title": "x"}, credential=served.key
            )
            keen = await api.checkin(agent_name="agent-keen-7")
            await api("POST", "/tasks/claim", session_token=keen, task_id=1)
            for status in ("in_progress", "completed"):
                await api("POST", "/tasks/1/status", session_token=keen, status=status)
            await api("POST", "/checkout", session_token=keen)
            names = []
            while "agent.checkout" not in names:
                names.append((await pushed(socket))["event"])
        assert [name for name in names if name != "agent.message"] == [
            "agent.checkin",
            "task.claimed",
            "task.status_changed",
            "task.completed",
            "agent.checkout",
        ]
        await api.close()


async def test_a_token_is_good_once_and_only_for_its_key(database: str) -> None:
    async with serving(database) as served:
        await served.app.call("workspace.create", {"name": "shop"}, credential=served.key)
        api, other = [
            Api(served, await made(served, **SHARED, workspace=name))
            for name in ("default", "shop")
        ]
        ticket = await token(api)
        theirs = await token(other)
        async with listening(ticket) as socket:
            await socket.send({"id": 1, "connect": {"token": ticket["connection_token"]}})
            await socket.receive()
            for number, (channel, sent, code) in enumerate(
                [
                    (theirs["channel"], theirs["subscription_token"], 103),
                    (theirs["channel"], ticket["subscription_token"], 102),
                    (ticket["channel"], ticket["subscription_token"], 103),
                    (ticket["channel"], "", 103),
                    ("news", "", 102),
                ],
                2,
            ):
                await socket.send({"id": number, "subscribe": {"channel": channel, "token": sent}})
                assert (await socket.receive())["error"]["code"] == code
            await socket.send({"id": 9, "publish": {"channel": ticket["channel"], "data": {}}})
            assert await socket.receive() == {
                "id": 9,
                "error": {"code": 108, "message": "not available"},
            }
        async with listening(ticket) as socket:
            await socket.send({"id": 1, "connect": {"token": ticket["connection_token"]}})
            assert await socket.closed() == (3500, "invalid token")
        await api.close()
        await other.close()


@pytest.mark.parametrize(
    ("frame", "end"),
    [
        ("hello", (3501, "bad request")),
        ('{"id":1,"subscribe":{"channel":"project-default"}}', (3501, "bad request")),
        ('{"id":1,"connect":{}}', (3500, "invalid token")),
        ('{"id":1,"connect":{"token":3}}', (3501, "bad request")),
        ("[]\n" * 100, (3013, "too many requests")),
        ("\n" * 10_000, (3013, "too many requests")),
        (" " * 17_000, (1009, "")),
    ],
)
async def test_a_stranger_gets_no_further_than_its_first_frame(
    served: Served, frame: str, end: tuple[int, str]
) -> None:
    async with listening({"ws_url": served.url.replace("http", "ws") + PATH}) as socket:
        await socket.send(frame)
        code, reason = await socket.closed()
        assert (code, reason if code > 3000 else "") == end


async def test_frames_without_a_command_are_few(served: Served) -> None:
    async with listening({"ws_url": served.url.replace("http", "ws") + PATH}) as socket:
        for _ in range(centrifugo.MAX_EMPTY + 1):
            await socket.send("{}")
        assert await socket.closed() == (3013, "too many requests")


async def test_a_store_that_does_not_answer_lets_a_client_try_again(served: Served) -> None:
    api = Api(served, await made(served, name="ana"))
    ticket = await token(api)
    async with listening(ticket) as socket:
        served.app._callers.forget()
        engine = served.app.engine
        assert isinstance(engine, SqliteEngine)
        engine._near.close()
        await socket.send({"id": 1, "connect": {"token": ticket["connection_token"]}})
        assert await socket.closed() == (3004, "internal server error")
    await api.close()


async def test_a_client_that_leaves_while_it_connects_takes_no_place_of_its_key(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "MAX_PER_KEY", 1)
    api = Api(served, await made(served, name="ana"))
    for _ in range(10):
        ticket = await token(api)
        async with listening(ticket) as socket:
            await socket.send({"id": 1, "connect": {"token": ticket["connection_token"]}})
        async with asyncio.timeout(20):
            while served.app.sockets():
                await asyncio.sleep(0)
    last = await token(api)
    async with listening(last) as socket:
        await joined(socket, last)
    await api.close()


PATH = "/connection/websocket"


@pytest.fixture
async def served(tmp_path: Any) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/a.db") as it:
        yield it


async def test_a_socket_ends_with_its_key(served: Served) -> None:
    made_key = await served.app.call("key.create", {"name": "ana"}, credential=served.key)
    api = Api(served, made_key.key)
    ticket = await token(api)
    async with listening(ticket) as socket:
        await joined(socket, ticket)
        await served.app.call("key.revoke", {"id": made_key.id}, credential=served.key)
        assert await socket.closed() == (3500, "invalid token")
    await api.close()


async def test_a_key_has_only_so_many_sockets_of_both_kinds(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "MAX_PER_KEY", 1)
    api = Api(served, await made(served, name="ana"))
    first, second = await token(api), await token(api)
    async with listening(first) as socket, listening(second) as other:
        await joined(socket, first)
        await other.send({"id": 1, "connect": {"token": second["connection_token"]}})
        assert await other.closed() == (3504, "connection limit")
    async with asyncio.timeout(20):
        while served.app.sockets():
            await asyncio.sleep(0)
    third = await token(api)
    async with listening(third) as socket:
        await joined(socket, third)
    await api.close()


async def test_strangers_are_few_and_take_no_place_of_a_key(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "MAX_STRANGERS_OF_ONE", 1)
    monkeypatch.setattr(endpoint, "MAX_SOCKETS", 1)
    address = {"ws_url": served.url.replace("http", "ws") + PATH}
    async with listening(address):
        with pytest.raises(InvalidStatus, match="429"):
            async with listening(address):
                pass
        async with opened(served.url, served.key) as socket:
            assert (await socket.call("agent.whoami"))["role"] == "operator"


async def test_a_client_that_does_not_connect_or_answers_no_ping_is_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(centrifugo, "SILENT_S", 0.0)
    async with listening({"ws_url": served.url.replace("http", "ws") + PATH}) as socket:
        assert (await socket.closed())[0] == 4008
    monkeypatch.setattr(centrifugo, "SILENT_S", 20.0)
    monkeypatch.setattr(centrifugo, "PING_S", 0.1)
    monkeypatch.setattr(centrifugo, "PONG_S", 0.1)
    api = Api(served, await made(served, name="ana"))
    ticket = await token(api)
    async with listening(ticket) as socket:
        await socket.send({"id": 1, "connect": {"token": ticket["connection_token"]}})
        await socket.receive()
        assert await socket.receive() == {}
        assert await socket.closed() == (3012, "no pong")
    await api.close()
