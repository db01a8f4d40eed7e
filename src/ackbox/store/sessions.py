"""Sessions in the store: declared runs of a reader, found again by the digest of their token.

Whether one has timed out is derived by who asks; here are only its times. Explained in
docs/why/sessions.md.
"""

from __future__ import annotations

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Row
from ackbox.store.keeping import Record, in_the_way

_OF_READER = frozenset({"agent", "name", "instance", "kind"})


class SessionRow(msgspec.Struct, frozen=True):
    """One row of `session`, with the names of its reader."""

    seq: int
    id: str
    reader: int
    agent: int
    name: str
    instance: str | None
    kind: str
    area: str | None
    files: list[str]
    ttl_s: int
    announce: int
    started_at: int
    last_seen: int
    ended_at: int | None
    summary: str | None
    outcome: str | None
    touched: list[str]


def _session(row: Row) -> SessionRow:
    values = list(row)
    values[8], values[16] = msgspec.json.decode(row[8]), msgspec.json.decode(row[16])
    return SessionRow(*values)


class Sessions(Bound):
    """Questions about sessions."""

    async def session_of(self, digest: bytes) -> SessionRow | None:
        """Return the session of a token, ended or not."""
        row = await self.row("session_by_digest", digest=digest)
        return None if row is None else _session(row)

    async def last_session(self, reader: int) -> SessionRow | None:
        """Return a reader's newest session that has not ended."""
        row = await self.row("session_newest", reader=reader)
        return None if row is None else _session(row)

    async def open_sessions(self, *, since: int) -> list[SessionRow]:
        """Return the sessions that have not ended and were seen after `since`, oldest first."""
        return [_session(row) for row in await self.rows("sessions_open", since=since)]

    async def session_page(
        self, *, before: int, reader_agent: int | None, most: int
    ) -> list[SessionRow]:
        """Return sessions, newest first."""
        return [
            _session(row)
            for row in await self.rows("session_page", before=before, agent=reader_agent, most=most)
        ]

    async def add_session(self, row: SessionRow, *, digest: bytes | None) -> None:
        fields = {
            name: value
            for name, value in msgspec.structs.asdict(row).items()
            if name not in _OF_READER
        }
        texts = {name: msgspec.json.encode(fields[name]).decode() for name in ("files", "touched")}
        await self.run("session_add", digest=digest, **fields | texts)

    async def change_session(
        self, seq: int, *, area: str | None, files: list[str], summary: str | None, now: int
    ) -> None:
        await self.run(
            "session_change",
            seq=seq,
            area=area,
            files=msgspec.json.encode(files).decode(),
            summary=summary,
            now=now,
        )

    async def end_session(
        self, seq: int, *, summary: str | None, outcome: str | None, touched: list[str], now: int
    ) -> None:
        await self.run(
            "session_end",
            seq=seq,
            summary=summary,
            outcome=outcome,
            touched=msgspec.json.encode(touched).decode(),
            now=now,
        )

    async def kept_sessions(self, *, after: int, upto: int, most: int) -> list[Record]:
        """Return sessions without their tokens, oldest first."""
        rows = [
            _session(row)
            for row in await self.rows("keep_sessions", after=after, upto=upto, most=most)
        ]
        return [
            {
                name: value
                for name, value in msgspec.structs.asdict(row).items()
                if name not in _OF_READER
            }
            for row in rows
        ]

    async def keep_session(self, record: Record, *, only_look: bool) -> bool:
        """Store a session unless it is there; true when it is new.

        It has no token. Raises Conflict.
        """
        there = await self.row("session_by_seq", seq=record["seq"])
        if there is not None and there[0] != record["id"]:
            raise in_the_way(f"session {record['seq']}")
        if there is None and not only_look:
            texts = {
                name: msgspec.json.encode(record[name]).decode() for name in ("files", "touched")
            }
            await self.run("session_add", digest=None, **record | texts)
        return there is None

    async def touch_sessions(self, seen: dict[int, int]) -> None:
        """Update last-seen times, session to milliseconds UTC; a time never moves back."""
        await self.run_many(
            "session_touch", [{"seq": seq, "last_seen": at} for seq, at in seen.items()]
        )
