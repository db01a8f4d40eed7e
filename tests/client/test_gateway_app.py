"""The app of a gateway in this process: what it shows when the server lies, and its own keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ackbox.app.bell import Gone
from ackbox.client.http import HttpCaller
from ackbox.client.narrow import NarrowCaller
from ackbox.errors import AckboxError, BadKey, ForkedRoster, Unavailable
from ackbox.faces.server.gateway_app import GatewayApp
from ackbox.faces.server.gateway_keys import LocalKeys, key_in
from ackbox.model.key import mint
from tests.client.sealed import Client, Member, Team, serving_in_thread
from tests.engines import Clock
from tests.serving import Served

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_in_thread(f"sqlite:///{tmp_path_factory.mktemp('server')}/ackbox.db") as it:
        yield it


@pytest.fixture
def pair(served: Served, tmp_path: Path) -> tuple[Team, Member]:
    team = Team(served.url, served.key, tmp_path)
    return team, team.join("bob")


class Open:
    """A gateway of a member; `client` is what calls the server for it."""

    def __init__(self, member: Member, where: Path) -> None:
        self.clock = Clock()
        self.key = key_in(where / "gateway.key", "agt")
        self.wide: HttpCaller = member.client
        find = NarrowCaller(lambda: self.wide, member.vault, member.home)
        self.app = GatewayApp(find, member.vault.profile, LocalKeys(self.key, self.clock))
        # With the narrow key, and answers that a test can change.
        self.narrow = self.app.caller
        self.client = Client(self.narrow.url, self.narrow.key, data_dir=member.home)
        self.app.caller = self.client

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        made = await self.app.call(operation, params, credential=self.key)
        return msgspec.to_builtins(made)


@asynccontextmanager
async def opening(member: Member, where: Path) -> AsyncIterator[Open]:
    made = await asyncio.to_thread(Open, member, where)
    try:
        yield made
    finally:
        await made.app.close()


async def test_what_does_not_hold_is_said_in_the_mailbox_and_a_fork_is_an_error(
    pair: tuple[Team, Member], tmp_path: Path
) -> None:
    team, bob = pair
    await asyncio.to_thread(team.ana.send, "bob", "one")

    def alter(call: str, _: Any, answer: Any) -> None:
        if call == "inbox.check":
            answer["messages"][0]["sealed"]["signature"] = "A" * 86 + "=="

    async with opening(bob, tmp_path) as gateway:
        gateway.client.on_answer = alter
        (seen,) = (await gateway("inbox.check", mark="read"))["messages"]
        gateway.client.on_answer = None
        other = await asyncio.to_thread(Team, team.url, team.key, tmp_path / "other")
        foreign = other.ana.remote("roster.get", limit=10)
        await asyncio.to_thread(team.join, "cy")
        await asyncio.to_thread(team.ana.send, "bob", "two")
        gateway.client.on_answer = lambda call, _, answer: foreign if call == "roster.get" else None
        with pytest.raises(ForkedRoster):
            await gateway("inbox.check")
    assert seen["body"].endswith("(bad_signature)]") and "one" not in seen["body"]


async def test_a_wait_ends_when_a_message_comes_when_its_time_is_over_and_when_its_caller_leaves(
    pair: tuple[Team, Member], tmp_path: Path
) -> None:
    team, bob = pair
    async with opening(bob, tmp_path) as gateway:
        assert (await gateway("inbox.wait", wait_s=0))["messages"] == []
        waiting = asyncio.create_task(gateway("inbox.wait", wait_s=30))
        while not gateway.app.bell.waiting:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(team.ana.send, "bob", "now")
        (seen,) = (await waiting)["messages"]
        gone = Gone()
        params = {"wait_s": 30, "mark": "read"}
        await gateway("receipt.mark", mark="read", ids=[seen["id"]])
        leaving = asyncio.create_task(
            gateway.app.call("inbox.wait", params, credential=gateway.key, gone=gone)
        )
        while not gateway.app.bell.waiting:
            await asyncio.sleep(0.01)
        gone.set()
        assert (await leaving).messages == []
    assert seen["body"] == "now"


async def test_a_link_signs_in_once_and_in_time_and_signing_out_ends_the_session(
    pair: tuple[Team, Member], tmp_path: Path
) -> None:
    _, bob = pair
    async with opening(bob, tmp_path) as gateway:
        call = gateway.app.call
        # The key of an agent signs nobody in.
        with pytest.raises(AckboxError, match=r"cannot call login\.link"):
            await call("login.link", {}, credential=gateway.key)
        keys = gateway.app._keys
        link = keys.link()[0]
        with pytest.raises(AckboxError, match=r"cannot call inbox\.check"):
            await call("inbox.check", {}, credential=link)
        made = await call("login.redeem", {}, credential=link)
        assert (await call("agent.whoami", {}, credential=made.key)).agent == "bob"
        with pytest.raises(BadKey):
            await call("login.redeem", {}, credential=link)
        late = keys.link()[0]
        gateway.clock.pass_s(601)
        with pytest.raises(BadKey):
            await call("login.redeem", {}, credential=late)
        keys.end(keys.find(made.key))
        assert await gateway.app.ended_keys() >= {made.id}
        with pytest.raises(BadKey):
            await call("agent.whoami", {}, credential=made.key)


def key_with(secret: int) -> str:
    """Return a key with the id that all of these have, and a secret of its own."""

    def random_bytes(count: int) -> bytes:
        return bytes([7 if count == 8 else secret]) * count

    return mint("agt", random_bytes=random_bytes).reveal()


def test_a_key_with_the_id_of_another_and_its_own_secret_is_refused() -> None:
    keys = LocalKeys(key_with(1), Clock())
    assert keys.find(key_with(1)).kind == "file"
    with pytest.raises(BadKey, match="not a key of this gateway"):
        keys.find(key_with(2))


async def test_a_key_that_the_server_ended_is_made_again_and_else_the_error_names_the_gateway(
    pair: tuple[Team, Member], tmp_path: Path
) -> None:
    team, bob = pair
    async with opening(bob, tmp_path) as gateway:
        gateway.app.caller = gateway.narrow
        id = (await gateway("agent.whoami"))["key_id"]
        await asyncio.to_thread(team.ana.remote, "key.revoke", id=id)
        again = await gateway("agent.whoami")
        assert (again["agent"], again["role"], again["key_id"] != id) == ("bob", "agent", True)
        gateway.wide = HttpCaller(team.url, "abx_agt_wrong")
        await asyncio.to_thread(team.ana.remote, "key.revoke", id=again["key_id"])
        with pytest.raises(Unavailable, match="refuses this gateway"):
            await gateway("agent.whoami")
