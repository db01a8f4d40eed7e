"""Sealed texts and shares on the server: what it takes, lists and refuses, on both engines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.errors import Conflict, NotAllowed, NotFound, NotYou
from ackbox.vault import envelope, share, text
from ackbox.vault.envelope import RosterHead
from ackbox.vault.text import NoteText, PresenceText, SealedText, TaskText, Text
from ackbox.vault.transcript import Transcript
from tests.engines import Post
from tests.vaults import Vault, hash_of, wire

pytestmark = pytest.mark.anyio


class Writer:
    """Seals texts of members, each after the last one that the server took."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.last: dict[str, tuple[int, bytes]] = {}
        self.newest: dict[str, tuple[int, bytes]] = {}

    def seal(self, name: str, noun: Any, id: str, content: Text, **other: Any) -> SealedText:
        known, keys = self.vault.known, self.vault.keys[name]
        counter, previous = self.last.get(name, (0, envelope.NOTHING))
        edition, replaces = self.newest.get(id, (0, envelope.NOTHING))
        fields: dict[str, Any] = {
            "workspace": known.vault,
            "noun": noun,
            "id": id,
            "edition": edition + 1,
            "replaces": replaces,
            "sender": keys.id,
            "counter": counter + 1,
            "previous": previous,
            "roster": RosterHead(known.position, known.head),
            "transcript": Transcript(known.vault, label="texts").head,
            "salt": bytes(16),
            "to": ["*"],
            "commitment": bytes(32),
        }
        draft = text.TextHeader(**(fields | other))
        readers = envelope.readers(known, keys.id, draft.to)
        return text.seal(keys, draft, content, readers)

    async def put(self, name: str, noun: Any, id: str, content: Text, **other: Any) -> Any:
        return await self.hand(name, self.seal(name, noun, id, content, **other))

    async def hand(self, name: str, sealed: SealedText) -> Any:
        done = await self.vault("text.put", agent=name, sealed=wire(sealed))
        head, hash = text.parse_header(sealed.header), text.text_hash(text.signed(sealed))
        self.last[name] = head.counter, hash
        self.newest[head.id] = head.edition, hash
        return done


@pytest.fixture
async def vault(post: Post) -> Vault:
    return await Vault(post).found("ana", "bob")


async def test_editions_are_listed_and_only_the_newest_has_a_content(vault: Vault) -> None:
    writer = Writer(vault)
    task = await vault("task.create", agent="ana", title="sealed", to="bob")
    first = await writer.put("ana", "task", task.id, TaskText(title="one"))
    sealed = writer.seal("bob", "task", task.id, TaskText(title="two"))
    second = await writer.hand("bob", sealed)
    assert (first.edition, second.edition) == (1, 2)
    assert (await writer.hand("bob", sealed)).duplicate
    listed = (await vault("text.list", agent="bob")).texts
    assert [(each.seq, each.content, each.wrap) for each in listed] == [
        (first.seq, None, None),
        (second.seq, None, None),
    ]
    one, two = (await vault("text.list", agent="bob", numbers=[first.seq, second.seq])).texts
    assert (one.content, one.wrap, two.content is None, two.wrap is None) == (
        None,
        None,
        False,
        False,
    )
    own = next(each.wrap for each in sealed.wraps if each.member == vault.keys["bob"].id)
    head = text.verify_signed(text.signed(sealed), vault.known)
    opened = text.open_text(
        vault.keys["bob"], text.signed(sealed), head, own, msgspec.convert(two.content, bytes)
    )
    assert opened == TaskText(title="two")
    # No message tells the text of a task.
    assert (await vault("inbox.check", agent="bob")).messages == []
    kinds = [event.kind for event in (await vault("event.feed", cursor="start")).events]
    assert (kinds.count("text.put"), kinds.count("task.updated")) == (2, 2)


async def test_texts_out_of_order_and_of_anothers_things_are_refused(
    vault: Vault, post: Post
) -> None:
    writer = Writer(vault)
    task = await vault("task.create", agent="ana", title="sealed")
    note = await vault("note.add", agent="ana", text="sealed")
    await writer.put("ana", "task", task.id, TaskText(title="one"))
    with pytest.raises(Conflict) as chain:
        await writer.put("ana", "note", note.id, NoteText(), counter=5)
    assert chain.value.details["reason"] == "chain"
    with pytest.raises(Conflict) as edition:
        await writer.put("bob", "task", task.id, TaskText(), edition=1, replaces=envelope.NOTHING)
    assert edition.value.details["reason"] == "edition"
    with pytest.raises(NotAllowed):
        await writer.put("bob", "note", note.id, NoteText(text="not mine"))
    with pytest.raises(NotAllowed):
        await writer.put("bob", "presence", "ana", PresenceText(summary="not me"))
    with pytest.raises(NotFound):
        await writer.put("bob", "task", "0" * 32, TaskText())
    with pytest.raises(NotYou):
        sealed = writer.seal("ana", "note", note.id, NoteText())
        await vault("text.put", agent="bob", sealed=wire(sealed))
    await vault.append(vault.adding("cy", by="ana"))
    with pytest.raises(Conflict) as stale:
        await writer.put(
            "ana", "note", note.id, NoteText(), roster=RosterHead(0, vault.known.hashes[0])
        )
    assert stale.value.details["reason"] == "roster"
    with pytest.raises(Conflict, match="not sealed"):
        await post(
            "text.put", agent="ana", sealed=wire(writer.seal("ana", "note", note.id, NoteText()))
        )
    assert len((await vault("text.list", agent="ana")).texts) == 1


async def test_a_text_for_others_is_listed_by_its_hash_in_a_private_workspace(post: Post) -> None:
    vault = await Vault(post, access="private").found("ana", "bob", "cy")
    writer = Writer(vault)
    task = await vault("task.create", agent="ana", title="sealed", to="bob")
    done = await writer.put("ana", "task", task.id, TaskText(title="one"), to=["ana", "bob"])
    (seen,) = (await vault("text.list", agent="cy", numbers=[done.seq])).texts
    assert (seen.counter, seen.header, seen.content, seen.wrap) == (1, None, None, None)
    (own,) = (await vault("text.list", agent="bob", numbers=[done.seq])).texts
    assert (own.header is None, own.wrap is None) == (False, False)


async def test_a_share_is_kept_once_and_given_to_its_reader_alone(vault: Vault) -> None:
    sealed = vault.seal("ana", "older", to=["*"])
    sent = await vault.put("ana", sealed)
    await vault.append(vault.adding("cy", by="ana"))
    keys, reader = vault.keys["bob"], vault.known.named("cy")
    assert reader is not None
    head = envelope.parse_header(sealed.header)
    wrap = next(each.wrap for each in sealed.wraps if each.member == keys.id)
    key = envelope.unwrapped(keys, wrap, sealed.header, head)
    made = share.make(keys, vault.known, reader, hash=hash_of(sealed), message_key=key)
    given = [{"seq": sent.seq, **wire(made)}]
    assert (await vault("share.add", agent="bob", shares=given)).new == 1
    assert (await vault("share.add", agent="bob", shares=given)).known == 1
    (found,) = (await vault("share.list", agent="cy", numbers=[sent.seq, 99])).shares
    assert (found.seq, found.body) == (sent.seq, given[0]["body"])
    assert (await vault("share.list", agent="bob", numbers=[sent.seq])).shares == []
    with pytest.raises(NotYou):
        await vault("share.add", agent="ana", shares=given)
    with pytest.raises(NotFound):
        await vault("share.add", agent="bob", shares=[{**given[0], "seq": sent.seq + 1}])
