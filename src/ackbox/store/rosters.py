"""Rosters in the store: who may read a sealed workspace, and what its members have sent.

Records and messages are kept as they came; what they say is read by vault/. Explained in
docs/why/workspaces.md, "Sealed workspaces".
"""

from __future__ import annotations

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.keeping import Record, in_the_way


class KeptRecord(msgspec.Struct, frozen=True):
    """One row of `roster`, without its hash."""

    position: int
    body: bytes
    signature: bytes
    created_at: int


class Link(msgspec.Struct, frozen=True):
    """What binds a sealed message to its sender: one link of the member's chain."""

    member: str
    counter: int
    hash: bytes


class Request(msgspec.Struct, frozen=True):
    """One row of `roster_request`, with the agent's name."""

    agent: int
    name: str
    member: str
    request: bytes
    created_at: int


class Rosters(Bound):
    """Questions about a sealed workspace."""

    async def begin_sealed(self) -> None:
        """Let no other server add to this workspace's roster or chains until the commit.

        Call it first in the transaction: what is read before may be old.
        """
        await self.run("sealed_begin")

    async def roster_head(self) -> tuple[int, bytes] | None:
        """Return the position and hash of the newest record; null for an empty roster."""
        row = await self.row("roster_head")
        return None if row is None else (row[0], bytes(row[1]))

    async def roster_hash(self, position: int) -> bytes | None:
        """Return the hash of one record."""
        row = await self.row("roster_at", position=position)
        return None if row is None else bytes(row[0])

    async def roster_page(self, *, after: int, most: int) -> list[KeptRecord]:
        rows = await self.rows("roster_page", after=after, most=most)
        return [KeptRecord(row[0], bytes(row[1]), bytes(row[2]), row[3]) for row in rows]

    async def add_record(
        self, position: int, *, body: bytes, signature: bytes, hash: bytes, now: int
    ) -> None:
        await self.run(
            "roster_add", position=position, body=body, signature=signature, hash=hash, now=now
        )

    async def put_request(self, agent: int, *, member: str, request: bytes, now: int) -> None:
        await self.run("roster_request_put", agent=agent, member=member, request=request, now=now)

    async def requests(self) -> list[Request]:
        rows = await self.rows("roster_requests_of")
        return [Request(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in rows]

    async def drop_requests(self, *, member: str, before: int) -> None:
        """End the request for a member, and all from before a moment."""
        await self.run("roster_request_drop", member=member, before=before)

    async def add_sealed_link(self, seq: int, link: Link) -> None:
        await self.run("sealed_add", seq=seq, **msgspec.structs.asdict(link))

    async def last_link(self, member: str) -> Link | None:
        """Return the link of what a member sent last."""
        row = await self.row("sealed_last", member=member)
        return None if row is None else Link(member, row[0], bytes(row[1]))

    async def link_at(self, seq: int) -> Link | None:
        """Return the link of one message; null for one that is not sealed."""
        row = await self.row("sealed_at", seq=seq)
        return None if row is None else Link(row[0], row[1], bytes(row[2]))

    async def links(self, *, after: int, most: int) -> list[tuple[int, Link]]:
        """Return (seq, link) of the sealed messages after a number."""
        rows = await self.rows("sealed_page", after=after, most=most)
        return [(row[0], Link(row[1], row[2], bytes(row[3]))) for row in rows]

    async def kept_records(self, *, after: int, upto: int, most: int) -> list[Record]:
        """Return records for an export, which counts them from 1."""
        return [
            {
                "number": row[0] + 1,
                "body": bytes(row[1]).hex(),
                "signature": bytes(row[2]).hex(),
                "hash": bytes(row[3]).hex(),
                "created_at": row[4],
            }
            for row in await self.rows("roster_keep", after=after - 1, most=most)
        ]

    async def keep_record(self, record: Record, *, only_look: bool) -> bool:
        """Store a record unless it is there; true when it is new. The caller checks what it says.

        Raises Conflict when another one has its place.
        """
        there = await self.roster_hash(record["number"] - 1)
        if there is not None and there.hex() != record["hash"]:
            raise in_the_way(f"record {record['number']} of the roster")
        if there is None and not only_look:
            await self.add_record(
                record["number"] - 1,
                body=bytes.fromhex(record["body"]),
                signature=bytes.fromhex(record["signature"]),
                hash=bytes.fromhex(record["hash"]),
                now=record["created_at"],
            )
        return there is None
