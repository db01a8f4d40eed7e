"""Sealed texts: what nobody can forge, move to another object, or bring back unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ackbox.errors import (
    BadEncoding,
    BadSignature,
    BrokenPromise,
    BrokenSeal,
    NotMember,
    NotSealedForYou,
    RemovedMember,
    SealTooLarge,
    StaleRoster,
    UnknownRoster,
    WrongCommitment,
    WrongEdition,
    WrongReaders,
    WrongVault,
)
from ackbox.vault import envelope, roster, text
from ackbox.vault.encoding import encode
from ackbox.vault.envelope import RosterHead
from ackbox.vault.keys import Keys
from ackbox.vault.text import (
    LinkText,
    NoteText,
    PresenceText,
    SealedText,
    SessionText,
    TaskText,
    Text,
    TextHeader,
)
from ackbox.vault.transcript import Transcript
from tests.vault.cast import Workspace, keys_of

TASK = TaskText(title="Rotate the keys", tags=["security"], metadata={"a": 1})


def draft(team: Workspace, writer: str = "ana", **changes: Any) -> TextHeader:
    fields: dict[str, Any] = {
        "workspace": team.roster.vault,
        "noun": "task",
        "id": "1" * 32,
        "edition": 1,
        "replaces": envelope.NOTHING,
        "sender": keys_of(writer).id,
        "counter": 1,
        "previous": envelope.NOTHING,
        "roster": RosterHead(team.roster.position, team.roster.head),
        "transcript": Transcript(team.roster.vault, label="texts").head,
        "salt": bytes(16),
        "to": ["*"],
        "commitment": bytes(32),
    }
    return TextHeader(**(fields | changes))


def seal(
    team: Workspace, writer: str = "ana", content: Text = TASK, to: Any = None, **changes: Any
) -> SealedText:
    head = draft(team, writer, **changes)
    chosen = envelope.readers(team.roster, head.sender, head.to) if to is None else to
    return text.seal(keys_of(writer), head, content, chosen)


def opened(team: Workspace, sealed: SealedText, reader: str = "bob") -> Text:
    text.check(sealed, team.roster)
    signed = text.signed(sealed)
    head = text.verify_signed(signed, team.roster)
    own = next((each.wrap for each in sealed.wraps if each.member == keys_of(reader).id), None)
    return text.open_text(keys_of(reader), signed, head, own, sealed.content)


def signed_again(writer: str, sealed: SealedText, **changes: Any) -> SealedText:
    other = msgspec.structs.replace(sealed, **changes)
    given = text.signed(other)
    parts = (given.header, given.wraps_hash, given.content_hash)
    return msgspec.structs.replace(other, signature=keys_of(writer).sign("text", *parts))


@pytest.mark.parametrize(
    ("noun", "content"),
    [
        ("task", TASK),
        ("note", NoteText(text="Use WAL", kind="fact", title="SQLite")),
        ("session", SessionText(summary="on it", area="store", files=["a.py"])),
        ("presence", PresenceText(summary="idle", role="reviewer")),
        ("link", LinkText(source="1", relation="supports", target="2")),
    ],
    ids=["task", "note", "session", "presence", "link"],
)
def test_every_noun_opens_as_it_was_sealed(noun: Any, content: Text) -> None:
    team = Workspace("bob")
    assert opened(team, seal(team, noun=noun, content=content)) == content


def moved(team: Workspace, sealed: SealedText) -> SealedText:
    head = msgspec.structs.replace(text.parse_header(sealed.header), id="2" * 32)
    return msgspec.structs.replace(sealed, header=encode(head))


def of_eve(team: Workspace, sealed: SealedText) -> SealedText:
    return text.seal(
        keys_of("eve"), draft(team, "eve"), TASK, envelope.readers(team.roster, team.ana.id, ["*"])
    )


def elsewhere(team: Workspace, sealed: SealedText) -> SealedText:
    other = Workspace("bob", workspace="other")
    return seal(other)


def on_newer_roster(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, roster=RosterHead(9, team.roster.head))


def on_other_roster(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, roster=RosterHead(team.roster.position, bytes(32)))


def on_old_roster(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, roster=RosterHead(0, team.roster.hashes[0]))


def for_some(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, to=[team.member("ana")])


def large(team: Workspace, sealed: SealedText) -> SealedText:
    return signed_again("ana", sealed, content=bytes(envelope.MAX_CONTENT_BYTES + 1))


def long_header(team: Workspace, sealed: SealedText) -> SealedText:
    return signed_again("ana", sealed, header=bytes(envelope.MAX_HEADER_BYTES + 1))


def spelled_otherwise(team: Workspace, sealed: SealedText) -> SealedText:
    return signed_again("ana", sealed, header=sealed.header + b" ")


def in_anothers_name(team: Workspace, sealed: SealedText) -> SealedText:
    return signed_again("bob", sealed)


def other_content(team: Workspace, sealed: SealedText) -> SealedText:
    return msgspec.structs.replace(sealed, content=sealed.content[:-1] + b"!")


def first_that_replaces(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, replaces=bytes(range(32)))


def second_without_first(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, edition=2)


def second_of_a_note(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, noun="note", content=NoteText(), edition=2, replaces=bytes(range(32)))


def content_of_another_noun(team: Workspace, sealed: SealedText) -> SealedText:
    return seal(team, noun="note", content=TASK)


def damaged_content(team: Workspace, sealed: SealedText) -> SealedText:
    return signed_again("ana", sealed, content=sealed.content[:-1] + b"!")


def message_in_place(team: Workspace, sealed: SealedText) -> SealedText:
    message = team.seal("ana", ["*"])
    return SealedText(message.header, message.wraps, message.content, message.signature)


@pytest.mark.parametrize(
    ("attack", "error"),
    [
        (moved, BadSignature),
        (of_eve, NotMember),
        (elsewhere, WrongVault),
        (on_newer_roster, StaleRoster),
        (on_other_roster, UnknownRoster),
        (on_old_roster, StaleRoster),
        (for_some, WrongReaders),
        (large, SealTooLarge),
        (long_header, SealTooLarge),
        (spelled_otherwise, BadEncoding),
        (in_anothers_name, BadSignature),
        (other_content, BadSignature),
        (first_that_replaces, WrongEdition),
        (second_without_first, WrongEdition),
        (second_of_a_note, WrongEdition),
        (content_of_another_noun, BadEncoding),
        (damaged_content, BrokenSeal),
        (message_in_place, BadEncoding),
    ],
    ids=lambda each: each.__name__,
)
def test_an_altered_text_is_refused(
    attack: Callable[[Workspace, SealedText], SealedText], error: type[BrokenPromise]
) -> None:
    team = Workspace("bob")
    with pytest.raises(error):
        opened(team, attack(team, seal(team)))


def test_a_text_opens_for_its_readers_only() -> None:
    team = Workspace("bob", "cy", access="private")
    sealed = seal(team, id="3" * 32)
    private = text.seal(
        keys_of("ana"),
        draft(team, to=["bob"]),
        TASK,
        envelope.readers(team.roster, team.ana.id, ["bob"]),
    )
    assert opened(team, sealed, "cy") == TASK
    with pytest.raises(NotSealedForYou):
        opened(team, private, "cy")


def test_two_texts_for_two_readers_are_noticed() -> None:
    team = Workspace("bob")
    sealed, other = seal(team), seal(team, content=TaskText(title="another"))
    wraps = envelope.wrapped(bytes(32), sealed.header, [team.member("bob"), team.member("ana")])
    with pytest.raises(WrongCommitment):
        opened(team, signed_again("ana", sealed, wraps=wraps))
    assert opened(team, other) == TaskText(title="another")


@pytest.mark.parametrize(("counter", "is_accepted"), [(1, True), (2, False)])
def test_a_removed_member_cannot_date_a_text_back(counter: int, is_accepted: bool) -> None:
    team = Workspace("bob")
    at = RosterHead(team.roster.position, team.roster.head)
    sealed = seal(team, "bob", counter=counter)
    team.append(
        roster.Remove(
            previous=team.roster.head,
            by=team.ana.id,
            member=keys_of("bob").id,
            last_counter=5,
            last_text=1,
        )
    )
    assert text.parse_header(sealed.header).roster == at
    if is_accepted:
        assert text.verify_signed(text.signed(sealed), team.roster).counter == 1
        return
    with pytest.raises(RemovedMember):
        text.verify_signed(text.signed(sealed), team.roster)


def test_a_removed_member_writes_no_text_after_its_removal() -> None:
    team = Workspace("bob")
    team.remove("bob")
    head = draft(team, "bob", counter=1)
    sealed = text.seal(keys_of("bob"), head, TASK, [team.member("ana")])
    with pytest.raises(RemovedMember):
        text.verify_signed(text.signed(sealed), team.roster)
    after = Workspace("bob")
    after.append(
        roster.Remove(
            previous=after.roster.head,
            by=after.ana.id,
            member=keys_of("bob").id,
            last_counter=0,
            last_text=9,
        )
    )
    late = text.seal(keys_of("bob"), draft(after, "bob"), TASK, [after.member("ana")])
    with pytest.raises(RemovedMember):
        text.verify_signed(text.signed(late), after.roster)


def test_a_record_that_removes_a_member_without_texts_has_the_bytes_that_it_had() -> None:
    body = roster.Remove(previous=bytes(32), by="0" * 64, member="1" * 64, last_counter=0)
    assert b"last_text" not in encode(body)


@pytest.mark.parametrize(
    ("edition", "replaces", "has_all", "is_accepted"),
    [
        (3, b"2", True, True),
        (3, b"x", True, False),
        (2, b"2", True, False),
        (4, b"2", True, False),
        (4, b"x", False, True),
        (3, b"x", False, False),
        (2, b"2", False, False),
    ],
)
def test_only_the_next_edition_follows(
    edition: int, replaces: bytes, has_all: bool, is_accepted: bool
) -> None:
    team = Workspace("bob")
    head = draft(team, edition=edition, replaces=hashlib.sha256(replaces).digest())
    newest = (2, hashlib.sha256(b"2").digest())
    if is_accepted:
        text.check_follows(head, newest, has_all=has_all)
        return
    with pytest.raises(WrongEdition):
        text.check_follows(head, newest, has_all=has_all)


def test_no_key_of_a_text_opens_another() -> None:
    team = Workspace("bob")
    one, two = seal(team), seal(team, id="2" * 32)
    mixed = msgspec.structs.replace(two, content=one.content, signature=bytes(64))
    head = text.parse_header(two.header)
    own = next(each.wrap for each in two.wraps if each.member == keys_of("bob").id)
    with pytest.raises(BrokenSeal):
        text.open_text(keys_of("bob"), text.signed(mixed), head, own, mixed.content)
    assert Keys(bytes(32)).id != keys_of("bob").id
