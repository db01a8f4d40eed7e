"""A sealed workspace for tests: members with keys of their own, who seal, sign and open."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ackbox.vault import acknowledgement, envelope, roster, transcript
from ackbox.vault.envelope import Content, Header, Received, RosterHead, Sealed
from ackbox.vault.keys import Keys
from ackbox.vault.roster import Add, Genesis, Promote, Record, Remove, Roster
from tests.engines import Post

NAME = "vault"
SECRETS = random.Random(20261130)


def wire(value: Any) -> Any:
    """Return a struct as the JSON that a request carries."""
    return msgspec.to_builtins(value)


def new_keys() -> Keys:
    return Keys(SECRETS.randbytes(32))


@dataclass
class Vault:
    """A sealed workspace, as an honest client that holds the keys of several members sees it."""

    post: Post
    access: str = "open"
    name: str = NAME
    keys: dict[str, Keys] = field(default_factory=dict)
    roster: Roster | None = None
    sent: dict[str, list[Sealed]] = field(default_factory=dict)

    async def __call__(self, operation: str, /, **params: Any) -> Any:
        return await self.post(operation, workspace=self.name, **params)

    @property
    def known(self) -> Roster:
        assert self.roster is not None
        return self.roster

    async def found(self, *names: str) -> Vault:
        """Create the workspace; the first of the members founds it and adds the others."""
        await self.post("workspace.create", name=self.name, mode=self.access, sealed=True)
        await self.append(self.genesis(names[0]))
        for name in names[1:]:
            await self.append(self.adding(name, by=names[0]))
        return self

    async def append(self, record: Record) -> Any:
        """Append a record, and go on from it."""
        made = await self("roster.append", record=wire(record))
        self.roster = roster.apply(self.roster, record)
        return made

    def genesis(self, name: str, **other: Any) -> Record:
        keys = self.keys.setdefault(name, new_keys())
        facts: dict[str, Any] = {
            "workspace": self.name,
            "access": self.access,
            "nonce": SECRETS.randbytes(16),
            "name": name,
            "kind": "agent",
            "sign_key": keys.sign_key,
            "seal_key": keys.seal_key,
        }
        return roster.sign(keys, Genesis(**(facts | other)))

    def adding(self, name: str, *, by: str, kind: Any = "agent") -> Record:
        keys = self.keys.setdefault(name, new_keys())
        head = self.known.head
        proof = roster.prove(keys, vault=self.known.vault, since=head, name=name, kind=kind)
        body = Add(
            previous=head,
            by=self.keys[by].id,
            name=name,
            kind=kind,
            sign_key=keys.sign_key,
            seal_key=keys.seal_key,
            since=head,
            proof=proof,
        )
        return roster.sign(self.keys[by], body)

    def removing(self, name: str, *, by: str) -> Record:
        member = self.keys[name].id
        count = len(self.sent.get(name, []))
        body = Remove(
            previous=self.known.head, by=self.keys[by].id, member=member, last_counter=count
        )
        return roster.sign(self.keys[by], body)

    def promoting(self, name: str, *, by: str) -> Record:
        body = Promote(previous=self.known.head, by=self.keys[by].id, member=self.keys[name].id)
        return roster.sign(self.keys[by], body)

    def seal(
        self,
        sender: str,
        body: str,
        *,
        to: list[str],
        readers: tuple[str, ...] | None = None,
        of: str | None = None,
        **header: Any,
    ) -> Sealed:
        """Seal the next message of a member; parts of its header, and its readers, can be given."""
        before = self.sent.get(sender, [])
        now = self.post.app.clock()
        draft: dict[str, Any] = {
            "workspace": self.known.vault,
            "id": f"{now:012x}{SECRETS.randbytes(10).hex()}",
            "sender": of or self.keys[sender].id,
            "counter": len(before) + 1,
            "previous": hash_of(before[-1]) if before else envelope.NOTHING,
            "roster": RosterHead(self.known.position, self.known.head),
            "transcript": transcript.Transcript(self.known.vault).head,
            "salt": bytes(16),
            "to": to,
            "commitment": bytes(32),
        }
        content = Content(subject="about", body=body, metadata={"of": body})
        chosen = envelope.readers(self.known, self.keys[sender].id, to)
        if readers is not None:
            chosen = [each for each in chosen if each.name in readers]
        return envelope.seal(self.keys[sender], Header(**(draft | header)), content, chosen)

    async def put(self, sender: str, sealed: Sealed, **params: Any) -> Any:
        """Hand over an envelope; a message that the server takes becomes the sender's last."""
        made = await self("message.send", agent=sender, body="", sealed=wire(sealed), **params)
        if not made.duplicate:
            self.sent.setdefault(sender, []).append(sealed)
        return made

    async def send(self, sender: str, body: str, *, to: list[str], **header: Any) -> Any:
        return await self.put(sender, self.seal(sender, body, to=to, **header))

    def open(self, reader: str, message: Any) -> Content:
        """Verify and open a message, as its reader does."""
        received = msgspec.convert(wire(message.sealed), Received)
        head = envelope.verify_received(received, self.known)
        assert (head.id, list(head.to), head.parent) == (message.id, message.to, message.parent)
        return envelope.open_sealed(self.keys[reader], received, head)

    def acknowledgement(self, reader: str, sealed: Sealed) -> str:
        return acknowledgement.sign(self.keys[reader], self.known.vault, hash_of(sealed))


def hash_of(sealed: Sealed) -> bytes:
    """Return the hash by which the next message names this one."""
    return envelope.message_hash(
        sealed.header, envelope.wraps_hash(sealed.wraps), sealed.content, sealed.signature
    )
