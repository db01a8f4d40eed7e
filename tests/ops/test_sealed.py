"""Sealed workspaces: what the server takes, what it hands out, and what it refuses to store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ackbox.app.call import open_app
from ackbox.errors import AckboxError, Conflict, SealedRefused, SealedRequired
from ackbox.model.sealing import IDENTITY, PARAMS, REFUSED
from ackbox.ops.table import OPERATIONS
from ackbox.vault.envelope import Sealed
from tests.engines import Clock, Post
from tests.faces.test_canary import CANARY, READS, WRITES, filled
from tests.vaults import Vault, wire
from tests.walls.places import rows_of

pytestmark = pytest.mark.anyio
# Text, not an id: the ids of programs' sessions are visible.
TEXT = "canary in plain text"


@pytest.fixture
async def vault(post: Post, clock: Clock) -> Vault:
    return await Vault(post).found("ana", "bob", "cy")


async def texts(vault: Vault, agent: str, **params: Any) -> list[str]:
    found = (await vault("inbox.check", agent=agent, **params)).messages
    return [vault.open(agent, message).body for message in found]


async def test_a_sealed_message_is_delivered_read_answered_and_counted_as_any_other(
    vault: Vault, clock: Clock
) -> None:
    sealed = vault.seal("ana", "hello", to=["bob"], priority=5, expects_reply_by=clock() + 60_000)
    sent = await vault.put("ana", sealed)
    assert (sent.type, [each.agent for each in sent.recipients]) == ("direct", ["bob"])
    (message,) = (await vault("inbox.check", agent="bob", mark="read")).messages
    assert (message.body, message.subject, message.refs, message.metadata) == ("", None, [], {})
    assert (message.priority, message.parent, message.to) == (5, None, ["bob"])
    assert vault.open("bob", message).body == "hello"
    answer = await vault.send("bob", "hi", to=["ana"], parent=message.id)
    assert answer.thread == sent.id
    assert await texts(vault, "ana") == ["hi"]
    status = await vault("message.status", id=sent.id)
    assert [(each.agent, each.state) for each in status.receipts] == [("bob", "acknowledged")]
    thread = (await vault("thread.get", id=sent.id, agent="cy")).messages
    assert [vault.open("cy", each).body for each in thread] == ["hello", "hi"]
    head = (await vault("thread.list", agent="cy")).threads[0]
    assert [vault.open("cy", each).body for each in (head.first, head.last)] == ["hello", "hi"]
    history = (await vault("message.history", agent="cy", body_chars=3)).messages
    assert [vault.open("cy", each).body for each in history] == ["hi", "hello"]
    kinds = [event.kind for event in (await vault("event.feed", cursor="start")).events]
    assert kinds.count("message.sent") == 2


async def test_a_sealed_message_leaves_inboxes_when_its_header_says_so(
    vault: Vault, clock: Clock
) -> None:
    await vault.send("ana", "soon over", to=["*"], expires_at=clock() + 60_000)
    assert await texts(vault, "bob") == ["soon over"]
    clock.pass_s(61)
    assert await texts(vault, "bob") == []


async def test_the_answer_to_a_sealed_question_ends_the_wait(vault: Vault) -> None:
    question = vault.seal("ana", "who?", to=["bob"])
    asking = asyncio.create_task(
        vault("message.ask", agent="ana", body="", sealed=wire(question), wait_s=5)
    )
    while not (found := (await vault("inbox.check", agent="bob")).messages):
        await asyncio.sleep(0)
    await vault.send("bob", "me", to=["ana"], parent=found[0].id)
    asked = await asking
    assert (asked.outcome, vault.open("ana", asked.answer).body) == ("answered", "me")


async def test_the_same_bytes_again_are_the_same_message(vault: Vault) -> None:
    sealed = vault.seal("ana", "once", to=["bob"])
    first = await vault.put("ana", sealed, idempotency_key="one")
    await vault.append(vault.adding("dora", by="ana"))
    again = [
        await vault.put("ana", sealed),
        await vault.put("ana", sealed, idempotency_key="one"),
    ]
    assert [(each.id, each.seq, each.duplicate) for each in again] == [
        (first.id, first.seq, True)
    ] * 2
    other = vault.seal("ana", "twice", to=["bob"])
    with pytest.raises(Conflict, match="idempotency key"):
        await vault.put("ana", other, idempotency_key="one")
    same_id = vault.seal("ana", "other", to=["bob"], id=first.id)
    with pytest.raises(Conflict) as refused:
        await vault.put("ana", same_id)
    assert refused.value.details["reason"] == "id"
    assert await texts(vault, "bob") == ["once"]


async def test_only_those_it_is_for_are_given_a_key_and_a_private_message(
    post: Post, clock: Clock
) -> None:
    vault = await Vault(post, access="private", name="private").found("ana", "bob", "cy")
    await vault.send("ana", "between us", to=["bob"])
    callers = {name: await post.keyed(name, workspace="private") for name in ("ana", "bob", "cy")}
    shown = {}
    for name, caller in callers.items():
        messages = (await caller("message.history")).messages
        shown[name] = [vault.open(name, message).body for message in messages]
    assert shown == {"ana": ["between us"], "bob": ["between us"], "cy": []}
    (message,) = (await vault("message.history")).messages
    assert message.sealed.wrap is None


async def test_a_newcomer_is_given_nothing_that_it_cannot_open(vault: Vault) -> None:
    await vault.send("ana", "before", to=["*"])
    await vault.append(vault.adding("dora", by="ana"))
    await vault("agent.check_in", agent="dora")
    await vault.send("ana", "after", to=["*"])
    assert await texts(vault, "dora") == ["after"]


def bent(sealed: Sealed, **parts: Any) -> Sealed:
    return msgspec.structs.replace(sealed, **parts)


def flipped(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1]) + raw[1:]


def kept(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what a message would add to, without the line about a refusal."""
    return {
        table: rows[table]
        for table in ("message", "addressed", "sealed_message", "idempotency", "obligation")
    }


DAY = 86_400_000
# What the server refuses without a key: (code, reason).
BAD: dict[str, tuple[Callable[[Vault], Sealed], tuple[str, str | None]]] = {
    "content": (
        lambda it: bent(it.seal("ana", "x", to=["bob"]), content=bytes(300)),
        ("bad_signature", None),
    ),
    "signature": (
        lambda it: bent(s := it.seal("ana", "x", to=["bob"]), signature=flipped(s.signature)),
        ("bad_signature", None),
    ),
    "wrap": (
        lambda it: bent(
            s := it.seal("ana", "x", to=["bob"]),
            wraps=[msgspec.structs.replace(each, wrap=flipped(each.wrap)) for each in s.wraps],
        ),
        ("bad_signature", None),
    ),
    "a reader less": (
        lambda it: it.seal("ana", "x", to=["bob"], readers=("ana", "bob")),
        ("wrong_readers", None),
    ),
    "spaces in the header": (
        lambda it: bent(s := it.seal("ana", "x", to=["bob"]), header=b" " + s.header),
        ("bad_encoding", None),
    ),
    "another workspace": (
        lambda it: it.seal("ana", "x", to=["bob"], workspace="0" * 64),
        ("wrong_vault", None),
    ),
    "another member": (lambda it: it.seal("bob", "x", to=["bob"]), ("forbidden", "member")),
    "a stranger": (
        lambda it: it.seal("ana", "x", to=["bob"], of="0" * 64),
        ("not_member", None),
    ),
    "a gap": (lambda it: it.seal("ana", "x", to=["bob"], counter=2), ("conflict", "chain")),
    "another past": (
        lambda it: it.seal("ana", "x", to=["bob"], previous=b"1" * 32),
        ("conflict", "chain"),
    ),
    "an old id": (
        lambda it: it.seal("ana", "x", to=["bob"], id="0" * 32),
        ("invalid", "header"),
    ),
    "no time to reply": (
        lambda it: it.seal("ana", "x", to=["bob"], expects_reply_by=1),
        ("invalid", "header"),
    ),
    "an expiry in two years": (
        lambda it: it.seal("ana", "x", to=["bob"], expires_at=it.post.app.clock() + 730 * DAY),
        ("invalid", "header"),
    ),
    "a parent that is not there": (
        lambda it: it.seal("ana", "x", to=["bob"], parent="0" * 32),
        ("not_found", None),
    ),
}


@pytest.mark.parametrize("how", BAD)
async def test_an_envelope_that_does_not_hold_is_refused_and_nothing_is_stored(
    vault: Vault, how: str, database: str
) -> None:
    make, expected = BAD[how]
    await vault("agent.check_in", agent="ana")
    before = kept(await rows_of(database))
    with pytest.raises(AckboxError) as refused:
        await vault("message.send", agent="ana", body="", sealed=wire(make(vault)))
    assert (refused.value.code, refused.value.details.get("reason")) == expected
    assert refused.value.hint
    assert kept(await rows_of(database)) == before


async def test_a_removed_member_sends_nothing_and_a_stale_roster_is_named(vault: Vault) -> None:
    late = vault.seal("ana", "sealed for cy too", to=["*"])
    gone = vault.seal("cy", "still here", to=["*"])
    await vault.append(vault.removing("cy", by="ana"))
    for sender, sealed, code in (("ana", late, "conflict"), ("cy", gone, "removed_member")):
        with pytest.raises(AckboxError) as refused:
            await vault.put(sender, sealed)
        assert refused.value.code == code
    assert await texts(vault, "bob") == []


async def test_a_signed_acknowledgement_is_stored_and_a_forged_one_is_not(vault: Vault) -> None:
    sealed = vault.seal("ana", "sign this", to=["bob"])
    sent = await vault.put("ana", sealed)
    signed = vault.acknowledgement("bob", sealed)
    forged = vault.acknowledgement("cy", sealed)
    for evidence, mark, code in (
        (forged, "acknowledged", "bad_signature"),
        (signed, "read", "invalid"),
        ("read aloud", "read", "sealed_refused"),
    ):
        with pytest.raises(AckboxError) as refused:
            await vault("receipt.mark", agent="bob", mark=mark, ids=[sent.id], evidence=evidence)
        assert refused.value.code == code
    await vault("receipt.mark", agent="bob", mark="acknowledged", ids=[sent.id], evidence=signed)
    (receipt,) = (await vault("message.status", id=sent.id)).receipts
    assert {each["evidence"] for each in receipt.by} == {signed}


def as_text(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value).replace(CANARY.encode(), TEXT.encode()))


async def test_no_field_of_any_operation_takes_text_that_the_table_does_not_call_visible(
    vault: Vault, database: str
) -> None:
    made = await vault.send("ana", "x", to=["bob"])
    taken = []
    for name, operation in OPERATIONS.items():
        if operation.is_outside or operation.batch is not None or name == "webhook.receive":
            continue
        fields = PARAMS.get(name)
        shape = msgspec.inspect.type_info(operation.params)
        assert isinstance(shape, msgspec.inspect.StructType)
        base = {"body": ""} if name in ("message.send", "message.ask") else {}
        base |= {**WRITES, **READS}.get(name, {}) if not base else {}
        told = () if fields is None else fields.sealed | fields.refused | fields.words
        for field in shape.fields:
            if field.encode_name in IDENTITY or (fields and field.encode_name not in told):
                continue
            for value in map(as_text, filled(field.type)):
                given = {**base, field.encode_name: value}
                if "MESSAGE" in str(given):
                    given = {**given, "id": made.id} if "id" in given else {**given, "ids": []}
                try:
                    await vault(name, **{"agent": "ana", **given})
                except AckboxError as error:
                    if isinstance(error, SealedRequired):
                        taken.append((name, field.encode_name))
    assert TEXT not in str(await rows_of(database))
    # Not because the arguments were wrong otherwise.
    assert {name for name, _ in taken} >= {*REFUSED} - {"webhook.receive", "webhook.add"} - {
        name for name in REFUSED if name not in {**WRITES, **READS}
    }
    assert {
        ("message.send", "body"),
        ("message.send", "facts"),
        ("agent.check_in", "summary"),
        ("agent.check_in", "files"),
        ("inbox.check", "evidence"),
        ("session.start", "area"),
        ("session.checkpoint", "notes"),
        ("program.report", "event"),
    } <= set(taken)


@pytest.mark.parametrize(
    ("operation", "params", "kind"),
    [
        ("message.send", {"to": "bob", "body": "text"}, SealedRequired),
        ("message.send", {"body": "", "subject": "text"}, SealedRequired),
        ("message.send", {"body": ""}, SealedRequired),
        ("message.send_many", {"messages": [{"to": "bob", "body": "text"}]}, None),
        ("message.search", {"query": "text"}, SealedRefused),
        ("message.history", {"text": "text"}, SealedRefused),
        ("schedule.add", {"cron": "@daily", "to": "bob", "body": "text"}, SealedRefused),
        ("session.start", {"announce": True}, SealedRefused),
    ],
    ids=str,
)
async def test_plain_text_is_refused_in_the_words_of_the_caller(
    vault: Vault, operation: str, params: dict[str, Any], kind: type[AckboxError] | None
) -> None:
    try:
        result = await vault(operation, agent="ana", **params)
    except AckboxError as error:
        assert kind is not None and type(error) is kind and error.hint
        named = error.details.get("field")
        assert named is None or f"`{named}`" in error.message or operation == "message.send"
    else:
        assert [each.error["code"] for each in result.outcomes] == ["sealed_required"]
    assert (await vault("message.history")).messages == []


async def test_a_workspace_that_is_not_sealed_takes_no_envelope_and_no_roster(
    vault: Vault,
) -> None:
    sealed = wire(vault.seal("ana", "x", to=["bob"]))
    for operation, params, code in (
        ("message.send", {"agent": "ana", "body": "", "sealed": sealed}, "invalid"),
        ("roster.append", {"record": wire(vault.genesis("ana"))}, "conflict"),
        ("roster.request", {"agent": "ana", "request": "e30=", "member": "0" * 64}, "conflict"),
    ):
        with pytest.raises(AckboxError) as refused:
            await vault.post(operation, **params)
        assert (refused.value.code, refused.value.details["reason"] == "plain") == (code, True)
    empty = await vault.post("roster.get")
    assert (empty.is_sealed, empty.records, empty.position) == (False, [], -1)
    assert (await vault.post("agent.whoami")).sealed is msgspec.UNSET
    assert (await vault("agent.whoami")).sealed is True


async def test_two_servers_take_one_message_of_a_chain_and_refuse_the_other(
    vault: Vault, database: str
) -> None:
    if database.startswith("sqlite"):
        other = vault.post.app  # one server owns the file
    else:
        other = await open_app(database)
        other.clock = vault.post.app.clock
    sealed = [vault.seal("ana", f"{number}", to=["bob"]) for number in range(8)]
    outcomes = await asyncio.gather(
        *(
            (other if number % 2 else vault.post.app).call(
                "message.send",
                {"workspace": vault.name, "agent": "ana", "body": "", "sealed": wire(each)},
                credential=vault.post.key,
            )
            for number, each in enumerate(sealed)
        ),
        return_exceptions=True,
    )
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [Conflict] * 7
    assert len((await vault("message.transcript")).rows) == 1
    if other is not vault.post.app:
        await other.close()
