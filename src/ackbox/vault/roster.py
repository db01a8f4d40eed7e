"""The roster: who is a member, as a chain of records that admins sign.

The server stores and checks the records, but clients do not rely on its checks: every client
verifies the chain from its start. Explained in docs/why/sealed.md, "Roster".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Never, cast

import msgspec
from msgspec import Meta

from ackbox.errors import BadRecord, ForkedRoster, StaleRoster, WrongPin
from ackbox.vault.encoding import (
    Hash,
    Key,
    MemberId,
    Salt,
    Signature,
    decode,
    encode,
    hashed,
)
from ackbox.vault.keys import Keys, check_public, member_id, verify

MAX_MEMBERS = 100
MAX_RECORDS = 10_000
MAX_RECORD_BYTES = 4_096

MemberKind = Literal["human", "agent", "hosted", "recovery"]
Access = Literal["open", "private"]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Genesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="genesis", kw_only=True):
    """The first record: the workspace, who may read in it, and its founder."""

    version: Literal[1] = 1
    workspace: Name
    access: Access
    nonce: Salt
    name: Name
    kind: MemberKind
    sign_key: Key
    seal_key: Key


class Add(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="add", kw_only=True):
    """An admin adds a member, who signed that it joins this workspace under this name."""

    previous: Hash
    by: MemberId
    name: Name
    kind: MemberKind
    sign_key: Key
    seal_key: Key
    since: Hash
    proof: Signature


class Remove(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    tag="remove",
    kw_only=True,
    # A record of a member that wrote no text has the bytes that it had before there were texts.
    omit_defaults=True,
):
    """An admin removes a member; of its messages, those up to `last_counter` stay accepted, and of
    its sealed texts those up to `last_text`.
    """

    previous: Hash
    by: MemberId
    member: MemberId
    last_counter: Annotated[int, Meta(ge=0, lt=2**53)]
    last_text: Annotated[int, Meta(ge=0, lt=2**53)] = 0


class Promote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="promote", kw_only=True):
    """An admin makes a member an admin."""

    previous: Hash
    by: MemberId
    member: MemberId


Body = Genesis | Add | Remove | Promote


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record as it is stored: the bytes that were signed, and the signature."""

    body: Annotated[bytes, Meta(max_length=MAX_RECORD_BYTES, description="Signed bytes, base64")]
    signature: Annotated[Signature, Meta(description="Ed25519 signature, base64")]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member, present or past; positions are those of records."""

    id: str
    name: str
    kind: MemberKind
    sign_key: bytes
    seal_key: bytes
    added: int
    admin_since: int | None = None
    removed: int | None = None
    last_counter: int | None = None
    last_text: int = 0

    @property
    def is_admin(self) -> bool:
        """Whether it can sign records now."""
        return self.admin_since is not None and self.removed is None

    def is_at(self, position: int) -> bool:
        """Whether it is a member after the record at a position."""
        return self.added <= position and (self.removed is None or position < self.removed)


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The members after a chain of records that holds."""

    vault: str
    workspace: str
    access: Access
    hashes: tuple[bytes, ...]
    members: dict[str, Member]

    @property
    def position(self) -> int:
        """The position of the newest record; the first is 0."""
        return len(self.hashes) - 1

    @property
    def head(self) -> bytes:
        """The hash of the newest record."""
        return self.hashes[-1]

    def current(self) -> list[Member]:
        """Return the present members, in the order in which they were added."""
        return [each for each in self.members.values() if each.removed is None]

    def named(self, name: str) -> Member | None:
        """Return the present member of this name."""
        folded = name.casefold()
        return next((each for each in self.current() if each.name.casefold() == folded), None)


def record_hash(record: Record) -> bytes:
    """Return the hash by which the next record, messages and key strings name a record."""
    return hashed("record", record.body, record.signature)


def sign(keys: Keys, body: Body) -> Record:
    """Return a record with the signature of the member that writes it."""
    raw = encode(body)
    return Record(raw, keys.sign("sign-record", raw))


def prove(keys: Keys, *, vault: str, since: bytes, name: str, kind: MemberKind) -> bytes:
    """Return a new member's signature that it joins this workspace under this name."""
    return keys.sign("proof", *_joining(vault, since, name, kind, keys.sign_key, keys.seal_key))


def check_proof(vault: str, body: Add) -> None:
    """Raise BadSignature unless the new member itself signed that it joins."""
    parts = _joining(vault, body.since, body.name, body.kind, body.sign_key, body.seal_key)
    verify(body.sign_key, body.proof, f"joining of {body.name!r}", "proof", *parts)


def _joining(
    vault: str, since: bytes, name: str, kind: str, sign_key: bytes, seal_key: bytes
) -> tuple[bytes, ...]:
    return (bytes.fromhex(vault), since, name.encode(), kind.encode(), sign_key, seal_key)


def parse(record: Record) -> Body:
    """Return what a record says. Raises BadEncoding; checks no signature."""
    if len(record.body) > MAX_RECORD_BYTES:
        _refuse("It is longer than 4,096 bytes")
    # Decoding takes a union of structs, which is no class.
    return decode(record.body, cast("type[Body]", Body), "record of the roster")


def apply(before: Roster | None, record: Record) -> Roster:
    """Return the roster after one more record.

    Raises BadRecord, StaleRoster, BadSignature, BadEncoding, WeakKey.
    """
    body = parse(record)
    if before is None:
        return _found(record, body)
    if isinstance(body, Genesis):
        _refuse("A first record can only be the first")
    if body.previous != before.head:
        raise StaleRoster(
            "The record does not follow the newest record of the roster.",
            hint="Read the roster again, then repeat the command.",
            position=before.position,
        )
    if len(before.hashes) >= MAX_RECORDS:
        _refuse("The roster has 10,000 records and takes no more")
    author = before.members.get(body.by)
    if author is None or not author.is_admin:
        _refuse("Its author is not an admin of the workspace")
    verify(author.sign_key, record.signature, "record of the roster", "sign-record", record.body)
    members = {**before.members, **_changed(before, body)}
    return msgspec.structs.replace(
        before, hashes=(*before.hashes, record_hash(record)), members=members
    )


def _found(record: Record, body: Body) -> Roster:
    if not isinstance(body, Genesis):
        _refuse("The first record does not found a workspace")
    check_public(body.sign_key, body.seal_key)
    verify(body.sign_key, record.signature, "first record", "sign-record", record.body)
    own = record_hash(record)
    id = member_id(body.sign_key, body.seal_key)
    founder = Member(
        id=id,
        name=body.name,
        kind=body.kind,
        sign_key=body.sign_key,
        seal_key=body.seal_key,
        added=0,
        admin_since=0,
    )
    return Roster(
        vault=own.hex(),
        workspace=body.workspace,
        access=body.access,
        hashes=(own,),
        members={id: founder},
    )


def _changed(before: Roster, body: Add | Remove | Promote) -> dict[str, Member]:
    """Return the member that a record adds or changes."""
    position = before.position + 1
    if isinstance(body, Add):
        return _added(before, body, position)
    member = before.members.get(body.member)
    if member is None or member.removed is not None:
        _refuse("It does not name a member")
    if isinstance(body, Promote):
        if member.is_admin:
            _refuse(f"{member.name!r} is an admin already")
        if member.kind == "hosted":
            _refuse("A member whose key is on the server cannot be an admin")
        return {member.id: msgspec.structs.replace(member, admin_since=position)}
    if member.is_admin and sum(each.is_admin for each in before.current()) == 1:
        _refuse(f"{member.name!r} is the only admin: promote another member first")
    return {
        member.id: msgspec.structs.replace(
            member,
            removed=position,
            last_counter=body.last_counter,
            last_text=body.last_text,
        )
    }


def _added(before: Roster, body: Add, position: int) -> dict[str, Member]:
    check_public(body.sign_key, body.seal_key)
    id = member_id(body.sign_key, body.seal_key)
    used = {key for each in before.members.values() for key in (each.sign_key, each.seal_key)}
    if {body.sign_key, body.seal_key} & used:
        _refuse("Its key was a member's already")
    if before.named(body.name) is not None:
        _refuse(f"{body.name!r} is a member already")
    if len(before.current()) >= MAX_MEMBERS:
        _refuse("A sealed workspace has at most 100 members")
    if body.since not in before.hashes:
        _refuse("The new member joined another roster")
    check_proof(before.vault, body)
    return {
        id: Member(
            id=id,
            name=body.name,
            kind=body.kind,
            sign_key=body.sign_key,
            seal_key=body.seal_key,
            added=position,
        )
    }


def read(records: Iterable[Record], before: Roster | None = None) -> Roster:
    """Return the roster of a whole chain, or of one that goes on after `before`.

    Raises as `apply`, and BadRecord when there is no record at all.
    """
    known = before
    for record in records:
        known = apply(known, record)
    if known is None:
        _refuse("The roster is empty")
    return known


def check_pin(roster: Roster, pin: bytes) -> None:
    """Raise WrongPin unless the roster contains the record that a key or an invitation names."""
    if pin not in roster.hashes:
        raise WrongPin(
            "The server's roster is not the one that your key belongs to.",
            hint="Do not send anything here. Ask an admin for the workspace's fingerprint.",
            workspace=roster.workspace,
            head=roster.head.hex(),
        )


def check_grown(known: Roster, found: Roster) -> None:
    """Raise when a roster does not contain the one that was verified before: ForkedRoster when both
    hold and differ, StaleRoster when it only ends earlier.
    """
    shared = min(len(known.hashes), len(found.hashes))
    if known.hashes[:shared] != found.hashes[:shared]:
        raise ForkedRoster(
            "The server shows another roster than before, and both are signed.",
            hint="Stop. Compare the fingerprints with the other members: an admin signed two.",
            known=known.head.hex(),
            found=found.head.hex(),
        )
    if len(found.hashes) < len(known.hashes):
        raise StaleRoster(
            f"The server shows a roster with {len(found.hashes)} records; you have seen"
            f" {len(known.hashes)}.",
            hint="The server lost records or hides them. Tell its operator.",
            position=found.position,
        )


def fingerprint(vault: str) -> tuple[bytes, ...]:
    """Return what the words of a workspace's fingerprint are made of."""
    return (b"workspace", bytes.fromhex(vault))


def _refuse(why: str) -> Never:
    raise BadRecord(
        f"The record of the roster cannot be accepted. {why}.",
        hint="The roster did not change.",
        reason=why,
    )
