"""Events in the store: the lines of the feed, written with what they report and read by number.

A message is a line of the feed too; its row is the message itself. Explained in
docs/why/cursors.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Row
from ackbox.store.readers import Reader


class Events(Bound):
    """Questions about the feed."""

    async def add_event(self, kind: str, *, at: int, reader: int, subject: dict[str, Any]) -> int:
        """Write a line of the feed and return its seq.

        Call it last: the counter stays locked until the commit.
        """
        seq = await self.take_seq()
        await self.run(
            "event_add",
            seq=seq,
            kind=kind,
            at=at,
            reader=reader,
            subject=msgspec.json.encode(subject).decode(),
        )
        return seq

    async def feed_newest(
        self, *, before: int, most: int, of: int | None, visible_to: int | None
    ) -> Sequence[Row]:
        """Return (seq, kind, at, reader, subject, thread id) before a seq, newest first."""
        return await self.rows(
            "feed_newest", before=before, most=most, of=of, visible_to=visible_to
        )

    async def feed_page(self, *, after: int, most: int, visible_to: int | None) -> Sequence[Row]:
        """Return (seq, kind, at, reader, subject, thread id) after a seq, oldest first."""
        return await self.rows("feed_page", after=after, most=most, visible_to=visible_to)

    async def feed_inbox(self, reader: Reader, *, after: int, most: int) -> Sequence[Row]:
        """Return the lines of the feed that are messages for a reader, oldest first."""
        return await self.rows(
            "feed_inbox", reader=reader.reader, agent=reader.agent, after=after, most=most
        )
