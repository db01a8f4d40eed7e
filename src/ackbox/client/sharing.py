"""Shares: keys of older messages and texts that a member gave to this one.

Explained in docs/why/sealed.md, "Sharing history".
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ackbox.client.membership import Remote
from ackbox.client.vaults import Vault
from ackbox.vault import share
from ackbox.vault.envelope import SealedHeader
from ackbox.vault.share import Share

ASKED = 500


class SharedKey(msgspec.Struct, frozen=True):
    """The key of a message or text, and the name of the member who shared it."""

    key: bytes
    sharer: str


def shares_of(vault: Vault, remote: Remote, numbers: Iterable[int]) -> dict[int, Share]:
    """Return the shares of these messages and texts for this member, unchecked."""
    wanted, found = list(numbers), dict[int, Share]()
    for at in range(0, len(wanted), ASKED):
        for each in remote("share.list", numbers=wanted[at : at + ASKED])["shares"]:
            raw = {name: each[name] for name in ("body", "signature")}
            found[each["seq"]] = msgspec.convert(raw, Share)
    return found


def opened_share(vault: Vault, given: Share, head: SealedHeader, hash: bytes) -> SharedKey:
    """Return the key of a share after every check. Raises what vault.share raises."""
    body = share.check(given, vault.roster)
    key = share.open_share(vault.keys, body, head, hash)
    return SharedKey(key, vault.roster.members[body.sharer].name)
