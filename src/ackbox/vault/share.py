"""Shares: the key of an older message or text, which a member gives to a newcomer and signs.

The sender's commitment holds for the shared key too, so a member can share what was sent, and no
other text. Explained in docs/why/sealed.md, "Sharing history".
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from msgspec import Meta

from ackbox.errors import BrokenSeal, NotMember, WrongCommitment, WrongReaders, WrongVault
from ackbox.vault import envelope
from ackbox.vault.encoding import (
    Hash,
    MemberId,
    Signature,
    VaultId,
    decode,
    encode,
    hashed,
    labelled,
)
from ackbox.vault.envelope import WRAP_BYTES, RosterHead, SealedHeader
from ackbox.vault.keys import Keys, verify
from ackbox.vault.roster import Member, Roster

MAX_SHARE_BYTES = 4_096


class ShareBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a member signs when it shares a message: whose it is now, and the key for it."""

    version: Literal[1] = 1
    what: Literal["share"] = "share"
    workspace: VaultId
    # Of the message or text.
    hash: Hash
    sharer: MemberId
    reader: MemberId
    roster: RosterHead
    wrap: Annotated[bytes, Meta(min_length=WRAP_BYTES, max_length=WRAP_BYTES)]


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A share as it is stored: the bytes that were signed, and the signature."""

    body: Annotated[bytes, Meta(max_length=MAX_SHARE_BYTES, description="Signed bytes, base64")]
    signature: Annotated[Signature, Meta(description="Ed25519 signature, base64")]


def make(keys: Keys, roster: Roster, reader: Member, *, hash: bytes, message_key: bytes) -> Share:
    """Return the key of a message or text, encrypted for a newcomer and signed."""
    public = X25519PublicKey.from_public_bytes(reader.seal_key)
    info = _info(roster.vault, hash, keys.id, reader.id)
    body = encode(
        ShareBody(
            workspace=roster.vault,
            hash=hash,
            sharer=keys.id,
            reader=reader.id,
            roster=RosterHead(roster.position, roster.head),
            wrap=envelope.suite().encrypt(message_key, public, info),
        )
    )
    return Share(body, keys.sign("share", body))


def check(share: Share, roster: Roster) -> ShareBody:
    """Return what a share says after every check that needs no key.

    Raises SealTooLarge, BadEncoding, WrongVault, StaleRoster, UnknownRoster, NotMember,
    BadSignature.
    """
    envelope.check_size("share", len(share.body), MAX_SHARE_BYTES)
    body = decode(share.body, ShareBody, "share")
    if body.workspace != roster.vault:
        raise WrongVault(
            "The share belongs to another sealed workspace.",
            hint="The server mixed up workspaces, or the share was copied.",
        )
    envelope.check_known(body.roster, roster)
    for id in (body.sharer, body.reader):
        member = roster.members.get(id)
        if member is None or not member.is_at(body.roster.position):
            raise NotMember(
                "The share is from or for a key that was not a member then.",
                hint="Do not act on the message.",
                sender=id,
            )
    sharer = roster.members[body.sharer]
    verify(sharer.sign_key, share.signature, "share", "share", share.body)
    return body


def open_share(keys: Keys, body: ShareBody, head: SealedHeader, hash: bytes) -> bytes:
    """Return the key of a message or text whose header was verified, from a share that was checked.

    Raises WrongReaders, BrokenSeal, WrongCommitment.
    """
    if (body.reader, body.hash) != (keys.id, hash):
        raise WrongReaders(
            "The share is for another member or of another message.",
            hint="The server mixed up shares.",
        )
    info = _info(body.workspace, body.hash, body.sharer, body.reader)
    try:
        message_key = envelope.suite().decrypt(body.wrap, keys.sealing, info)
    except (InvalidTag, ValueError):
        raise BrokenSeal(
            "The shared key does not open.",
            hint="It was altered on its way. Ask for it again.",
            part="share",
        ) from None
    if hashed("commitment", message_key) != head.commitment:
        raise WrongCommitment(
            "The shared key is not the one that the sender committed to.",
            hint="Do not act on the message: the member who shared it gave you another key.",
        )
    return message_key


def _info(vault: str, hash: bytes, sharer: str, reader: str) -> bytes:
    digest = hashlib.sha256(hash).digest()
    return labelled("share-wrap", bytes.fromhex(vault), digest, sharer.encode(), reader.encode())
