"""Sealed texts on a member's machine: listing and verifying all, opening some, writing own ones.

Explained in docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.membership import RETRIES, Remote, own_member, update_roster
from ackbox.client.sharing import opened_share, shares_of
from ackbox.client.text_index import Entry
from ackbox.client.vaults import Vault, Waiting
from ackbox.client.waiting import finish, is_stale
from ackbox.errors import AckboxError, BrokenPromise, MissingText, NotInTranscript
from ackbox.vault import envelope
from ackbox.vault import text as texts
from ackbox.vault.envelope import RosterHead
from ackbox.vault.share import Share
from ackbox.vault.text import Noun, SignedText, Text, TextHeader
from ackbox.vault.transcript import Row

if TYPE_CHECKING:
    from ackbox.vault.roster import Roster

PAGE = 500
CONTENTS = 100


def update_texts(vault: Vault, remote: Remote) -> None:
    """List and verify the texts that are new; use it inside `vault.locked`.

    Raises what vault.text.verify_signed raises, Reordered, Replayed, NotInTranscript, MissingText.
    """
    try:
        while True:
            page = remote("text.list", after=vault.texts.transcript.seq, limit=PAGE)
            entries = list[Entry]()
            newest = dict[tuple[str, str], tuple[int, bytes]]()
            for given in page["texts"]:
                entry = _verified(vault, remote, given, newest)
                entries.append(entry)
                if entry.noun is not None:
                    newest[entry.noun, entry.id] = entry.edition, entry.hash
            if entries:
                vault.keep_texts(entries)
            if not (entries and page["more"]):
                return
    except AckboxError:
        vault.forget_texts()
        raise


def _verified(
    vault: Vault,
    remote: Remote,
    given: dict[str, Any],
    newest: dict[tuple[str, str], tuple[int, bytes]],
) -> Entry:
    row = msgspec.convert(
        {name: given[name] for name in ("seq", "sender", "counter", "hash")}, _Row
    )
    listed = Row(row.seq, row.sender, row.counter, row.hash)
    transcript = vault.texts.transcript
    if given["header"] is None:
        if _roster(vault, remote).access == "open":
            raise _missing(row.seq)
        transcript.extend([listed])
        return Entry(row.seq, row.sender, row.counter, row.hash)
    signed = msgspec.convert(given, SignedText)
    head = texts.parse_header(signed.header)
    if head.roster.position > _roster(vault, remote).position:
        update_roster(vault, remote)
    texts.verify_signed(signed, vault.roster)
    before = newest.get((head.noun, head.id), vault.texts.edition(head.noun, head.id))
    texts.check_follows(head, before, has_all=vault.roster.access == "open")
    transcript.extend([listed])
    transcript.check_place(head, row.seq, texts.text_hash(signed))
    problems = [each.code for each in transcript.warnings(head, row.seq)]
    for code in problems:
        vault.state.problems[f"{head.noun} {head.id}"] = code
    return Entry(
        row.seq,
        row.sender,
        row.counter,
        row.hash,
        head.noun,
        head.id,
        head.edition,
        list(head.to),
        problems,
    )


class _Row(msgspec.Struct):
    seq: int
    sender: str
    counter: int
    hash: bytes


def _roster(vault: Vault, remote: Remote) -> Roster:
    return vault.known_roster or update_roster(vault, remote)


def _missing(seq: int) -> MissingText:
    return MissingText(
        f"The server lists text {seq} and withholds what its writer signed.",
        hint="The server lost it or hides it. Tell its operator.",
        seq=seq,
    )


def contents(
    vault: Vault, remote: Remote, entries: Iterable[Entry]
) -> dict[int, Text | BrokenPromise]:
    """Return the opened text of each entry, or why it does not open, by number."""
    wanted = {each.seq: each for each in entries}
    known = vault.texts.opened
    found: dict[int, Text | BrokenPromise] = {seq: known[seq] for seq in wanted if seq in known}
    missing = [seq for seq in wanted if seq not in found]
    for at in range(0, len(missing), CONTENTS):
        page = remote("text.list", numbers=missing[at : at + CONTENTS])["texts"]
        given = {each["seq"]: each for each in page}
        closed = [each["seq"] for each in page if each["wrap"] is None]
        shares = shares_of(vault, remote, closed)
        for seq in missing[at : at + CONTENTS]:
            try:
                text = _opened(vault, wanted[seq], given.get(seq), shares.get(seq))
            except BrokenPromise as error:
                found[seq] = error
                continue
            vault.texts.keep_opened(seq, text)
            found[seq] = text
    return found


def _opened(vault: Vault, entry: Entry, given: dict[str, Any] | None, share: Share | None) -> Text:
    if given is None or given["header"] is None:
        raise _missing(entry.seq)
    signed = msgspec.convert(given, SignedText)
    if texts.text_hash(signed) != entry.hash:
        raise NotInTranscript(
            f"The server delivered another text than the one it lists as number {entry.seq}.",
            hint="Do not act on it: the server exchanged it.",
            seq=entry.seq,
        )
    head = texts.verify_signed(signed, vault.roster)
    wrap, content = (_bytes(given[name]) for name in ("wrap", "content"))
    if content is None:
        raise _missing(entry.seq)
    if hashlib.sha256(content).digest() != signed.content_hash:
        raise NotInTranscript(
            f"The server delivered another content than the signed one of text {entry.seq}.",
            hint="Do not act on it: the server exchanged it.",
            seq=entry.seq,
        )
    if share is None:
        return texts.open_text(vault.keys, signed, head, wrap, content)
    shared = opened_share(vault, share, head, entry.hash)
    vault.texts.sharers[entry.seq] = shared.sharer
    return texts.open_text(vault.keys, signed, head, wrap, content, shared=shared.key)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else msgspec.convert(text, bytes)


def write(
    vault: Vault,
    remote: Remote,
    noun: Noun,
    id: str,
    change: Callable[[Text | None], Text],
    *,
    to: Callable[[], list[str]] = lambda: ["*"],
) -> None:
    """Seal and store a new edition of an object's text; nothing if the text stays the same.

    `change` gets the newest text and returns the new one. Another member's edition in between is
    read, and the change is made to it.
    """
    with vault.locked():
        finish(vault, remote)
        for attempt in range(RETRIES):
            update_texts(vault, remote)
            own_member(vault)
            entry = vault.texts.newest(noun, id)
            before = None if entry is None else contents(vault, remote, [entry])[entry.seq]
            if isinstance(before, BrokenPromise):
                raise before
            text = change(before)
            if entry is not None and text == before and entry.to == to():
                return
            _keep_waiting(vault, noun, id, text, to())
            try:
                finish(vault, remote)
            except AckboxError as error:
                if not is_stale(error) or attempt + 1 == RETRIES:
                    raise
                update_roster(vault, remote)
                continue
            update_texts(vault, remote)
            return


def _keep_waiting(vault: Vault, noun: Noun, id: str, text: Text, to: list[str]) -> None:
    edition, replaces = vault.texts.edition(noun, id)
    draft = TextHeader(
        workspace=vault.roster.vault,
        noun=noun,
        id=id,
        edition=edition + 1,
        replaces=replaces,
        sender=vault.keys.id,
        counter=vault.state.text_counter + 1,
        previous=vault.state.text_hash,
        roster=RosterHead(vault.roster.position, vault.roster.head),
        transcript=vault.texts.transcript.head,
        salt=bytes(16),
        to=to,
        commitment=bytes(32),
    )
    sealed = texts.seal(vault.keys, draft, text, envelope.readers(vault.roster, draft.sender, to))
    vault.state.waiting = Waiting(
        operation="text.put",
        params={"sealed": msgspec.to_builtins(sealed)},
        content="",
        counter=draft.counter,
        hash=texts.text_hash(texts.signed(sealed)),
    )
    vault.save()
