"""A sealed workspace for the tests of the vault: members with fixed keys, and their messages."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from ackbox.vault import enrolment, envelope, roster
from ackbox.vault.encoding import encode
from ackbox.vault.envelope import Content, Header, Received, RosterHead, Sealed
from ackbox.vault.keys import Keys
from ackbox.vault.roster import Access, Body, MemberKind, Record, Remove
from ackbox.vault.transcript import Row, Transcript

BODY = "The build is red since commit 4f2a."


def keys_of(name: str) -> Keys:
    """Return the fixed keys of a name; members of every workspace of the tests have them."""
    return Keys(hashlib.sha256(name.encode()).digest())


class Workspace:
    """Founded by ana, who is its admin; `add` and `remove` write records as she does."""

    def __init__(self, *names: str, access: Access = "open", workspace: str = "team") -> None:
        self.ana = keys_of("ana")
        self.records = [
            roster.sign(
                self.ana,
                roster.Genesis(
                    workspace=workspace,
                    access=access,
                    nonce=bytes(16),
                    name="ana",
                    kind="human",
                    sign_key=self.ana.sign_key,
                    seal_key=self.ana.seal_key,
                ),
            )
        ]
        self.roster = roster.read(self.records)
        self.transcript = Transcript(self.roster.vault)
        self.rows: list[Row] = []
        self.ids = 0
        for name in names:
            self.add(name)

    def add(self, name: str, kind: MemberKind = "agent", keys: Keys | None = None) -> Record:
        """Let a new member ask, and ana add it."""
        found = enrolment.request(keys or keys_of(name), self.roster, name=name, kind=kind)
        return self.append(enrolment.admission(found, self.roster, self.ana))

    def remove(self, name: str) -> Record:
        """Let ana remove a member, with the counter of its last message."""
        member = self.member(name)
        return self.append(
            Remove(
                previous=self.roster.head,
                by=self.ana.id,
                member=member.id,
                last_counter=self.transcript.last(member.id)[0],
            )
        )

    def append(self, body: Body, by: Keys | None = None) -> Record:
        """Sign a record and append it."""
        record = roster.sign(by or self.ana, body)
        self.roster = roster.apply(self.roster, record)
        self.records.append(record)
        return record

    def member(self, name: str) -> roster.Member:
        found = self.roster.named(name)
        assert found is not None
        return found

    def draft(self, sender: str, to: list[str], **more: Any) -> Header:
        """Return a header as the sender's client fills it in."""
        own = keys_of(sender)
        counter, previous = self.transcript.last(own.id)
        self.ids += 1
        fields: dict[str, Any] = {
            "workspace": self.roster.vault,
            "id": f"{self.ids:032x}",
            "sender": own.id,
            "counter": counter + 1,
            "previous": previous,
            "roster": RosterHead(self.roster.position, self.roster.head),
            "transcript": self.transcript.head,
            "salt": bytes(16),
            "to": to,
            "commitment": bytes(32),
        }
        return Header(**(fields | more))

    def seal(self, sender: str, to: list[str], body: str = BODY, **more: Any) -> Sealed:
        """Seal a message as the sender's client does."""
        head = self.draft(sender, to, **more)
        return envelope.seal(
            keys_of(sender),
            head,
            Content(body=body),
            envelope.readers(self.roster, head.sender, to),
        )

    def deliver(self, sealed: Sealed, reader: str) -> tuple[int, Received]:
        """Number a message as the server does, and return it as one reader gets it."""
        head = envelope.parse_header(sealed.header)
        got = envelope.received(sealed, keys_of(reader).id)
        row = Row(self.transcript.seq + 2, head.sender, head.counter, envelope.hash_of(got))
        self.transcript.extend([row])
        self.rows.append(row)
        return row.seq, got


def opened(workspace: Workspace, reader: str, got: Received) -> str:
    """Return the text of a message after every check of a reader."""
    head = envelope.verify_received(got, workspace.roster)
    return envelope.open_sealed(keys_of(reader), got, head).body


def signed_again(keys: Keys, sealed: Sealed, **changes: Any) -> Sealed:
    """Return a sealed message with other parts, signed by a member."""
    other = msgspec.structs.replace(sealed, **changes)
    wraps = envelope.wraps_hash(other.wraps)
    signature = keys.sign("message", other.header, wraps, other.content)
    return msgspec.structs.replace(other, signature=signature)


def with_header(sealed: Sealed, **changes: Any) -> bytes:
    """Return the header of a message with other fields."""
    head = envelope.parse_header(sealed.header)
    return encode(msgspec.structs.replace(head, **changes))
