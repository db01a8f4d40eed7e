"""Every client of a sealed workspace seals and opens: the Python client, the terminal UI's link and
the bridge.
"""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import ackbox
from ackbox.app.call import wall_clock
from ackbox.app.limits import Limits
from ackbox.client.http import NoServer
from ackbox.client.sealed import SealedCaller
from ackbox.errors import BadKey, NotMember
from ackbox.faces.server.sealed_app import OwnKeyApp
from ackbox.faces.server.sealed_mcp import start
from ackbox.faces.stdio_bridge.bridge import Bridge
from ackbox.faces.stdio_bridge.identity import Identity
from ackbox.faces.tui.state.link import Link
from ackbox.ops.fitting import Fitted
from tests.client.sealed import Member, Team, serving_in_thread
from tests.serving import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_in_thread(f"sqlite:///{tmp_path_factory.mktemp('server')}/ackbox.db") as it:
        yield it


@pytest.fixture
def pair(served: Served, tmp_path: Path) -> tuple[Team, Member]:
    team = Team(served.url, served.key, tmp_path)
    return team, team.join("bob")


def caller_of(team: Team, member: Member) -> SealedCaller:
    return SealedCaller(team.url, team.key, data_dir=member.home)


def test_the_python_client_seals_and_opens(pair: tuple[Team, Member]) -> None:
    team, bob = pair
    with ackbox.SyncClient(
        team.url, team.key, data_dir=str(bob.home), workspace=team.workspace, agent="bob"
    ) as client:
        client.message.send(to="ana", body="from the client")
        team.ana.send("bob", "to the client")
        (got,) = client.inbox.check().messages
        assert (got.body, got.sender, got.sender_kind) == ("to the client", "ana", "human")
        with pytest.raises(NotMember):
            client.message.send(to="eve", body="hello")
        # What needs no sealing uses the socket of every client.
        assert client.agent.whoami(workspace="default").workspace == "default"
    assert team.ana.texts() == ["from the client"]


async def test_the_terminal_opens_what_it_lists(pair: tuple[Team, Member]) -> None:
    team, bob = pair
    await asyncio.to_thread(team.ana.send, "bob", "to the terminal")
    who = {"workspace": team.workspace, "agent": "bob"}
    link = Link(lambda: caller_of(team, bob), who, hz=10, rows=10)
    try:
        page = await link.call("message.history", limit=10)
        assert [each["body"] for each in page["messages"]] == ["to the terminal"]
    finally:
        link.stop()


class Out(io.StringIO):
    """The standard output of a bridge, which says when there is more of it."""

    def __init__(self) -> None:
        super().__init__()
        self.has_more = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        self.has_more.set()
        return written


def test_the_bridge_serves_mcp_and_the_server_sees_no_text(
    pair: tuple[Team, Member], served: Served
) -> None:
    team, bob = pair
    team.ana.send("bob", "to the bridge")
    out = Out()
    server = caller_of(team, bob)
    params = {"workspace": team.workspace, "agent": "bob"}
    bridge = Bridge(
        server,
        lambda: server,
        Identity(params, {}, only_as="bob", wants_instance=False),
        out,
        endpoint=start(lambda: server),
    )
    heard: list[str] = []

    def ask(id: int, method: str, **params: Any) -> Any:
        bridge.take(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
        until = time.monotonic() + 60
        while True:
            out.has_more.clear()
            heard[:] = out.getvalue().splitlines()
            found = [each for each in map(json.loads, heard) if each.get("id") == id]
            if found:
                return found[0]["result"]
            assert out.has_more.wait(until - time.monotonic()), heard

    try:
        client = {"name": "test", "version": "1"}
        ask(
            1,
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo=client,
        )
        bridge.take(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        shown = ask(2, "tools/call", name="inbox", arguments={"mark": "read"})
        assert "| to the bridge" in shown["content"][0]["text"]
        sent = ask(3, "tools/call", name="send", arguments={"to": "ana", "body": "from a tool"})
        assert sent["isError"] is False
        assert bob("inbox.check")["unread"] == 0
        refused = ask(4, "tools/call", name="send", arguments={"to": "eve", "body": "x"})
        assert "'eve' is not a member of this sealed workspace" in refused["content"][0]["text"]
    finally:
        bridge.close()
    assert team.ana.texts() == ["from a tool"]


async def test_the_bridge_marks_what_its_answer_holds(pair: tuple[Team, Member]) -> None:
    team, bob = pair

    def send() -> None:
        for text in ("one", "two", "three"):
            team.ana.send("bob", text)

    await asyncio.to_thread(send)
    app = OwnKeyApp(lambda: caller_of(team, bob), Limits())
    params = {"workspace": team.workspace, "agent": "bob", "mark": "read", "evidence": "tool"}

    def two(items: Sequence[Any]) -> Fitted:
        # The second is shown only in part.
        return Fitted(2, frozenset({items[1].id}))

    seen = await app.call("inbox.check", params, credential=team.key, fits=two)
    assert [each.body for each in seen.messages] == ["one", "two"]
    assert (seen.has_more, seen.unread) == (True, 2)
    assert await asyncio.to_thread(bob.texts) == ["two", "three"]


@pytest.mark.parametrize("mark", ["none", "delivered"])
async def test_reading_by_cursor_shows_every_message_once_however_few_an_answer_holds(
    pair: tuple[Team, Member], mark: str
) -> None:
    team, bob = pair
    texts = [f"text {number}" for number in range(5)]
    await asyncio.to_thread(lambda: [team.ana.send("bob", text) for text in texts])
    app = OwnKeyApp(lambda: caller_of(team, bob), Limits())
    params = {"workspace": team.workspace, "agent": "bob", "mark": mark}
    seen: list[str] = []
    page = None
    while page is None or page.has_more:
        given = params if page is None else {**params, "cursor": page.cursor}
        page = await app.call(
            "inbox.check", given, credential=team.key, fits=lambda items: Fitted(min(2, len(items)))
        )
        seen += [each.body for each in page.messages]
        assert len(seen) <= len(texts)
    assert seen == texts


async def test_the_bridges_endpoint_takes_its_own_key_only(pair: tuple[Team, Member]) -> None:
    team, bob = pair
    app = OwnKeyApp(lambda: caller_of(team, bob), Limits())
    for key in (None, "", "abx_agt_other", f"{team.key}x"):
        with pytest.raises(BadKey, match="not the bridge's own"):
            await app.call("inbox.check", {}, credential=key)
    assert (await app.identify(team.key)).role == "operator"


def test_the_endpoint_of_a_bridge_wakes_its_program_with_opened_text(
    pair: tuple[Team, Member], served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, bob = pair
    endpoint = start(lambda: caller_of(team, bob))
    headers = {"Ackbox-Workspace": team.workspace, "Ackbox-Agent": "bob"}
    named = {"program": "codex", "program_session": "s"}
    for event in ("SessionStart", "Stop"):
        # A turn that has ended: a wake interrupts none.
        with suppress(ValueError, NoServer):
            endpoint.post("/v1/hook/codex", {"hook_event_name": event, "session_id": "s"}, headers)
    sent = team.ana.send("bob", "wake up", priority=5)
    # A program that has just ended its turn is left alone for a second.
    monkeypatch.setattr(served.app, "clock", lambda: wall_clock() + 2_000)
    asked = {**named, "way": "app server", "carries_text": True}
    told = endpoint.post("/v1/hook/codex/wake", asked, headers)
    assert (told["ids"], "| wake up" in told["text"]) == ([sent["id"]], True)
    signalled = {**named, "way": "app server", "ids": told["ids"]}
    assert endpoint.post("/v1/hook/codex/signalled", signalled, headers) == {"noted": 1}
    confirmed = {**named, "offer": told["offer"]}
    assert endpoint.post("/v1/hook/codex/shown", confirmed, headers) == {"marked": 1}
