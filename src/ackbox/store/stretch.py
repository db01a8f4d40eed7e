"""A stretch: the newest messages of a workspace since a moment, up to a bound, and what can be
counted of them.

No question here reads more messages than the bound, however many there are. Explained in
docs/why/watching.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Row
from ackbox.store.messages import NEWEST

MAX_MESSAGES = 20_000  # watching.py and its page name it
MAX_RECEIPTS = 50_000
MAX_PAIRS = 5_000


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Start of a stretch: its first seq and moment, the requested moment, and its viewer."""

    first: int
    since: int
    complete_since: int
    visible_to: int | None


class Stretches(Bound):
    """Questions about a stretch."""

    async def stretch(self, since: int, *, visible_to: int | None) -> Stretch:
        """Return the messages since a moment, or the newest 20,000 of them."""
        first = await self._seq_at(since)
        cap = await self.row("stretch_cap", first=first, most=MAX_MESSAGES)
        complete = since
        if cap is not None:
            first, complete = cap[0] + 1, max(since, cap[1])
        return Stretch(first=first, since=since, complete_since=complete, visible_to=visible_to)

    async def _seq_at(self, since: int) -> int:
        """Return a seq at which the moment begins.

        Messages are in order of time but for a clock that was set back.
        """
        low, high = 1, await self.last_seq() + 1
        while low < high:
            middle = (low + high) // 2
            row = await self.row("stretch_probe", seq=middle)
            if row is None or row[1] >= since:
                high = middle
            else:
                low = row[0] + 1
        return low

    async def pairs(self, of: Stretch) -> Sequence[Row]:
        """Return (sender, recipient or *, intent, messages, urgent, last at), most messages
        first.
        """
        return await self.rows(
            "stretch_pairs",
            first=of.first,
            since=of.since,
            visible_to=of.visible_to,
            most=MAX_PAIRS,
        )

    async def travels(self, of: Stretch, *, most: int) -> Sequence[Row]:
        """Return (seq, id, at, sender, recipient or *, intent, priority) for each recipient of
        the newest messages, oldest first.
        """
        return await self.rows(
            "stretch_travels", first=of.first, since=of.since, visible_to=of.visible_to, most=most
        )

    async def rates(self, of: Stretch, *, step: int) -> Sequence[Row]:
        """Return (step, intent, messages)."""
        return await self.rows(
            "stretch_rates", first=of.first, since=of.since, visible_to=of.visible_to, step=step
        )

    async def sent(self, of: Stretch, *, step: int) -> Sequence[Row]:
        """Return (sender, step, messages)."""
        return await self.rows(
            "stretch_sent", first=of.first, since=of.since, visible_to=of.visible_to, step=step
        )

    async def delays(self, of: Stretch, mark: str, *, step: int = NEWEST) -> Sequence[Row]:
        """Return (step, receipts, p50, p95, p99) in milliseconds, from sending to a mark.

        One row for all when no step is given.
        """
        return await self.rows(
            "stretch_delays",
            first=of.first,
            since=of.since,
            visible_to=of.visible_to,
            mark=mark,
            step=step,
            most=MAX_RECEIPTS,
        )

    async def waiting(self, of: Stretch, *, now: int) -> dict[str, tuple[int, int]]:
        """Return for each agent how much it has not acknowledged, and since when the oldest of
        it waits.
        """
        rows = await self.rows(
            "stretch_waiting",
            first=of.first,
            since=of.since,
            visible_to=of.visible_to,
            now=now,
            most=MAX_RECEIPTS,
        )
        return {name: (count, oldest) for name, count, oldest in rows}
