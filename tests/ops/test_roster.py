"""The roster of a sealed workspace: what is appended to it, what is refused, and how it moves with
an export.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ackbox.errors import AckboxError, Conflict, Invalid, SealedRequired
from ackbox.vault import roster
from ackbox.vault.roster import Record
from tests.engines import Clock, Post
from tests.vaults import Vault, wire

pytestmark = pytest.mark.anyio
PARTS = ("reader", "roster", "message", "event", "session")


@pytest.fixture
async def vault(post: Post, clock: Clock) -> Vault:
    return await Vault(post).found("ana", "bob")


async def records(vault: Vault) -> list[Record]:
    kept = (await vault("roster.get", after=-1, limit=1000)).records
    return [
        msgspec.convert({"body": each.body, "signature": each.signature}, Record) for each in kept
    ]


async def test_what_the_server_hands_out_is_the_chain_that_was_signed(vault: Vault) -> None:
    await vault.append(vault.adding("cy", by="ana"))
    await vault.append(vault.promoting("bob", by="ana"))
    await vault.append(vault.removing("cy", by="bob"))
    assert roster.read(await records(vault)) == vault.known
    page = await vault("roster.get", after=1, limit=2)
    assert ([each.position for each in page.records], page.position) == ([2, 3], 4)
    assert page.chains == []
    sealed = vault.seal("ana", "x", to=["bob"])
    await vault.put("ana", sealed)
    last = await vault("roster.get", after=3)
    assert {(each.member, each.counter) for each in last.chains} == {
        (vault.keys["ana"].id, 1),
        (vault.keys["bob"].id, 0),
    }


async def test_the_same_record_again_is_no_second_one(vault: Vault) -> None:
    record = vault.adding("cy", by="ana")
    first = await vault.append(record)
    again = await vault("roster.append", record=wire(record))
    assert (again.position, again.hash, again.duplicate) == (first.position, first.hash, True)


REFUSED: dict[str, tuple[Callable[[Vault], Record], str]] = {
    "by a member that is no admin": (lambda it: it.adding("cy", by="bob"), "bad_record"),
    "of a hosted member": (lambda it: it.adding("cy", by="ana", kind="hosted"), "sealed_refused"),
    "of a name that is no name": (lambda it: it.adding("a/b", by="ana"), "invalid"),
    "of the server's name": (lambda it: it.adding("system", by="ana"), "invalid"),
    "of a name that looks like another": (lambda it: it.adding("b\u043eb", by="ana"), "conflict"),
    "that founds it again": (lambda it: it.genesis("ana"), "bad_record"),
    "with another signature": (
        lambda it: Record(it.adding("cy", by="ana").body, bytes(64)),
        "bad_signature",
    ),
    "that cannot be read": (lambda it: Record(b"{}", bytes(64)), "bad_encoding"),
}


@pytest.mark.parametrize("how", REFUSED)
async def test_the_server_appends_no_record(vault: Vault, how: str) -> None:
    make, code = REFUSED[how]
    before = await records(vault)
    with pytest.raises(AckboxError) as refused:
        await vault("roster.append", record=wire(make(vault)))
    assert (refused.value.code, bool(refused.value.hint)) == (code, True)
    assert await records(vault) == before


async def test_one_of_two_records_for_one_place_is_appended(vault: Vault) -> None:
    rivals = [vault.adding(name, by="ana") for name in ("cy", "dora")]
    outcomes = await asyncio.gather(
        *(vault("roster.append", record=wire(each)) for each in rivals), return_exceptions=True
    )
    (refused,) = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(refused, Conflict)
    assert (refused.details["reason"], refused.details["position"]) == ("record", 2)
    assert len(await records(vault)) == 3


async def test_only_a_key_that_administers_founds_a_roster_and_only_this_workspace(
    post: Post, clock: Clock
) -> None:
    vault = Vault(post)
    await post("workspace.create", name=vault.name, sealed=True)
    agent = await post.keyed("ana", workspace=vault.name)
    with pytest.raises(AckboxError) as refused:
        await agent("roster.append", record=wire(vault.genesis("ana")))
    assert refused.value.code == "forbidden"
    for other in ({"workspace": "elsewhere"}, {"access": "private"}):
        with pytest.raises(Invalid, match="founds"):
            await vault("roster.append", record=wire(vault.genesis("ana", **other)))
    with pytest.raises(SealedRequired):
        await agent("message.send", to="bob", body="before there is a roster")
    await vault.append(vault.genesis("ana"))
    added = await agent("roster.append", record=wire(vault.adding("bob", by="ana")))
    assert (added.position, (await vault("agent.list", name="bob")).agents[0].agent) == (1, "bob")


async def test_a_request_waits_for_an_admin_until_the_member_is_added(
    vault: Vault, clock: Clock
) -> None:
    record = vault.adding("cy", by="ana")
    member = vault.keys["cy"].id
    cy = await vault.post.keyed("cy", workspace=vault.name)
    for request in ("YQ==", "Yg=="):
        await cy("roster.request", request=request, member=member)
    clock.pass_s(1)
    await vault("roster.request", agent="dora", request="Yw==", member="0" * 64)
    waiting = (await vault("roster.requests")).requests
    assert [(each.agent, each.member, each.request) for each in waiting] == [
        ("cy", member, "Yg=="),
        ("dora", "0" * 64, "Yw=="),
    ]
    await vault.append(record)
    assert [each.agent for each in (await vault("roster.requests")).requests] == ["dora"]
    clock.pass_s(25 * 3600)
    assert (await vault("roster.requests")).requests == []
    for request, member in (("no base64", "0" * 64), ("YQ==", "bob"), ("YQ==" * 1400, "0" * 64)):
        with pytest.raises(Invalid):
            await cy("roster.request", request=request, member=member)


async def exported(vault: Vault) -> tuple[dict[str, list[dict[str, Any]]], int]:
    found, upto = {}, 0
    for part in PARTS:
        page = await vault("workspace.export", part=part)
        found[part], upto = page.records, page.upto
        assert page.sealed is True
    return found, upto


async def imported(
    vault: Vault, workspace: str, parts: dict[str, list[dict[str, Any]]], upto: int
) -> int:
    new = 0
    for part, kept in parts.items():
        made = await vault.post(
            "workspace.import", workspace=workspace, part=part, records=kept, upto=upto
        )
        new += made.new
    return new


async def test_a_sealed_workspace_moves_with_an_export_and_its_chains_go_on(vault: Vault) -> None:
    sealed = vault.seal("ana", "kept", to=["bob"])
    sent = await vault.put("ana", sealed)
    evidence = vault.acknowledgement("bob", sealed)
    await vault("receipt.mark", agent="bob", mark="acknowledged", ids=[sent.id], evidence=evidence)
    parts, upto = await exported(vault)
    await vault.post("workspace.create", name="copy", sealed=True)
    assert await imported(vault, "copy", parts, upto) > 0
    assert await imported(vault, "copy", parts, upto) == 0
    vault.name = "copy"
    (message,) = (await vault("message.history", agent="bob")).messages
    assert (vault.open("bob", message).body, message.imported) == ("kept", True)
    assert roster.read(await records(vault)) == vault.known
    await vault.send("ana", "goes on", to=["bob"])
    assert [row.counter for row in (await vault("message.transcript")).rows] == [1, 2]


async def test_an_import_brings_no_text_into_a_sealed_workspace_and_no_envelope_out_of_one(
    vault: Vault,
) -> None:
    await vault.send("ana", "x", to=["bob"])
    parts, _ = await exported(vault)
    await vault.post("workspace.create", name="copy", sealed=True)
    await vault.post("workspace.create", name="plain")
    await vault.post("message.send", workspace="plain", agent="ana", to="bob", body="plain text")
    await vault.post("task.create", workspace="plain", agent="ana", title="plain text")
    await vault.post("note.add", workspace="plain", agent="ana", text="plain text")
    await vault.post("agent.check_in", workspace="plain", agent="ana", summary="plain text")
    await vault.post("session.start", workspace="plain", agent="ana", area="plain text")

    async def bring(workspace: str, part: str, records: list[dict[str, Any]]) -> None:
        await vault.post(
            "workspace.import", workspace=workspace, part=part, records=records, upto=1 << 40
        )

    for part in ("reader", "message", "task", "note", "session"):
        kept = (await vault.post("workspace.export", workspace="plain", part=part)).records
        with pytest.raises(SealedRequired):
            await bring("copy", part, kept)
    for part in ("roster", "message"):
        with pytest.raises(Conflict):
            await bring("plain", part, parts[part])
    (message,) = parts["message"]
    for other in ({"body": "plain text"}, {"id": "0" * 32}, {"subject": "plain text"}):
        with pytest.raises(AckboxError):
            await bring("copy", "message", [{**message, **other}])
    forged = [{**each, "signature": "00" * 64} for each in parts["roster"]]
    with pytest.raises(AckboxError):
        await bring("copy", "roster", forged)
    copied = (await vault.post("workspace.export", workspace="copy", part="message")).records
    assert (copied, (await vault.post("roster.get", workspace="copy")).records) == ([], [])
