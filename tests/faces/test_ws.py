"""The WebSocket: calls and subscriptions over one connection, and what closes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from ackbox.ops.table import OPERATIONS
from tests.engines import fresh_database
from tests.serving import Served, serving
from tests.sockets import PATIENCE_S, Socket, opened
from tests.walls.places import refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    async with serving(database) as it:
        yield it


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Served]:
    """A server for what no engine has a part in."""
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


async def key(served: Served, name: str, **params: Any) -> str:
    made = await served.app.call("key.create", {"name": name, **params}, credential=served.key)
    return str(made.key)


async def do(served: Served, operation: str, /, **params: Any) -> Any:
    return await served.app.call(operation, params, credential=served.key)


async def follow(socket: Socket, id: int = 1, **params: Any) -> str:
    """Subscribe, and return the cursor that the answer gives."""
    answer = await socket.ask({"id": id, "subscribe": params})
    assert answer["result"]["subscription"] == id, answer
    return str(answer["result"]["cursor"])


async def test_every_operation_answers_on_a_socket(served: Served) -> None:
    async with opened(served.url, served.key) as socket:
        for name in OPERATIONS:
            answer = await socket.ask({"id": name, "op": name, "params": {"nothing": 1}})
            assert answer == {
                "id": name,
                "error": await refusal(served.app, served.key, name, {"nothing": 1}),
            }


async def test_many_calls_at_once_are_answered_by_their_ids(served: Served) -> None:
    async with opened(served.url, served.key) as socket:
        for number in range(300):
            await socket.send(
                {
                    "id": number,
                    "op": "message.send",
                    "params": {"agent": "ana", "to": "bob", "body": str(number)},
                }
            )
        sent = {
            answer["id"]: answer["result"]["id"]
            for answer in [await socket.receive() for _ in range(300)]
        }
        letters = [*(await do(served, "inbox.check", agent="bob", limit=200)).messages]
        letters += (
            await do(
                served,
                "inbox.check",
                agent="bob",
                limit=200,
                cursor=(await do(served, "inbox.check", agent="bob", limit=200)).cursor,
            )
        ).messages
    assert {int(letter.body): letter.id for letter in letters} == sent


async def test_a_quick_call_overtakes_one_that_waits(served: Served) -> None:
    async with opened(served.url, await key(served, "bob")) as socket:
        await socket.send({"id": "wait", "op": "inbox.wait", "params": {"wait_s": 50}})
        assert (await socket.ask({"id": "who", "op": "agent.whoami"}))["result"]["agent"] == "bob"
        await do(served, "message.send", agent="ana", to="bob", body="hello")
        answer = await socket.receive()
    assert (answer["id"], [letter["body"] for letter in answer["result"]["messages"]]) == (
        "wait",
        ["hello"],
    )


@pytest.mark.parametrize("given", ["", "abx_agt_damaged", "abx_agt_" + "0" * 60])
async def test_a_wrong_key_is_refused_at_the_handshake(one: Served, given: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(one.url, given):
            pass
    assert refused.value.response.status_code == 401
    assert b'"code":"unauthenticated"' in refused.value.response.body


async def test_a_page_of_another_origin_and_another_host_are_refused(one: Served) -> None:
    for options in (
        {"origin": "http://evil.example"},
        {"host": "127.0.0.1", "port": int(one.url.rpartition(":")[2])},
    ):
        url = one.url if "origin" in options else "http://evil.example"
        with pytest.raises(InvalidStatus) as refused:
            async with opened(url, one.key, **options):
                pass
        assert (
            refused.value.response.status_code,
            b'"forbidden"' in refused.value.response.body,
        ) == (403, True)
    async with opened(one.url, one.key, origin=one.url) as socket:
        assert (await socket.call("agent.whoami"))["role"] == "operator"


async def test_an_inbox_is_pushed_and_nobody_elses(served: Served) -> None:
    async with opened(served.url, await key(served, "bob")) as socket:
        await follow(socket, of="inbox")
        for to in ("carl", "bob", "carl,bob", "*"):
            await do(served, "message.send", agent="ana", to=to, body=f"to {to}")
        bodies: list[str] = []
        while len(bodies) < 3:
            pushed = await socket.receive()
            assert set(pushed) == {"subscription", "events", "cursor"}
            bodies += [
                (await do(served, "message.get", id=event["id"])).body for event in pushed["events"]
            ]
    assert bodies == ["to bob", "to carl,bob", "to *"]


async def test_a_whole_workspace_is_pushed_narrowed_as_asked(served: Served) -> None:
    async with opened(served.url, served.key) as socket:
        await follow(socket, of="workspace", kinds=["message.sent"], sender="ana")
        await do(served, "agent.check_in", agent="bob")
        await do(served, "message.send", agent="bob", to="ana", body="x")
        sent = await do(served, "message.send", agent="ana", to="bob", body="x")
        assert [event["id"] for event in (await socket.receive())["events"]] == [sent.id]


async def test_in_a_private_workspace_only_what_one_may_see_is_pushed(served: Served) -> None:
    await do(served, "workspace.create", name="quiet", mode="private")
    made = await do(served, "key.create", name="bob", workspace="quiet")
    async with opened(served.url, made.key) as socket:
        await follow(socket, of="workspace", kinds=["message.sent"], cursor="start")
        await do(served, "message.send", workspace="quiet", agent="ana", to="carl", body="secret")
        sent = await do(served, "message.send", workspace="quiet", agent="ana", to="bob", body="x")
        assert [event["id"] for event in (await socket.receive())["events"]] == [sent.id]


async def test_who_was_away_goes_on_from_its_cursor_and_misses_nothing(served: Served) -> None:
    own = await key(served, "bob")
    sent, seen = list[str](), list[str]()
    async with opened(served.url, own) as socket:
        cursor = await follow(socket, of="inbox")
    for many in (210, 3):
        sent += [
            (await do(served, "message.send", agent="ana", to="bob", body=f"{many} {n}")).id
            for n in range(many)
        ]
        async with opened(served.url, own) as socket:
            assert await follow(socket, of="inbox", cursor=cursor) == cursor
            while len(seen) < len(sent):
                pushed = await socket.receive()
                seen += [event["id"] for event in pushed["events"]]
                cursor = pushed["cursor"]
    assert seen == sent


async def test_an_ended_subscription_pushes_no_more(served: Served) -> None:
    async with opened(served.url, await key(served, "bob")) as socket:
        await follow(socket, 1, of="inbox")
        assert (await socket.ask({"id": 2, "unsubscribe": 1}))["result"] == {"subscription": 1}
        await do(served, "message.send", agent="ana", to="bob", body="x")
        assert (await socket.call("inbox.check"))["unread"] == 1
        assert (await socket.ask({"id": 3, "unsubscribe": 1}))["error"]["code"] == "not_found"


async def test_a_socket_has_so_many_subscriptions_also_when_they_are_asked_for_at_once(
    served: Served,
) -> None:
    async with opened(served.url, served.key) as socket:
        for number in range(40):
            await socket.send({"id": number, "subscribe": {}})
        answers = [await socket.answer() for _ in range(40)]
        assert sum("result" in answer for answer in answers) == served.app.bell.following == 32
        assert {answer["error"]["message"] for answer in answers if "error" in answer} == {
            "This socket has 32 subscriptions, which is the maximum."
        }
        assert (await socket.ask({"id": "end", "unsubscribe": 0}))["result"] == {"subscription": 0}
        assert "result" in await socket.ask({"id": "again", "subscribe": {}})


async def test_an_open_socket_keeps_its_instance_online_and_says_how_it_is_reached(
    served: Served,
) -> None:
    now = served.app.clock()
    served.app.clock = lambda: now
    async with opened(served.url, await key(served, "bob")) as socket:
        await follow(socket, 1, of="inbox", instance="laptop")
        await follow(socket, 2, of="inbox", instance="desk")
        await socket.call("agent.check_out", instance="desk")
        now += 3_000_000
        stands = []
        for to in ("bob/desk", "bob/laptop", "bob/desk"):
            sent = await do(served, "message.send", agent="ana", to=to, body="x")
            stands += [(each.presence, each.reach) for each in sent.recipients]
            # That post was pushed to it is no sign of its life.
            assert [event["id"] for event in (await socket.receive())["events"]] == [sent.id]
        assert [stands[0][0], stands[1], stands[2][0]] == ["away", ("online", "socket"), "away"]


@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_the_sockets_of_a_key_that_ends_are_closed_within_a_second(
    served: Served, how: str
) -> None:
    made = await do(served, "key.create", name="bob", expires_in_days=1)
    now = served.app.clock()
    served.app.clock = lambda: now
    loop = asyncio.get_running_loop()
    async with (
        opened(served.url, made.key) as one,
        opened(served.url, made.key) as two,
        opened(served.url, served.key) as other,
    ):
        await follow(one, of="inbox")
        start = loop.time()
        if how == "revoked":
            await do(served, "key.revoke", id=made.id)
        else:
            now += 86_400_000
        assert [await one.closed(), await two.closed()] == [(4001, "key ended")] * 2
        # A second, and what a busy machine adds.
        assert loop.time() - start < 1.5
        assert (await other.call("agent.whoami"))["role"] == "operator"


async def test_a_ticket_opens_one_socket_within_thirty_seconds(one: Served) -> None:
    import httpx2

    own, now = await key(one, "bob"), one.app.clock()
    one.app.clock = lambda: now
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {own}"}) as http:
        tickets = [
            (await http.post(f"{one.url}/v1/tickets")).json()["subprotocol"] for _ in range(3)
        ]
        assert (
            await http.post(f"{one.url}/v1/tickets", headers={"Authorization": "Bearer x"})
        ).status_code == 401
    # The milliseconds that pass before each, which ticket, and whether it opens.
    for passed, ticket, opens in (
        (0, tickets[0], True),
        (0, tickets[0], False),
        (29_999, tickets[1], True),
        (1, tickets[2], False),
    ):
        now += passed
        if opens:
            async with opened(one.url, None, subprotocols=["ackbox", ticket]) as socket:
                assert socket.connection.subprotocol == "ackbox"
                assert (await socket.call("agent.whoami"))["agent"] == "bob"
            continue
        with pytest.raises(InvalidStatus) as refused:
            async with opened(one.url, None, subprotocols=["ackbox", ticket]):
                pass
        assert refused.value.response.status_code == 401


async def test_a_key_has_so_many_sockets_and_no_more(
    one: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.ws.endpoint.MAX_PER_KEY", 2)
    own = await key(one, "bob")
    async with opened(one.url, own), opened(one.url, own):
        with pytest.raises(InvalidStatus) as refused:
            async with opened(one.url, own):
                pass
        assert (
            refused.value.response.status_code,
            refused.value.response.headers["Retry-After"],
        ) == (429, "30")
        async with opened(one.url, await key(one, "carl")) as socket:
            assert (await socket.call("agent.whoami"))["agent"] == "carl"
    # Those that have gone make room, as soon as the server has seen them go.
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with opened(one.url, own) as socket:
                    assert (await socket.call("agent.whoami"))["agent"] == "bob"
                    break
            except InvalidStatus:
                await asyncio.sleep(0.01)


async def test_a_socket_that_says_nothing_is_closed_and_one_that_follows_is_not(
    one: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.ws.endpoint.SILENT_S", 0.2)
    monkeypatch.setattr("ackbox.faces.ws.endpoint.IDLE_S", 0.2)
    async with opened(one.url, one.key) as silent, opened(one.url, one.key) as follows:
        await follow(follows)
        assert await silent.closed() == (4008, "idle")
        assert (await follows.call("agent.whoami"))["role"] == "operator"


async def test_when_a_socket_has_gone_nothing_of_it_is_left(served: Served) -> None:
    async with opened(served.url, await key(served, "bob")) as socket:
        await follow(socket, 1, of="inbox")
        await follow(socket, 2)
        await socket.send({"id": 3, "op": "inbox.wait", "params": {"wait_s": 50}})
        while not served.app.bell.waiting:
            await asyncio.sleep(0.01)
        assert served.app.bell.following == 2
    # Well before a call that waits, or a look without a ring, would end by itself.
    async with asyncio.timeout(PATIENCE_S):
        while served.app.bell.waiting or served.app.bell.following:
            await asyncio.sleep(0.01)


async def test_post_sent_and_a_key_ended_on_another_server_reach_the_socket(tmp_path: Path) -> None:
    url = await asyncio.to_thread(fresh_database, "postgres", tmp_path)
    async with serving(url) as here, serving(url) as there:
        # The second one to start made the operator key that holds now.
        here.key = there.key
        made = await do(here, "key.create", name="bob")
        async with opened(there.url, made.key) as socket:
            await follow(socket, of="inbox")
            sent = await do(here, "message.send", agent="ana", to="bob", body="x")
            assert [event["id"] for event in (await socket.receive())["events"]] == [sent.id]
            await do(here, "key.revoke", id=made.id)
            assert await socket.closed() == (4001, "key ended")


async def standing(served: Served) -> list[tuple[str | None, str]]:
    roster = await do(served, "agent.list", name="ana")
    return [(each.instance, each.presence) for agent in roster.agents for each in agent.instances]


async def away(served: Served) -> None:
    """Return once every instance of ana is away."""
    async with asyncio.timeout(20):
        while {presence for _, presence in await standing(served)} != {"away"}:
            await asyncio.sleep(0)


async def test_who_stays_is_online_until_the_socket_ends_and_is_checked_out_then(
    served: Served,
) -> None:
    ana = await key(served, "ana")
    async with opened(served.url, ana) as socket:
        answer = await socket.ask(
            {
                "id": 1,
                "op": "agent.check_in",
                "stay": True,
                "params": {"instance": "here", "program": "raw"},
            }
        )
        assert (answer["result"]["me"]["instance"], answer["result"]["me"]["program"]) == (
            "here",
            "raw",
        )
        assert await standing(served) == [("here", "online")]
        socket.connection.transport.abort()
        await away(served)
    kinds = [each.kind for each in (await do(served, "event.feed", cursor="start")).events]
    assert kinds.count("agent.checked_out") == 1


async def test_who_stays_twice_is_online_until_the_second_socket_ends(one: Served) -> None:
    ana = await key(one, "ana")
    async with opened(one.url, ana) as second:
        async with opened(one.url, ana) as first:
            for socket in (first, second):
                await socket.ask(
                    {"id": 1, "op": "agent.check_in", "stay": True, "params": {"instance": "here"}}
                )
        await second.call("agent.whoami")
        assert await standing(one) == [("here", "online")]
    await away(one)


async def test_only_a_check_in_stays(one: Served) -> None:
    async with opened(one.url, one.key) as socket:
        answer = await socket.ask({"id": 1, "op": "agent.whoami", "stay": True})
        assert answer["error"]["message"] == "`stay` is allowed only with the `op` agent.check_in."


async def test_only_a_key_that_may_write_stays(one: Served) -> None:
    async with opened(one.url, await key(one, "ana", kind="read-only")) as socket:
        assert (await socket.ask({"id": 1, "op": "agent.check_in", "stay": True, "params": {}}))[
            "error"
        ]["code"] == "forbidden"
