"""Sealed texts: the text fields of a task, note, session, presence or link, signed by their writer.

A text names its object and its edition, so that nobody can move it or bring an old one back unseen.
Explained in docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import WrongEdition
from ackbox.vault import envelope
from ackbox.vault.encoding import Hash, MemberId, Salt, Signature, VaultId, decode, encode, hashed
from ackbox.vault.envelope import (
    MAX_CONTENT_BYTES,
    Counter,
    RosterHead,
    TranscriptHead,
    Wrap,
    wraps_hash,
)
from ackbox.vault.keys import Keys, verify
from ackbox.vault.roster import MAX_MEMBERS, Member, Roster

Noun = Literal["task", "note", "session", "presence", "link"]
# What never changes has one text: another note supersedes a note.
ONCE = frozenset({"note", "link"})


class TextHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the server sees of a text, and what the signature covers."""

    version: Literal[1] = 1
    what: Literal["text"] = "text"
    workspace: VaultId
    noun: Noun
    id: Annotated[str, Meta(min_length=1, max_length=1024)]
    edition: Counter
    # Of the edition before; zeros for the first.
    replaces: Hash
    sender: MemberId
    counter: Counter
    previous: Hash
    roster: RosterHead
    transcript: TranscriptHead
    salt: Salt
    to: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=512)]],
        Meta(min_length=1, max_length=MAX_MEMBERS),
    ]
    commitment: Hash


class SealedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text as its writer hands it to the server."""

    header: Annotated[bytes, Meta(description="Header, the signed bytes, base64")]
    wraps: Annotated[list[Wrap], Meta(min_length=1, max_length=MAX_MEMBERS)]
    content: Annotated[bytes, Meta(description="Sealed content, base64")]
    signature: Annotated[Signature, Meta(description="Ed25519 signature, base64")]


class SignedText(msgspec.Struct, frozen=True):
    """What is signed of a text: enough to check it without its content."""

    header: bytes
    wraps_hash: Hash
    content_hash: Hash
    signature: Signature


class TaskText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The text of a task."""

    title: str = ""
    description: str = ""
    done_when: str | None = None
    note: str | None = None
    blocked_by: str | None = None
    project: str | None = None
    mission: str | None = None
    tags: list[str] = []
    metadata: dict[str, Any] = {}


class NoteText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The text of a note."""

    title: str | None = None
    text: str = ""
    kind: str = "note"
    tags: list[str] = []
    metadata: dict[str, Any] = {}


class SessionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The text of a session."""

    summary: str | None = None
    area: str | None = None
    files: list[str] = []
    outcome: str | None = None
    touched: list[str] = []


class PresenceText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an agent, or an instance of it, says of itself."""

    summary: str | None = None
    area: str | None = None
    files: list[str] = []
    title: str | None = None
    role: str | None = None
    capabilities: list[str] = []


class LinkText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The relation of one note to another."""

    source: str
    relation: str
    target: str


Text = TaskText | NoteText | SessionText | PresenceText | LinkText
SHAPES: dict[str, type[Text]] = {
    "task": TaskText,
    "note": NoteText,
    "session": SessionText,
    "presence": PresenceText,
    "link": LinkText,
}


def seal(keys: Keys, draft: TextHeader, text: Text, to: Sequence[Member]) -> SealedText:
    """Seal a text for its readers, under a key of its own.

    The draft's salt and commitment are replaced. Raises SealTooLarge.
    """
    message_key = os.urandom(32)
    head = msgspec.structs.replace(
        draft, salt=os.urandom(16), commitment=hashed("commitment", message_key)
    )
    header = encode(head)
    content = envelope.encrypted(message_key, head.salt, header, encode(text))
    wraps = envelope.wrapped(message_key, header, to)
    signature = keys.sign("text", header, wraps_hash(wraps), hashlib.sha256(content).digest())
    return SealedText(header, wraps, content, signature)


def signed(sealed: SealedText) -> SignedText:
    """Return what is signed of a new text."""
    return SignedText(
        sealed.header,
        wraps_hash(sealed.wraps),
        hashlib.sha256(sealed.content).digest(),
        sealed.signature,
    )


def text_hash(given: SignedText) -> bytes:
    """Return the hash by which the next text, and the next edition, name a text."""
    return hashed("text", given.header, given.wraps_hash, given.content_hash, given.signature)


def parse_header(raw: bytes) -> TextHeader:
    """Return the header of its canonical bytes. Raises BadEncoding, SealTooLarge."""
    envelope.check_size("header", len(raw), envelope.MAX_HEADER_BYTES)
    return decode(raw, TextHeader, "header of the text")


def check(sealed: SealedText, roster: Roster) -> TextHeader:
    """Return the header of a new text after every check that needs no key.

    Raises as `verify_signed`, SealTooLarge, StaleRoster, WrongReaders.
    """
    envelope.check_size("content", len(sealed.content), MAX_CONTENT_BYTES)
    head = verify_signed(signed(sealed), roster)
    envelope.check_present(head, [each.member for each in sealed.wraps], roster)
    return head


def verify_signed(given: SignedText, roster: Roster) -> TextHeader:
    """Return the header of a text that a member signed.

    Raises SealTooLarge, BadEncoding, WrongVault, StaleRoster, UnknownRoster, NotMember,
    RemovedMember, BadSignature, WrongEdition.
    """
    head = parse_header(given.header)
    sender = envelope.check_sender(head, roster)
    if sender.removed is not None and head.counter > sender.last_text:
        raise envelope.was_removed(sender)
    parts = (given.header, given.wraps_hash, given.content_hash)
    verify(sender.sign_key, given.signature, "text", "text", *parts)
    if (head.edition == 1) != (head.replaces == envelope.NOTHING):
        raise _wrong_edition(head, "It does not name the edition before it.")
    if head.noun in ONCE and head.edition != 1:
        raise _wrong_edition(head, f"The text of a {head.noun} never changes.")
    return head


def check_follows(head: TextHeader, newest: tuple[int, bytes], *, has_all: bool = True) -> None:
    """Raise WrongEdition unless a text replaces the newest edition of its object, which is given by
    number and hash. Without `has_all` editions for other readers may be in between.
    """
    is_next = (head.edition, head.replaces) == (newest[0] + 1, newest[1])
    if not is_next and (has_all or head.edition <= newest[0] + 1):
        raise _wrong_edition(head, f"The newest edition is {newest[0]}.")


def _wrong_edition(head: TextHeader, why: str) -> WrongEdition:
    return WrongEdition(
        f"Edition {head.edition} of the text of {head.noun} {head.id} is out of order. {why}",
        hint="Do not act on it: the server shows an old text, or two members changed it at once.",
        noun=head.noun,
        id=head.id,
    )


def open_text(
    keys: Keys,
    given: SignedText,
    head: TextHeader,
    wrap: bytes | None,
    content: bytes,
    *,
    shared: bytes | None = None,
) -> Text:
    """Return the text of a header that was verified; `shared` is its key, from a member who shared
    it.

    Raises BrokenSeal, NotSealedForYou, WrongCommitment, BadEncoding.
    """
    key = envelope.unwrapped(keys, wrap, given.header, head) if shared is None else shared
    plain = envelope.decrypted(key, given.header, head, content)
    return decode(plain, SHAPES[head.noun], f"text of the {head.noun}")
