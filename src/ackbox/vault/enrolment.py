"""Enrolment: how a new member's keys reach an admin without the server exchanging them.

An invitation holds a one-time secret, under which the new member authenticates its keys; without
one, people compare six words. Explained in docs/why/sealed.md, "New members".
"""

from __future__ import annotations

import hmac
import zlib
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import BadSignature, BadVaultKey
from ackbox.vault import roster
from ackbox.vault.encoding import Hash, Key, Signature, decode, encode, labelled
from ackbox.vault.keys import Keys, bytes_of, check_public, derive, member_id, text_of, words
from ackbox.vault.roster import Add, MemberKind, Name, Roster

INVITATION_PREFIX = "avi1_"
# secret 16, vault id 32, hash of the newest record 32
_LENGTH = 80


class Invitation(msgspec.Struct, frozen=True):
    """What an admin gives to a new member: a one-time secret, and the roster to expect."""

    secret: bytes
    vault: str
    pin: bytes


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a new member sends: its name and public keys, and its signature that it joins."""

    name: Name
    kind: MemberKind
    sign_key: Key
    seal_key: Key
    since: Hash
    proof: Signature
    # HMAC under the secret of an invitation; null when people compare words.
    code: Annotated[bytes, Meta(min_length=32, max_length=32)] | None = None

    @property
    def member(self) -> str:
        """The id that the new member will have."""
        return member_id(self.sign_key, self.seal_key)


def invitation_text(invitation: Invitation) -> str:
    """Return an invitation as text to paste."""
    body = invitation.secret + bytes.fromhex(invitation.vault) + invitation.pin
    return INVITATION_PREFIX + text_of(body + zlib.crc32(body).to_bytes(4, "big"))


def parse_invitation(text: str) -> Invitation:
    """Return the content of an invitation. Raises BadVaultKey."""
    plain = text.strip()
    has_prefix = plain.startswith(INVITATION_PREFIX)
    body = bytes_of(plain.removeprefix(INVITATION_PREFIX), _LENGTH) if has_prefix else None
    if body is None:
        raise BadVaultKey(
            "This is not an invitation to a sealed workspace.",
            hint="Paste the invitation from start to end.",
        )
    return Invitation(body[:16], body[16:48].hex(), body[48:])


def request(
    keys: Keys, known: Roster, *, name: str, kind: MemberKind, secret: bytes | None = None
) -> Request:
    """Return a new member's request to join a roster that it has verified."""
    plain = Request(
        name=name,
        kind=kind,
        sign_key=keys.sign_key,
        seal_key=keys.seal_key,
        since=known.head,
        proof=roster.prove(keys, vault=known.vault, since=known.head, name=name, kind=kind),
    )
    if secret is None:
        return plain
    return msgspec.structs.replace(plain, code=_code(secret, known.vault, plain))


def parse_request(raw: bytes) -> Request:
    """Return a request of its canonical bytes. Raises BadEncoding, WeakKey."""
    found = decode(raw, Request, "request to join")
    check_public(found.sign_key, found.seal_key)
    return found


def check_code(found: Request, vault: str, secret: bytes) -> None:
    """Raise BadSignature unless the holder of the invitation made this request."""
    plain = msgspec.structs.replace(found, code=None)
    if found.code is None or not hmac.compare_digest(found.code, _code(secret, vault, plain)):
        raise BadSignature(
            f"The request of {found.name!r} was not made with your invitation.",
            hint="Its keys were exchanged in transit. Invite it again over another channel.",
            what="request to join",
        )


def admission(found: Request, known: Roster, by: Keys) -> Add:
    """Return the record body by which an admin adds the member of a request."""
    return Add(
        previous=known.head,
        by=by.id,
        name=found.name,
        kind=found.kind,
        sign_key=found.sign_key,
        seal_key=found.seal_key,
        since=found.since,
        proof=found.proof,
    )


def spoken(found: Request, vault: str) -> str:
    """Return the six words that the new member and an admin compare."""
    return words(
        b"request", bytes.fromhex(vault), encode(msgspec.structs.replace(found, code=None))
    )


def _code(secret: bytes, vault: str, plain: Request) -> bytes:
    own = derive(secret, "invitation")
    return hmac.digest(own, labelled("request", bytes.fromhex(vault), encode(plain)), "sha256")
