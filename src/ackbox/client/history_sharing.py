"""Sharing history: keys of older messages and texts for a member that joined later, signed.

Explained in docs/why/sealed.md, "Sharing history".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ackbox.client.membership import Remote, named, own_member, update_roster, update_transcript
from ackbox.client.opening import verified
from ackbox.client.sharing import opened_share, shares_of
from ackbox.client.texts import CONTENTS, update_texts
from ackbox.client.vaults import Vault
from ackbox.errors import BrokenPromise, Invalid
from ackbox.vault import envelope, share, text
from ackbox.vault.envelope import Received, SealedHeader
from ackbox.vault.roster import Member
from ackbox.vault.share import Share
from ackbox.vault.text import SignedText

PAGE, BATCH = 200, 100


def share_history(vault: Vault, remote: Remote, name: str) -> dict[str, int]:
    """Share with a member all that it cannot read because it joined later, and return how much."""
    with vault.locked():
        known = update_roster(vault, remote)
        own_member(vault)
        reader = named(known, name)
    if known.access == "private":
        raise Invalid(
            "In a private workspace the server shows older messages to their recipients only.",
            hint="Send the message again to the new member.",
            field="name",
        )
    messages = _give(vault, remote, _messages(vault, remote, reader))
    texts = _give(vault, remote, _texts(vault, remote, reader))
    return {"messages": messages, "texts": texts}


def _give(vault: Vault, remote: Remote, found: Iterable[tuple[int, Share]]) -> int:
    new, batch = 0, list[Any]()

    def send() -> int:
        return int(remote("share.add", shares=batch)["new"]) if batch else 0

    for seq, made in found:
        batch.append({"seq": seq, **msgspec.to_builtins(made)})
        if len(batch) == BATCH:
            new += send()
            batch = []
    return new + send()


def _messages(vault: Vault, remote: Remote, reader: Member) -> Iterator[tuple[int, Share]]:
    with vault.locked():
        update_transcript(vault, remote)
    cursor = None
    while True:
        more: dict[str, Any] = {} if cursor is None else {"cursor": cursor}
        page = remote("message.history", limit=PAGE, **more)
        own = shares_of(vault, remote, (each["seq"] for each in page["messages"]))
        for message in page["messages"]:
            try:
                with vault.locked():
                    head, received = verified(vault, message)
                    made = _share(vault, reader, head, received, own.get(message["seq"]))
            except BrokenPromise:
                # Messages that fail a check, or cannot be read, are not shared.
                continue
            if made is not None:
                yield message["seq"], made
        cursor = page["cursor"]
        if cursor is None or not page["messages"]:
            return


def _share(
    vault: Vault, reader: Member, head: SealedHeader, received: Received, own: Share | None
) -> Share | None:
    if head.roster.position >= reader.added:
        return None
    hash = envelope.hash_of(received)
    key = (
        opened_share(vault, own, head, hash).key
        if received.wrap is None and own is not None
        else envelope.unwrapped(vault.keys, received.wrap, received.header, head)
    )
    return share.make(vault.keys, vault.roster, reader, hash=hash, message_key=key)


def _texts(vault: Vault, remote: Remote, reader: Member) -> Iterator[tuple[int, Share]]:
    with vault.locked():
        update_texts(vault, remote)
        entries = vault.texts.all_newest()
    for at in range(0, len(entries), CONTENTS):
        numbers = [each.seq for each in entries[at : at + CONTENTS]]
        page = remote("text.list", numbers=numbers)["texts"]
        own = shares_of(vault, remote, numbers)
        for given in page:
            try:
                with vault.locked():
                    made = _share_text(vault, reader, given, own.get(given["seq"]))
            except BrokenPromise:
                continue
            if made is not None:
                yield given["seq"], made


def _share_text(
    vault: Vault, reader: Member, given: dict[str, Any], own: Share | None
) -> Share | None:
    signed = msgspec.convert(given, SignedText)
    head = text.verify_signed(signed, vault.roster)
    if head.roster.position >= reader.added:
        return None
    hash = text.text_hash(signed)
    wrap = None if given["wrap"] is None else msgspec.convert(given["wrap"], bytes)
    key = (
        opened_share(vault, own, head, hash).key
        if wrap is None and own is not None
        else envelope.unwrapped(vault.keys, wrap, signed.header, head)
    )
    return share.make(vault.keys, vault.roster, reader, hash=hash, message_key=key)
