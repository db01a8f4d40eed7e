"""Envelopes: one message, sealed for its readers and signed by its sender.

`check` is what anybody can verify without a key, the server included; `verify` and `open_sealed`
are what a reader does. Explained in docs/why/sealed.md, "Message".
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from msgspec import Meta

from ackbox.errors import (
    BrokenSeal,
    NotMember,
    NotSealedForYou,
    RemovedMember,
    SealTooLarge,
    StaleRoster,
    UnknownRoster,
    WrongCommitment,
    WrongReaders,
    WrongVault,
)
from ackbox.vault.encoding import (
    Hash,
    MemberId,
    Salt,
    Signature,
    VaultId,
    decode,
    encode,
    hashed,
    labelled,
)
from ackbox.vault.keys import Keys, derive, verify
from ackbox.vault.roster import MAX_MEMBERS, Member, Roster

# Of a sealed content; 50,000 characters with references and metadata fit.
MAX_CONTENT_BYTES = 256 * 1024
MAX_HEADER_BYTES = 32 * 1024
WRAP_BYTES = 80
TAG_BYTES = 16
FLOOR_BYTES = 256
NOTHING = bytes(32)

Counter = Annotated[int, Meta(ge=1, lt=2**53)]
Milliseconds = Annotated[int, Meta(ge=0, lt=2**53)]
MessageId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class RosterHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest record that the sender has verified."""

    position: Annotated[int, Meta(ge=0, lt=2**53)]
    hash: Hash


class TranscriptHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest message that the sender has verified, and the hash of all up to it."""

    seq: Annotated[int, Meta(ge=0, lt=2**53)]
    hash: Hash


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the server sees of a message, and what the signature covers."""

    version: Literal[1] = 1
    workspace: VaultId
    id: MessageId
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
    parent: MessageId | None = None
    priority: Annotated[int, Meta(ge=1, le=5)] = 3
    expects_reply_by: Milliseconds | None = None
    expires_at: Milliseconds | None = None
    commitment: Hash


class SealedHeader(Protocol):
    """What the headers of messages and of sealed texts have in common."""

    @property
    def workspace(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def counter(self) -> int: ...
    @property
    def previous(self) -> bytes: ...
    @property
    def roster(self) -> RosterHead: ...
    @property
    def transcript(self) -> TranscriptHead: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def to(self) -> list[str]: ...
    @property
    def commitment(self) -> bytes: ...


class Wrap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The message key, encrypted for one reader."""

    member: MemberId
    wrap: Annotated[bytes, Meta(min_length=WRAP_BYTES, max_length=WRAP_BYTES)]


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message as its sender hands it to the server."""

    header: Annotated[bytes, Meta(description="Header, the signed bytes, base64")]
    wraps: Annotated[
        list[Wrap],
        Meta(
            min_length=1,
            max_length=MAX_MEMBERS,
            description="Message key for each reader, ascending by member",
        ),
    ]
    content: Annotated[bytes, Meta(description="Sealed content, base64")]
    signature: Annotated[Signature, Meta(description="Ed25519 signature, base64")]


class Received(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message as the server hands it to one reader."""

    header: Annotated[bytes, Meta(description="Header, the signed bytes, base64")]
    wraps_hash: Annotated[Hash, Meta(description="Hash of the keys of all readers, base64")]
    wrap: Annotated[
        bytes | None, Meta(description="Message key for this reader, base64; null if none")
    ]
    content: Annotated[bytes, Meta(description="Sealed content, base64")]
    signature: Annotated[Signature, Meta(description="Ed25519 signature, base64")]


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What only the readers see."""

    subject: str | None = None
    body: str = ""
    intent: str = "inform"
    refs: list[Any] = []
    metadata: dict[str, Any] = {}
    facts: dict[str, Any] = {}


def wraps_hash(wraps: Iterable[Wrap]) -> bytes:
    """Return the hash that the signature covers in place of the keys of all readers."""
    return hashed("wraps", *(part for each in wraps for part in (each.member.encode(), each.wrap)))


def message_hash(header: bytes, wraps: bytes, content: bytes, signature: bytes) -> bytes:
    """Return the hash by which the sender's next message and acknowledgements name a message.

    `wraps` is the hash of the wraps.
    """
    return hashed("message-hash", header, wraps, hashlib.sha256(content).digest(), signature)


def hash_of(received: Received) -> bytes:
    """Return the hash of a message that a reader has."""
    return message_hash(received.header, received.wraps_hash, received.content, received.signature)


def received(sealed: Sealed, member: str) -> Received:
    """Return the form in which one reader gets a message."""
    own = next((each.wrap for each in sealed.wraps if each.member == member), None)
    return Received(sealed.header, wraps_hash(sealed.wraps), own, sealed.content, sealed.signature)


def parse_header(raw: bytes) -> Header:
    """Return the header of its canonical bytes. Raises BadEncoding, SealTooLarge."""
    check_size("header", len(raw), MAX_HEADER_BYTES)
    return decode(raw, Header, "header of the message")


def readers(roster: Roster, sender: str, to: Sequence[str]) -> list[Member]:
    """Return the members that can read a message, ascending by id.

    In an open workspace all of them; in a private one the recipients and the sender. Raises
    NotMember for an address that is no member's.
    """
    named: dict[str, Member] = {}
    for address in to:
        if address == "*":
            named.update({each.id: each for each in roster.current()})
            continue
        name = address.partition("/")[0]
        member = roster.named(name)
        if member is None:
            raise NotMember(
                f"{name!r} is not a member of this sealed workspace.",
                hint="Members: "
                + ", ".join(sorted(each.name for each in roster.current()))
                + ". An admin can add it.",
                field="to",
            )
        named[member.id] = member
    everyone = {each.id: each for each in roster.current()}
    chosen = everyone if roster.access == "open" else named | {sender: everyone[sender]}
    return [chosen[id] for id in sorted(chosen)]


def seal(keys: Keys, draft: Header, content: Content, to: Sequence[Member]) -> Sealed:
    """Seal a message for its readers, under a key of its own.

    The draft's salt and commitment are replaced. Raises SealTooLarge.
    """
    message_key = os.urandom(32)
    head = msgspec.structs.replace(
        draft, salt=os.urandom(16), commitment=hashed("commitment", message_key)
    )
    header = encode(head)
    sealed = encrypted(message_key, head.salt, header, encode(content))
    wraps = wrapped(message_key, header, to)
    return Sealed(header, wraps, sealed, keys.sign("message", header, wraps_hash(wraps), sealed))


def encrypted(message_key: bytes, salt: bytes, header: bytes, plain: bytes) -> bytes:
    """Return a content, padded and encrypted. Raises SealTooLarge."""
    text = padded(plain)
    check_size("content", len(text) + TAG_BYTES, MAX_CONTENT_BYTES)
    key, nonce = _content_key(message_key, salt, header)
    return AESGCM(key).encrypt(nonce, text, header)


def wrapped(message_key: bytes, header: bytes, to: Sequence[Member]) -> list[Wrap]:
    """Return the message key, encrypted for each reader, ascending by member."""
    return [
        Wrap(
            each.id,
            suite().encrypt(
                message_key, X25519PublicKey.from_public_bytes(each.seal_key), _wrap_info(header)
            ),
        )
        for each in sorted(to, key=lambda each: each.id)
    ]


def check(sealed: Sealed, roster: Roster) -> Header:
    """Return the header of a new message after every check that needs no key.

    Raises SealTooLarge, BadEncoding, WrongVault, StaleRoster, UnknownRoster, NotMember,
    RemovedMember, WrongReaders, BadSignature.
    """
    head = _check_signed(
        sealed.header, wraps_hash(sealed.wraps), sealed.content, sealed.signature, roster
    )
    check_present(head, [each.member for each in sealed.wraps], roster)
    return head


def check_present(head: SealedHeader, wrapped_for: list[str], roster: Roster) -> None:
    """Raise StaleRoster or WrongReaders unless a new message is sealed for the present readers."""
    if head.roster.position != roster.position:
        raise StaleRoster(
            "The members have changed since the message was sealed.",
            hint="Read the roster again and seal the message for the present members.",
            position=roster.position,
        )
    if wrapped_for != [each.id for each in readers(roster, head.sender, head.to)]:
        raise WrongReaders(
            "The message is not sealed for exactly the members who may read it.",
            hint="Seal it for them, ascending by member id.",
        )


def verify_received(received: Received, roster: Roster) -> Header:
    """Return the header of a message after every check that a reader makes without opening it.

    Raises as `check`.
    """
    return _check_signed(
        received.header, received.wraps_hash, received.content, received.signature, roster
    )


def _check_signed(
    header: bytes, wraps: bytes, content: bytes, signature: bytes, roster: Roster
) -> Header:
    check_size("content", len(content), MAX_CONTENT_BYTES)
    head = parse_header(header)
    sender = check_sender(head, roster)
    if sender.removed is not None and head.counter > (sender.last_counter or 0):
        raise was_removed(sender)
    verify(sender.sign_key, signature, "message", "message", header, wraps, content)
    return head


def check_sender(head: SealedHeader, roster: Roster) -> Member:
    """Return the sender, a member of this workspace at the roster that the header names.

    Raises WrongVault, StaleRoster, UnknownRoster, NotMember, RemovedMember.
    """
    if head.workspace != roster.vault:
        raise WrongVault(
            "The message belongs to another sealed workspace.",
            hint="The server mixed up workspaces, or the message was copied.",
        )
    check_known(head.roster, roster)
    sender = roster.members.get(head.sender)
    if sender is None or sender.added > head.roster.position:
        raise NotMember(
            "The sender of the message is not a member of the workspace.",
            hint="Do not act on the message.",
            sender=head.sender,
        )
    if sender.removed is not None and head.roster.position >= sender.removed:
        raise was_removed(sender)
    return sender


def was_removed(sender: Member) -> RemovedMember:
    """Return the error for what a removed member has sent."""
    return RemovedMember(
        f"{sender.name!r} was removed from the workspace before it sent this message.",
        hint="Do not act on the message.",
        sender=sender.name,
    )


def check_known(head: RosterHead, roster: Roster) -> None:
    """Raise StaleRoster or UnknownRoster unless the roster contains the record that a sender
    names.
    """
    if head.position > roster.position:
        raise StaleRoster(
            "The message names a newer roster than the one that is known here.",
            hint="Read the roster again.",
            position=roster.position,
        )
    if roster.hashes[head.position] != head.hash:
        raise UnknownRoster(
            "The sender of the message knows another roster.",
            hint="Compare fingerprints with the sender: it, or you, was shown a false roster.",
            position=head.position,
        )


def open_sealed(
    keys: Keys, received: Received, head: Header, *, shared: bytes | None = None
) -> Content:
    """Return the content of a message whose header was verified; `shared` is its key, from a
    member who shared it.

    Raises NotSealedForYou, BrokenSeal, WrongCommitment, BadEncoding.
    """
    key = unwrapped(keys, received.wrap, received.header, head) if shared is None else shared
    text = decrypted(key, received.header, head, received.content)
    return decode(text, Content, "content of the message")


def unwrapped(keys: Keys, wrap: bytes | None, header: bytes, head: SealedHeader) -> bytes:
    """Return the message key of the wrap for one reader.

    Raises NotSealedForYou, BrokenSeal, WrongCommitment.
    """
    if wrap is None:
        raise NotSealedForYou(
            "The message was not sealed for you: it is older than your membership, or for others.",
            hint="Ask a reader to share it with you (ackbox vault share-history), or to send it"
            " again.",
        )
    try:
        message_key = suite().decrypt(wrap, keys.sealing, _wrap_info(header))
    except (InvalidTag, ValueError):
        raise _broken("key") from None
    if hashed("commitment", message_key) != head.commitment:
        raise WrongCommitment(
            "The key of the message is not the one that its sender committed to.",
            hint="Do not act on the message: other readers may see another text.",
        )
    return message_key


def decrypted(message_key: bytes, header: bytes, head: SealedHeader, content: bytes) -> bytes:
    """Return the text of a content under its message key. Raises BrokenSeal."""
    key, nonce = _content_key(message_key, head.salt, header)
    try:
        text = AESGCM(key).decrypt(nonce, content, header)
    except InvalidTag:
        raise _broken("content") from None
    return unpadded(text)


def _broken(part: str) -> BrokenSeal:
    return BrokenSeal(
        f"The {part} of the message does not open.",
        hint="It was altered on its way. Do not act on the message.",
        part=part,
    )


def suite() -> Suite:
    """Return the way in which keys are encrypted for readers."""
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _wrap_info(header: bytes) -> bytes:
    return labelled("wrap", hashlib.sha256(header).digest())


def _content_key(message_key: bytes, salt: bytes, header: bytes) -> tuple[bytes, bytes]:
    """Return the key and nonce of a content; the header is part of the derivation."""
    own = derive(message_key + hashlib.sha256(header).digest(), "content", length=44, salt=salt)
    return own[:32], own[32:]


def padded(text: bytes) -> bytes:
    """Return a text with its length and zeros up to one of few sizes (Padmé, at least 256 bytes).

    The server learns a size class, at most 12 % above the text.
    """
    length = len(text) + 4
    exponent = max(length.bit_length() - 1, 1)
    step = 1 << max(exponent - exponent.bit_length(), 0)
    size = max((length + step - 1) // step * step, FLOOR_BYTES)
    return len(text).to_bytes(4, "big") + text + bytes(size - length)


def unpadded(raw: bytes) -> bytes:
    """Return the text of padded bytes. Raises BrokenSeal when they are padded in another way."""
    length = int.from_bytes(raw[:4], "big")
    text = raw[4 : 4 + length]
    if len(raw) < 4 or padded(text) != raw:
        raise _broken("padding")
    return text


def check_size(what: str, size: int, limit: int) -> None:
    """Raise SealTooLarge for a part of more bytes than its limit."""
    if size > limit:
        raise SealTooLarge(
            f"The {what} of the message has {size:,} bytes; at most {limit:,} are allowed.",
            hint="Put the rest into a file and name it in `refs`.",
            size=size,
            limit=limit,
        )
