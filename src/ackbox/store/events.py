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


class Event(msgspec.Struct, frozen=True):
    """A line of the feed that has no number yet: what happened, when, who did it, and details."""

    kind: str
    at: int
    reader: int
    subject: dict[str, Any]

    def row(self, seq: int) -> tuple[str, list[dict[str, Any]]]:
        """Return the line with its number, for `add_rows`."""
        text = msgspec.json.encode(self.subject).decode()
        row = {"seq": seq, "kind": self.kind, "at": self.at, "reader": self.reader, "subject": text}
        return "event_add", [row]


class Events(Bound):
    """Questions about the feed."""

    async def add_event(self, kind: str, *, at: int, reader: int, subject: dict[str, Any]) -> int:
        """Write a line of the feed and return its seq.

        Call it last: the counter stays locked until the commit.
        """
        return await self.add_rows(1, lambda seq: [Event(kind, at, reader, subject).row(seq)])

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
