"""The Python client: every operation as a method, the feed carried over every break, the same
from every side.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

import ackbox
from ackbox.client import results
from ackbox.client.results import Message
from ackbox.client.running import is_held
from ackbox.client.socket import SocketTransport
from ackbox.errors import BadKey, Unavailable, UnknownRecipient
from ackbox.ops.message import send as messages
from ackbox.ops.table import OPERATIONS
from tests.command import Command
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


def names_of(client: Any) -> set[str]:
    return {
        f"{noun}.{verb.rstrip('_')}"
        for noun in dir(client)
        if noun in {each.noun for each in OPERATIONS.values()}
        for verb in dir(getattr(client, noun))
    }


async def test_every_operation_is_a_method_and_gives_its_result(served: Served) -> None:
    async with ackbox.Client(served.url, served.key, agent="ana") as client:
        assert names_of(client) == set(OPERATIONS)
        sent = await client.message.send(to="bob", body="hello")
        found = await served.app.call("message.get", {"id": sent.id}, credential=served.key)
        got = await client.message.get(id=sent.id)
        assert isinstance(got, Message) and isinstance(got, type(found))
        assert got == msgspec.json.decode(msgspec.json.encode(found), type=Message)
        assert got.created_at == datetime.fromisoformat(found.created_at)
        typed: messages.Sent = await client.do(messages.send, messages.Send(to="bob", body="again"))
        assert (typed.recipients[0].agent, type(typed.created_at)) == ("bob", str)
        # Also deep inside a result, in what is part of itself, and in events.
        await client.agent.check_in(instance="laptop")
        [listed] = (await client.agent.list(name="ana")).agents
        events = (await client.event.list(limit=5)).events
        times = [listed.last_seen, listed.instances[0].last_seen, events[0].at, got.created_at]
        assert [at.tzinfo for at in times if at] == [UTC] * 4
    async with ackbox.Client(served.url, served.key, agent="ana", text_times=True) as client:
        assert (await client.message.get(id=sent.id)).created_at == found.created_at


def test_the_public_names_complete_in_a_shell() -> None:
    assert dir(ackbox) == ackbox.__all__
    assert "Letter" in dir(results) and results.Letter is results.Letter
    with pytest.raises(AttributeError):
        attrgetter("Lettre")(results)


async def test_what_is_refused_is_raised_as_in_process(served: Served) -> None:
    async with ackbox.Client(served.url, served.key, agent="ana") as client:
        with pytest.raises(UnknownRecipient) as here:
            await served.app.call(
                "message.send",
                {"agent": "ana", "to": "bobb", "body": "x", "unknown": "refuse"},
                credential=served.key,
            )
        with pytest.raises(UnknownRecipient) as there:
            await client.message.send(to="bobb", body="x", unknown="refuse")
    assert there.value.as_dict() == here.value.as_dict()


async def test_a_wrong_key_is_told_at_once_and_no_server_after_a_while(served: Served) -> None:
    async with ackbox.Client(served.url, "abx_agt_damaged") as client:
        with pytest.raises(BadKey):
            await client.agent.whoami()
        with pytest.raises(BadKey):
            await anext(client.events())
    async with ackbox.Client("http://127.0.0.1:9", "abx_agt_damaged", patience_s=0) as client:
        with pytest.raises(ackbox.NoServer):
            await client.agent.whoami()
        with pytest.raises(ackbox.NoServer):
            await anext(client.events())


async def test_push_and_poll_name_a_message_alike_and_it_is_shown_once(served: Served) -> None:
    async with (
        ackbox.Client(served.url, served.key, agent="bob") as bob,
        ackbox.Client(served.url, served.key, agent="ana") as ana,
    ):
        sent = [(await ana.message.send(to="bob", body=str(n))).id for n in range(3)]
        shown: list[str] = []
        polled: set[str] = set()
        pushed: set[str] = set()
        pages = bob.pages(of="inbox")
        await anext(pages)
        letters = bob.letters()
        for n in range(3, 9):
            shown.append((await anext(letters)).id)
            sent.append((await ana.message.send(to="bob", body=str(n))).id)
            polled |= {letter.id for letter in (await bob.inbox.check()).messages}
            while sent[-1] not in pushed:
                pushed |= {event.id or "" for event in (await anext(pages))[0]}
        while len(shown) < len(sent):
            shown.append((await anext(letters)).id)
        await letters.aclose()
        await pages.aclose()
    assert shown == sent
    assert (pushed, pushed <= polled) == (set(sent[3:]), True)


async def test_a_slow_consumer_gets_everything_and_holds_up_no_call(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.client.socket.MAX_PAGES", 2)
    async with ackbox.Client(served.url, served.key, agent="ana") as client:
        pages = client.pages(of="workspace", join_ms=0, kinds=["message.sent"])
        seen: list[str | None] = []
        await anext(pages)
        sent = [(await client.message.send(to="bob", body=str(n))).id for n in range(40)]
        while len(seen) < len(sent):
            seen += [event.id for event in (await anext(pages))[0]]
        await pages.aclose()
    assert seen == sent


async def test_a_key_that_ends_ends_what_uses_it(served: Served) -> None:
    made = await served.app.call("key.create", {"name": "bob"}, credential=served.key)
    async with ackbox.Client(served.url, made.key) as client:
        pages = client.pages(of="inbox")
        await anext(pages)
        waiting = asyncio.create_task(client.inbox.wait(wait_s=50))
        while not served.app.bell.waiting:
            await asyncio.sleep(0.01)
        await served.app.call("key.revoke", {"id": made.id}, credential=served.key)
        for end in (waiting, anext(pages), client.agent.whoami()):
            with pytest.raises((BadKey, ackbox.AckboxError), match="revoked"):
                await end


async def test_only_what_may_be_done_twice_is_asked_again_when_its_answer_is_lost() -> None:
    heard: list[Any] = []

    async def lose(socket: ServerConnection) -> None:
        frame = json.loads(await socket.recv())
        heard.append((frame["op"], frame["params"].get("idempotency_key")))
        if len(heard) in (1, 3):
            return
        await socket.send(
            json.dumps(
                {
                    "id": frame["id"],
                    "result": {
                        "id": "1",
                        "seq": 1,
                        "thread": "1",
                        "sender": "ana",
                        "type": "direct",
                        "created_at": "2026-12-01T09:00:00.000Z",
                        "recipient_count": 0,
                        "recipients": [],
                    },
                }
            )
        )
        await socket.wait_closed()

    async with serve(lose, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with ackbox.Client(url, "k") as client:
            assert (await client.message.send(to="bob", body="x")).id == "1"
        async with ackbox.Client(url, "k") as client:
            with pytest.raises(ackbox.NoServer, match="the call may have taken effect"):
                await client.key.create(name="bob")
    assert heard[0] == heard[1] and heard[0][1]
    assert [op for op, _ in heard] == ["message.send", "message.send", "key.create"]


async def test_a_client_that_wants_nothing_stays_away_until_its_next_call() -> None:
    asked: list[str] = []

    async def let_go(socket: ServerConnection) -> None:
        frame = json.loads(await socket.recv())
        asked.append(frame["op"])
        await socket.send(
            json.dumps(
                {"id": frame["id"], "result": {"cursor": "", "events": [], "has_more": False}}
            )
        )
        await socket.close(4008, "idle")

    async with serve(let_go, "127.0.0.1", 0) as server:
        transport = SocketTransport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k")
        for _ in range(2):
            await transport.call("event.feed", b"{}", may_repeat=True)
            async with asyncio.timeout(20):
                while transport._running is not None:
                    await asyncio.sleep(0.01)
        await transport.close()
    assert asked == ["event.feed", "event.feed"]


@pytest.mark.parametrize("leave", [SocketTransport.close, SocketTransport.drop])
async def test_a_client_that_was_closed_opens_a_new_socket_for_its_next_call(
    served: Served, leave: Any
) -> None:
    transport = SocketTransport(served.url, served.key)
    for _ in range(2):
        assert b'"operator"' in await transport.call("agent.whoami", b"{}", may_repeat=True)
        left = leave(transport)
        if left is not None:
            await left
        assert not transport.is_open


@pytest.mark.parametrize(
    "told",
    [
        "{",
        '{"id": "ID"}',
        '{"id": ID, "result": {}}',
        '{"id": ID, "error": {"code": "unavailable", "retry_after_s": "soon"}}',
    ],
)
async def test_what_answers_and_is_not_ackbox_is_said_at_once(told: str) -> None:
    async def answer(socket: ServerConnection) -> None:
        await socket.send(told.replace("ID", str(json.loads(await socket.recv())["id"])))
        await socket.wait_closed()

    async with serve(answer, "127.0.0.1", 0) as server:
        transport = SocketTransport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k")
        with pytest.raises(Unavailable, match="is not ackbox"):
            await anext(transport.follow({}))
        with pytest.raises(Unavailable, match="is not ackbox"):
            await transport.call("agent.whoami", b"{}", may_repeat=True)
        await transport.close()


async def test_a_feed_that_is_given_up_before_it_is_sent_is_not_asked_for_again() -> None:
    opened: list[ServerConnection] = []
    hang_up = asyncio.Event()

    async def read_nothing(socket: ServerConnection) -> None:
        opened.append(socket)
        await hang_up.wait()
        socket.transport.abort()

    async with serve(read_nothing, "127.0.0.1", 0, max_queue=1) as server:
        transport = SocketTransport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k")
        body = b'{"body":"%b"}' % (b"x" * 200_000)
        calls = [
            asyncio.create_task(transport.call("message.send", body, may_repeat=False))
            for _ in range(100)
        ]
        async with asyncio.timeout(20):
            while (
                not opened
                or transport._socket is None
                or not transport._socket.transport.get_write_buffer_size()
            ):
                await asyncio.sleep(0.01)
        follows = transport.follow({})
        following = asyncio.create_task(anext(follows))
        async with asyncio.timeout(20):
            while not transport._followed:
                await asyncio.sleep(0.01)
        following.cancel()
        async with asyncio.timeout(20):
            while transport._followed:
                await asyncio.sleep(0.01)
        hang_up.set()
        await asyncio.wait([following])
        assert {type(each) for each in await asyncio.gather(*calls, return_exceptions=True)} == {
            ackbox.NoServer
        }
        await transport.close()
    assert len(opened) == 1


async def test_a_thousand_calls_at_once_are_each_answered_with_their_own(served: Served) -> None:
    async with ackbox.Client(served.url, served.key, agent="ana") as client:
        sent = await asyncio.gather(
            *(client.message.send(to="bob", body=str(n)) for n in range(100))
        )
        found = await asyncio.gather(
            *(client.message.get(id=sent[n % 100].id) for n in range(1000))
        )
        stopped = asyncio.create_task(client.inbox.wait(wait_s=50))
        await client.agent.whoami()
        stopped.cancel()
        assert (await client.agent.whoami()).agent == "ana"
    assert [letter.body for letter in found] == [str(n % 100) for n in range(1000)]


async def test_letters_wait_for_a_server_that_is_away_for_longer_than_a_call_does(
    ackbox_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.client.client.LOOK_AGAIN_S", 0.05)
    server, key = (
        ackbox_command.json("status"),
        (ackbox_command.data / "operator.key").read_text().strip(),
    )
    async with ackbox.Client(server["url"], key, agent="bob", patience_s=0) as bob:
        letters = bob.letters(mark="delivered")
        first = asyncio.create_task(anext(letters))
        ackbox_command.json("--as", "ana", "send", "bob", "one")
        told = [await first]
        following = asyncio.create_task(anext(letters))
        os.kill(server["pid"], signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(ackbox.NoServer):
                while True:
                    await bob.agent.whoami()
        await asyncio.to_thread(ackbox_command.up, "--port", server["url"].rpartition(":")[2])
        ackbox_command.json("--as", "ana", "send", "bob", "two")
        told.append(await following)
        await letters.aclose()
    assert [letter.body for letter in told] == ["one", "two"]
    assert [ackbox_command.json("status", letter.id)["delivered"] for letter in told] == [1, 1]


def test_the_client_without_an_event_loop_offers_the_same(ackbox_command: Command) -> None:
    url, key = (
        ackbox_command.json("status")["url"],
        (ackbox_command.data / "operator.key").read_text().strip(),
    )
    with (
        ackbox.SyncClient(url, key, agent="bob") as bob,
        ackbox.SyncClient(data_dir=str(ackbox_command.data), agent="ana") as ana,
    ):
        assert names_of(bob) == set(OPERATIONS)
        letters = bob.letters()
        sent = [ana.message.send(to="bob", body=str(n)).id for n in range(3)]
        assert [next(letters).id for _ in range(3)] == sent
        letters.close()
        with pytest.raises(ackbox.AckboxError, match="no such message"):
            bob.message.get(id="0" * 32)


@pytest.fixture
def ackbox_command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


async def test_a_feed_and_letters_go_on_after_the_server_was_killed_with_nothing_missed_or_doubled(
    ackbox_command: Command,
) -> None:
    server = ackbox_command.json("status")
    key = (ackbox_command.data / "operator.key").read_text().strip()
    async with (
        ackbox.Client(server["url"], key, agent="bob") as bob,
        ackbox.Client(server["url"], key, agent="ana", patience_s=60) as ana,
    ):
        events, letters = bob.events(of="inbox"), bob.letters()
        following = asyncio.create_task(take(events, 62))
        reading = asyncio.create_task(take(letters, 62))
        await bob.agent.whoami()
        sent = []
        for number in range(60):
            if number in (20, 40):
                killed = ackbox_command.json("status")["pid"]
                os.kill(killed, signal.SIGKILL)
                while is_held(ackbox_command.data):
                    await asyncio.sleep(0.01)
                # Nobody can have this one pushed: it is found by who goes on from its cursor.
                async with ackbox.open(
                    f"sqlite:///{ackbox_command.data}/ackbox.db", agent="ana"
                ) as away:
                    sent.append((await away.message.send(to="bob", body="while nobody served")).id)
                # The call under way when the server dies is asked again at the next one, and stored
                # once.
                pending = asyncio.create_task(ana.message.send(to="bob", body=str(number)))
                await asyncio.to_thread(
                    ackbox_command.up, "--port", server["url"].rpartition(":")[2]
                )
                sent.append((await pending).id)
            else:
                sent.append((await ana.message.send(to="bob", body=str(number))).id)
        assert [event.id for event in await following] == sent
        assert [letter.id for letter in await reading] == sent


async def take(items: Any, many: int) -> list[Any]:
    found = [await anext(items) for _ in range(many)]
    await items.aclose()
    return found


async def test_a_database_in_this_process_has_the_same_methods(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ackbox.db"
    async with ackbox.open(url, agent="ana") as client:
        pages = client.pages(of="workspace", kinds=["message.sent"])
        await anext(pages)
        sent = await client.message.send(to="bob", body="hello")
        assert [event.id for event in (await anext(pages))[0]] == [sent.id]
        await pages.aclose()
    async with ackbox.open(url, agent="bob") as client:
        assert [letter.id for letter in (await client.inbox.check()).messages] == [sent.id]


async def test_a_database_that_a_server_has_open_is_not_opened_here(
    ackbox_command: Command,
) -> None:
    with pytest.raises(ackbox.AckboxError, match="A server has"):
        async with ackbox.open(f"sqlite:///{ackbox_command.data}/ackbox.db"):
            pass
